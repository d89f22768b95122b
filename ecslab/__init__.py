"""A hands-on course in Amazon ECS. `ecslab.connect()` is where it begins.

What is public stands in `__init__.pyi`, and is imported on first use, so that `import ecslab` costs nothing.
"""

import lazy_loader

__version__ = "0.1.0"

_attribute, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'ecslab' has no attribute {name!r}; it has: {', '.join(__all__)}")
    return _attribute(name)
