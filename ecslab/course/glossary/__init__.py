"""The words of the course, each in a sentence or two; `make pages` writes `glossary.md` from them."""

from pathlib import Path

from ecslab.display import texts


def terms() -> dict[str, str]:
    """Anchor in the page → the term in bold, and what it means, as Markdown."""
    entry = texts.read(Path(__file__).parent, "terms")
    return {anchor: entry.text(anchor) for anchor in entry.values}
