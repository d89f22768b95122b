"""`make pages`: write the pages that are made from the project's own data."""

import sys
from pathlib import Path

from tests.notebooks.rig import NOTEBOOKS
from tests.pages import carried, cheat_sheet, glossary, instructor, lifecycles

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {
    NOTEBOOKS / "glossary.md": glossary.page,
    NOTEBOOKS / "cheat-sheet.md": cheat_sheet.page,
    NOTEBOOKS / "instructor.md": instructor.page,
    DOCS / "carried.md": carried.page,
    DOCS / "lifecycles.md": lifecycles.page,
}

if __name__ == "__main__":
    for path, page in PAGES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(), encoding="utf-8")
        sys.stdout.write(f"{path.parent.name}/{path.name}\n")
