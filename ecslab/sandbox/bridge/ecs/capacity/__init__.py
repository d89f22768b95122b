"""Capacity providers of Auto Scaling groups: made, associated with clusters, measured, and scaled."""
