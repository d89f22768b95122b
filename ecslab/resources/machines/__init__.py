"""What tasks run on where it is not Fargate: Auto Scaling groups, instances, and what launches them."""
