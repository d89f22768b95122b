"""What the programs print and answer: plain text, in `texts.toml`."""

import tomllib
from pathlib import Path
from typing import Final, TypedDict


class Web(TypedDict):
    """Pages of a web server by status (title and text), and media types by a file's ending."""

    pages: dict[str, tuple[str, str]]
    types: dict[str, str]


class Texts(TypedDict):
    """The file's tables."""

    hello: str
    apache: dict[str, str]
    nginx: dict[str, str]
    redis: dict[str, str]
    node: dict[str, str]
    web: Web


def _read() -> Texts:
    texts: Texts = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))  # type: ignore[assignment]
    return texts


TEXTS: Final[Texts] = _read()
