"""Clients that nobody here wrote, each against a sandbox of its own: `make clients`."""
