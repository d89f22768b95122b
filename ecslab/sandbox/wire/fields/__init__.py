"""What becomes of each member of each request: a table for every service, and what it refuses."""
