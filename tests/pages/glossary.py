"""`notebooks/glossary.md`: every term, and the notebooks that use it."""

import re

from ecslab.course.glossary import terms
from tests.notebooks.rig import read, stems


def page() -> str:
    """The page as Markdown."""
    meanings = terms()
    used: dict[str, list[str]] = {term: [] for term in meanings}
    for stem in stems():
        text = "\n".join(cell.source for cell in read(stem).cells if cell.cell_type == "markdown")
        for term in sorted({*re.findall(r"glossary\.md#([a-z-]+)", text)}):
            used[term].append(stem)
    lines = ["# Glossary"]
    for term in sorted(meanings):
        links = ", ".join(f"[{stem[:2]}]({stem}.ipynb)" for stem in used[term])
        lines += ["", f"## {term}", "", meanings[term] + (f" → {links}" if links else "")]
    return "\n".join(lines) + "\n"
