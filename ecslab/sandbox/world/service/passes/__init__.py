"""What the service scheduler does at each look at a service; the order is the scheduler's."""
