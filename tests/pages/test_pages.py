"""The pages that are made from the course's own data are up to date."""

import pytest

from ecslab.course.glossary import terms
from tests.notebooks.rig import NOTEBOOKS
from tests.pages.__main__ import PAGES


@pytest.mark.parametrize("name", PAGES)
def test_it_is_up_to_date(name):
    assert (NOTEBOOKS / name).read_text(encoding="utf-8") == PAGES[name](), "run make pages"


def test_terms_begin_with_their_name():
    assert all(text.startswith("**") and ".**" in text for text in terms().values())
