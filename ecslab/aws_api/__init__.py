"""What is known of AWS apart from any account: from botocore's models and names, and from price lists."""
