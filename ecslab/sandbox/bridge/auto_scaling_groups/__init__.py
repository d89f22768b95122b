"""Amazon EC2 Auto Scaling: groups of instances made from a launch template, as far as ECS needs them."""
