"""The numbers that say whether the house is in order; `python -m tests.house` prints them."""
