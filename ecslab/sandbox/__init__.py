"""A local AWS account: one process that behaves as ECS does, and speaks the AWS wire protocol."""
