"""What an account holds, read by calls that change nothing. What is not there is None or empty."""
