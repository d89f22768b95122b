"""Task placement: on which container instance of a cluster a task goes, and why it can go on none."""
