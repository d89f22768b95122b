"""ECS Managed Instances: which EC2 instances tasks need, by what a capacity provider requires."""
