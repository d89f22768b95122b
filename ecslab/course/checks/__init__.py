"""What the checks of more than one stage share."""
