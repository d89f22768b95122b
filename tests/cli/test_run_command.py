"""`ecslab run`, on a sandbox in this process: the command is under test, not the way to the server."""

import dataclasses
import functools

import pytest
from click.testing import CliRunner

from ecslab.cli.run import STAGES, plain_text, run
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

    monkeypatch.setattr("ecslab.cli.run.connect", connect)
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


def test_a_file_gets_a_line_when_a_step_is_done(output, monkeypatch):
    """stderr is no terminal here: what came before the step that fails has been said."""

    def fail(_lab):
        raise RuntimeError("the third step fails")

    first, second, third = STEPS[:3]
    broken = dataclasses.replace(third, id="01.broken", solve=fail)
    monkeypatch.setattr("ecslab.cli.run.STEPS", [first, second, broken])
    monkeypatch.setattr("ecslab.cli.run.STAGES", ("00", "01"))
    with pytest.raises(RuntimeError):
        output()


def test_run_again_it_makes_nothing_new(lab, output):
    output()
    entries_before = len(lab.control("journal")["entries"])
    output()
    more = {entry["operation"] for entry in lab.control("journal")["entries"][entries_before:]}
    assert more <= {"AttachRolePolicy"}  # attached once more: it changes nothing


def test_every_call_it_makes_counts(lab, output):
    """No check, hint or table is looked up on the way: what it costs are the calls of the lesson."""
    output()
    calls = sum(call.times for call in lab.calls())
    assert calls <= 60


def test_a_page_as_text():
    page = "<title>x</title><style>h1 {}</style><h1>Hello &amp; welcome</h1>\n<p>two\n lines</p>"
    assert plain_text(page) == "  Hello & welcome\n  two\n  lines"
