"""Load balancing: listeners and their rules, target groups, and the health of targets."""
