"""The network of a VPC: its rules as facts, and which of them refuses a packet."""
