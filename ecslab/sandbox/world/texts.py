"""What stands in text files beside the modules that use it: tables, and AWS's sentences letter by letter."""

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any


def tables(module: str) -> dict[str, Any]:
    """What the TOML file of the same name as a module (its `__file__`) has."""
    return tomllib.loads(Path(module).with_suffix(".toml").read_text("utf-8"))


class Sentences:
    """The sentences of one module (its `__file__`), which are read when the first one is needed."""

    def __init__(self, module: str):
        self._module = module

    @cached_property
    def texts(self) -> dict[str, str]:
        return tables(self._module)

    def __call__(self, name: str, /, **parts: object) -> str:
        """The sentence of this name, with its `{parts}` filled in."""
        return self.texts[name].format(**parts)
