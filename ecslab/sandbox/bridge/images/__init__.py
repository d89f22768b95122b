"""Images: public ones that need no network, and the way from a name to an image."""
