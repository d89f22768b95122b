"""Application Auto Scaling, as far as it scales ECS services."""
