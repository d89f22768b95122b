"""Tasks: RunTask and its refusals, and what the API shows of a task."""
