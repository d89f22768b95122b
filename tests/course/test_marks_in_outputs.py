"""No raw `*` or backtick reaches the screen, and one of a thing is said in the singular."""

import html
import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
QUIZZES = sorted((ROOT / "ecslab/course/stages/en").glob("*.toml"))
PROSE = [*(ROOT / "ecslab/sandbox/honesty/en").glob("*.toml"), *(ROOT / "ecslab/figures/en").glob("*.toml"),
         *(ROOT / "ecslab/fault_lab").rglob("*.toml")]  # fmt: skip
AS_PRINTED = dict.fromkeys(("09-draft-logs", "09-logs"), "* Ready to accept")  # the containers' own lines
ASKS = re.compile(r"lab\.(question|predict)\(")
AWS_COUNTS = r"1 (?:tasks|targets)\b"  # AWS's own events: "has started 1 tasks", "registered 1 targets"
PLURAL = re.compile(
    r"(?<![\w.,:/-])1 (?:(?:other|more|public|private|INACTIVE|RUNNING) )?"
    r"(?:image|layer|task|service|revision|file|subnet|zone|target|container|second|minute|hour|machine|visit"
    r"|visitor|cluster|question|step|time|resource|definition|group|role|event|call|stream|line|repositorie"
    r"|cent|address(?=es)|byte|tag|balancer)e?s\b(?!\))"
)


def strings(value):
    if isinstance(value, str):
        yield value
    else:
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from strings(each)


def loaded(path):
    return tomllib.loads(path.read_text("utf-8"))


def raw(text):
    """What of a text would be seen as a mark: a star, or a backtick without its fellow."""
    return re.findall(r"[*`].*", re.sub(r"`[^`]*`", "", text))


def plain(text):
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


def on_screen(output):
    """The text that is read of an output in JupyterLab, but for code and what a program printed."""
    data = output.get("data", {})
    if "text/html" in data:
        markup = "".join(data["text/html"])
        return plain(re.sub(r"<(code|pre|style|script)\b.*?</\1>", "", markup, flags=re.DOTALL))
    if "image/svg+xml" in data:
        return plain("".join(data["image/svg+xml"]))
    marks = r"`[^`]*`|\*\*[^*]+\*\*|(?<!\*)\*[^*\n]+\*(?!\*)|(?m:^\* )"
    return re.sub(marks, "", "".join(data.get("text/markdown", "")))


def cells():
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield cell


@pytest.mark.parametrize("path", [*QUIZZES, *PROSE], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_views_show_has_no_raw_mark(path):
    """Views show code for what stands in backticks, and nothing else; a hint or a step is Markdown."""
    content = loaded(path)
    texts = [content.get(kind, {}) for kind in ("questions", "predictions")] if path in QUIZZES else content
    assert [text for text in strings(texts) if raw(text)] == []


def test_no_output_shows_a_raw_mark():
    text_by_cell = {cell["id"]: on_screen(output) for cell in cells() for output in cell["outputs"]}
    for cell, printed in AS_PRINTED.items():
        assert printed in text_by_cell[cell]
        text_by_cell[cell] = text_by_cell[cell].replace(printed, "")
    assert {
        cell: marks[0][:90] for cell, text in text_by_cell.items() if (marks := re.findall("[*`].*", text))
    } == {}


def test_where_a_view_cannot_be_drawn_its_words_have_no_backtick():
    """A code host shows the text of a view that only a running kernel can draw."""
    asking = [cell for cell in cells() if ASKS.match(cell["source"][-1])]
    texts = {cell["id"]: "".join(cell["outputs"][0]["data"]["text/plain"]) for cell in asking}
    assert len(texts) > 50
    assert {cell: text for cell, text in texts.items() if "`" in text} == {}


def test_one_of_a_thing_is_said_in_the_singular():
    plurals = []
    for cell in cells():
        for output in cell["outputs"]:
            data = output.get("data", {})
            texts = [output.get("text", ""), data.get("text/plain", ""), data.get("text/html", "")]
            text = plain("\n".join(map("".join, texts)))
            plurals += [(cell["id"], words) for words in PLURAL.findall(re.sub(AWS_COUNTS, "", text))]
    assert plurals == []


@pytest.mark.parametrize("phrase", ["It was: 1 images.", "1 INACTIVE revisions left", "of 1 addresses"])
def test_what_a_wrong_plural_is(phrase):
    assert PLURAL.search(phrase)


@pytest.mark.parametrize("phrase", ["It was: 1 image.", "1 time(s)", "revision 1 names", "10.0.0.1 tags"])
def test_what_is_none(phrase):
    assert not PLURAL.search(phrase)


@pytest.mark.parametrize(("text", "marked"), [("the *one*", True), ("`a*`", False), ("a ` b", True)])
def test_what_a_raw_mark_is(text, marked):
    assert bool(raw(text)) == marked
