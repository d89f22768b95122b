"""Cloud Map: namespaces, services and instances, and who of them answers a question."""
