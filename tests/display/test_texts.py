"""The words that learners read: what a text file may hold, and what is said of one that is broken."""

import pytest

from ecslab.display import texts
from ecslab.errors import EcslabError

WHOLE = '''
title = "Service"

[steps.service]
hints = [
  "One: {cluster}.",
  """
Two lines, and a list of dicts:
`[{'a': 1}, {…}]`.""",
]

[[steps.service.options]]
text = "A"
right = true
low = 2
'''


@pytest.fixture
def read(tmp_path):
    """Makes a file of texts, and reads it."""

    def make(text, name="06"):
        folder = tmp_path / texts.LANGUAGE
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        return texts.read(tmp_path, name)

    return make


def test_a_text_may_go_over_several_lines_and_has_facts_put_in(read):
    step = read(WHOLE).entry("steps").entry("service")
    assert step.texts("hints", cluster="blue") == (
        "One: blue.", "Two lines, and a list of dicts: `[{'a': 1}, {…}]`."
    )  # fmt: skip
    assert step.text("note", "none") == "none"
    assert step.texts("notes") == ()
    (option,) = step.rows("options")
    assert (option.flag("right"), option.flag("wrong"), option.number("low"), option.number("high")) == (
        True, False, 2, None
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "problem"),
    [
        (lambda all_: all_.text("subtitle"), "en/06.toml, at the top: subtitle is missing"),
        (lambda all_: all_.text("steps"), "en/06.toml, at the top: steps is "),
        (lambda all_: all_.entry("title"), "en/06.toml, at the top: it has no table 'title'"),
        (lambda all_: all_.only("steps"), "at the top: 'title' means nothing here; it may hold: steps"),
        (
            lambda all_: all_.entry("steps").entry("service").texts("hints", name="x"),
            r"en/06.toml, steps.service: hints has the placeholder {cluster}, and the code gives: name",
        ),
        (
            lambda all_: all_.entry("steps").entry("service").rows("options")[0].flag("low"),
            "en/06.toml, steps.service.options, number 1: low is 2; it is true or false",
        ),
        (
            lambda all_: all_.entry("steps").entry("service").rows("options")[0].number("right"),
            "right is True, which is no number",
        ),
        (lambda all_: all_.entry("steps").entry("service").rows("hints"), "hints is no list of tables"),
    ],
    ids=["missing", "no-text", "no-table", "slip", "placeholder", "flag", "number", "rows"],
)
def test_what_is_wrong_is_named_with_its_file_and_place(read, ask, problem):
    with pytest.raises(texts.BrokenText) as error:
        ask(read(WHOLE))
    assert problem in str(error.value)
    assert isinstance(error.value, EcslabError)
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_toml_is_named(read, tmp_path):
    with pytest.raises(texts.BrokenText, match=r"en/07.toml, at the top: .*line 1"):
        read("title = Service", "07")
    with pytest.raises(texts.BrokenText, match=r"en/08.toml, at the top: .*No such file"):
        texts.read(tmp_path, "08")
