"""AWS's sentences, letter by letter: they stand in text files beside the modules that say them."""

import tomllib
from functools import cached_property
from pathlib import Path


class Sentences:
    """The sentences of one module, in the TOML file of the same name, which is read when first needed.

    Args:
        module: the module's `__file__`.
    """

    def __init__(self, module: str):
        self._file = Path(module).with_suffix(".toml")

    @cached_property
    def texts(self) -> dict[str, str]:
        return tomllib.loads(self._file.read_text("utf-8"))

    def __call__(self, name: str, /, **parts: object) -> str:
        """The sentence of this name, with its `{parts}` filled in."""
        return self.texts[name].format(**parts)
