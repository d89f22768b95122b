"""Auto Scaling groups: as many EC2 instances as are wanted, over Availability Zones."""
