"""The documents name what is there: rooms, files, links."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")] + sorted(
    path for folder in ("docs", "tests") for path in (ROOT / folder).rglob("*.md")
)


@pytest.mark.parametrize("folder", ["ecslab", "ecslab/sandbox"])
def test_every_room_is_in_the_picture(folder):
    rooms = {path.parent.name for path in (ROOT / folder).glob("*/__init__.py")}
    assert {room for room in rooms if f'{room}["{room}' not in ARCHITECTURE} == set()


def test_every_folder_says_what_it_is_for():
    silent = [
        path.parent.name
        for path in (ROOT / "ecslab").rglob("__init__.py")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    prose = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)\s#]+)[^)]*\)", prose)
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []
