"""Going about the course: to a stage, back to its beginning, and one step back."""
