"""Machines outside AWS that Systems Manager manages: activations, and the nodes that used them."""
