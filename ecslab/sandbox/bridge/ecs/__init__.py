"""ECS: one module or folder for each noun of its API."""
