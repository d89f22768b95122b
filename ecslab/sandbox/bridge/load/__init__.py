"""Visitors of load balancers, and what they and the tasks at rest leave in CloudWatch."""
