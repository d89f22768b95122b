"""Container instances: EC2 instances whose agent has registered them in a cluster."""
