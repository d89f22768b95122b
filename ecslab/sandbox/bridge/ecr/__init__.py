"""ECR: repositories with real layers and images."""
