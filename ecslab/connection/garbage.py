"""Python's search for garbage, put off while much is made that stays."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["put_off"]


@contextmanager
def put_off() -> Iterator[None]:
    """Search for no garbage meanwhile; where none was searched for before, none is afterwards.

    The course's modules and AWS's models are hundreds of thousands of objects, and nearly all of them stay.
    Python would look through all that the kernel holds several times meanwhile: a fifth of the time.
    """
    searches = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searches:
            gc.enable()
