"""Managed daemons: one task on each managed instance, revisions, and how one follows another."""
