"""What the sandbox remembers: records of what happened, the file that holds them, and sessions."""
