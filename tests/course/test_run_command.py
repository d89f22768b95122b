"""`ecslab run`, on a sandbox in this process: the command is under test, not the way to the server."""

import functools

import pytest
from click.testing import CliRunner

import ecslab
from ecslab._cli_run import STAGES, _plain, run
from ecslab.course import STEPS


@pytest.fixture
def output(lab, monkeypatch):
    class Borrowed:
        """The lab of the fixture, which the command must not close."""

        def __enter__(self):
            return lab

        def __exit__(self, *_):
            return None

    def connect(where, *, clock, **_):
        assert (where, clock) == ("sandbox", "stepped")
        return Borrowed()

    monkeypatch.setattr(ecslab, "connect", connect)
    return functools.partial(CliRunner().invoke, run, ["--fast"], catch_exceptions=False)


def test_it_ends_with_the_page(lab, output):
    result = output()
    assert result.exit_code == 0
    for step in STEPS:
        assert (f"{step.stage}  {step.title}" in result.output) == (
            step.stage in STAGES and not step.exercise
        )
    assert "answers 200:\n\n  Hello from my own container\n" in result.output
    assert lab.check("05").outcome.value == "Done"


def test_run_again_it_makes_nothing_new(lab, output):
    output()
    made = len(lab.control("journal")["entries"])
    output()
    more = {entry["operation"] for entry in lab.control("journal")["entries"][made:]}
    assert more <= {"AttachRolePolicy"}  # attached once more: it changes nothing


def test_every_call_it_makes_counts(lab, output):
    """No check, hint or table is looked up on the way: what it costs are the calls of the lesson."""
    output()
    calls = sum(call.times for call in lab.calls())
    assert calls <= 60


def test_a_page_as_text():
    page = "<title>x</title><style>h1 {}</style><h1>Hello &amp; welcome</h1>\n<p>two\n lines</p>"
    assert _plain(page) == "  Hello & welcome\n  two\n  lines"
