"""EC2: networks and addresses, and the interfaces of tasks."""
