"""Visitors of a service: how many come, what each costs a task, and what becomes of their requests."""
