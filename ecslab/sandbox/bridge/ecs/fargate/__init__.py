"""What a task on Fargate finds around it: interface, images, logs, credentials, volumes."""
