"""moto's own tests on this sandbox's backends: `make compat`."""
