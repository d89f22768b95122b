"""What the kit adds to a notebook's kernel: it looks for blanks, and explains a name that is not there."""

from ecslab.display import blanks, cell_order


def install() -> None:
    """Add it, once to a kernel. Outside a notebook, nothing happens."""
    blanks.listen()
    cell_order.listen()
