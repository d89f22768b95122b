"""A cache beside the journal: what a replay of its beginning comes to, written down as data."""
