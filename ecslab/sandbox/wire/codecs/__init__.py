"""Requests in whichever protocol their clients speak, and answers in the same: CBOR, forms, JSON."""
