"""Container instances: EC2 instances with an agent, as it registers them, and operations on them."""
