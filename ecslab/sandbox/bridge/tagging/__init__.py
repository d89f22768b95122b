"""The Resource Groups Tagging API over what the sandbox holds: one list of everything that has tags."""
