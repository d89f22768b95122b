"""A service: its deployments, its tasks, and the scheduler that keeps it at its desired count."""
