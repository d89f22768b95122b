"""A task on Fargate: its containers, its lifecycle, how long each step takes and what can fail."""
