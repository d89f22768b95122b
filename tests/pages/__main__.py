"""`make pages`: write the pages that are made from the course's own data."""

import sys

from tests.notebooks.rig import NOTEBOOKS
from tests.pages import cheat_sheet, glossary, instructor

PAGES = {"glossary.md": glossary.page, "cheat-sheet.md": cheat_sheet.page, "instructor.md": instructor.page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (NOTEBOOKS / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"notebooks/{name}\n")
