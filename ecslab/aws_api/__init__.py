"""What is known of AWS's API from botocore's models and names alone."""
