"""IAM: roles, AWS's managed policies, and what a role may do."""
