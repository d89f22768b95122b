"""What the kit adds to a notebook's kernel: it looks for blanks, and shows errors in a few lines."""

from ecslab.display import blanks, short_errors


def install() -> None:
    """Add it, once to a kernel. Outside a notebook, nothing happens."""
    blanks.listen()
    short_errors.listen()
