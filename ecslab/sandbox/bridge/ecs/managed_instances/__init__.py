"""ECS Managed Instances: capacity providers that launch, patch and end EC2 instances themselves."""
