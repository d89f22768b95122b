"""What puts the sandbox together: the account, its time, its journal, control calls, and the two ports."""
