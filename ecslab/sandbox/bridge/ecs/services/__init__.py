"""Services: what the API takes and shows of them, and the scheduler that keeps them."""
