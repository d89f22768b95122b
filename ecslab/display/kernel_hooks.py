"""What the kit adds to a notebook's kernel: it looks for blanks, and shows errors in a few lines.

The kernel of `ecslab lab` loads it as an extension, before the first cell; any other gets it from `connect`.
"""

from ecslab.display import blanks, short_errors


def install() -> None:
    """Add it, once to a kernel. Outside a notebook, nothing happens."""
    blanks.listen()
    short_errors.listen()


def load_ipython_extension(_: object) -> None:
    """What IPython calls to load it."""
    install()
