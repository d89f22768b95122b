"""Deterministic simulation: histories drawn from a seed, and what must hold after each step."""
