"""The port that plays the internet: a visitor's request goes to a container, and its page comes back."""
