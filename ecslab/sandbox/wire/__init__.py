"""What stands on the wire: reading a request, its signature, its operation, and the way to moto's answer."""
