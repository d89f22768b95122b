"""Cloud Map (`servicediscovery`): what its API takes and shows, its private zones, and what ECS registers."""
