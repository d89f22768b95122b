"""Managed daemons: their API operations, their tasks on managed instances, and their deployments."""
