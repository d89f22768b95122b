"""Capacity providers of Auto Scaling groups: how much capacity is needed, and how the group follows."""
