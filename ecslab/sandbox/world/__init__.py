"""The simulation: clock, tasks, services, load balancing, network; the standard library and nothing else."""
