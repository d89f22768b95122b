"""Recorded answers of the real AWS, and how each compares with an endpoint's."""
