"""moto's resources, given our behaviour: one folder for each service."""
