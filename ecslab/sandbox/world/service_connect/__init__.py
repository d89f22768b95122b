"""Service Connect: which endpoints a deployment knows, and the proxy in each of its tasks."""
