"""Requests made from AWS's models, valid and at their boundaries, sent to a sandbox; none ends in a 500."""
