"""How a step is judged: running its check, and what the checks of more than one stage share."""
