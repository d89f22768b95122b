"""The pages that are made from the project's own data are up to date."""

import pytest

from ecslab.course.glossary import terms
from tests.pages.__main__ import PAGES


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_it_is_up_to_date(path):
    assert path.read_text(encoding="utf-8") == PAGES[path](), "run make pages"


def test_terms_begin_with_their_name():
    assert all(text.startswith("**") and ".**" in text for text in terms().values())
