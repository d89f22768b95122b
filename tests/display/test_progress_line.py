"""A wait says what it waits for after two seconds, and leaves nothing behind."""

import io
from types import SimpleNamespace

import pytest

from ecslab.display import progress_line


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(progress_line, "sys", SimpleNamespace(stderr=screen))
    return screen


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress_line.time, "monotonic", lambda: now[0])
    return now


def test_a_short_wait_says_nothing(terminal, clock):
    with progress_line.Progress("a page") as progress:
        clock[0] = 1.9
        progress.tick()
    assert terminal.getvalue() == ""


def test_a_longer_wait_says_what_for_and_wipes_it_away(terminal, clock):
    with progress_line.Progress("a page") as progress:
        clock[0] = 3
        progress.tick()
        line = terminal.getvalue()
    assert line == "\rwaiting for a page … 3 s on your clock"
    assert terminal.getvalue().endswith("\r" + " " * (len(line) - 1) + "\r")


def test_enter_skips_what_can_be_skipped(monkeypatch, terminal, clock):
    typed, skipped = io.StringIO("\n"), []
    typed.isatty = lambda: True
    monkeypatch.setattr(progress_line, "sys", SimpleNamespace(stderr=terminal, stdin=typed, platform="linux"))
    monkeypatch.setattr(progress_line.select, "select", lambda *_: ([typed], [], []))
    with progress_line.Progress("a page", skip=lambda: skipped.append("it")) as progress:
        clock[0] = 3
        progress.tick("waiting for a page … 0:30 of AWS time, 10 × faster than yours")
        assert terminal.getvalue().endswith("than yours [Enter skips]")
    assert skipped == ["it"]


def test_a_stepped_clock_shows_nothing(terminal, clock):
    with progress_line.Progress("a page", shown=False) as progress:
        clock[0] = 30
        progress.tick()
    assert terminal.getvalue() == ""


def test_an_interrupt_is_answered_with_how_to_go_on(terminal, clock, capsys):
    with pytest.raises(KeyboardInterrupt), progress_line.Progress("a page"):
        raise KeyboardInterrupt
    assert capsys.readouterr().out == (
        "Stopped waiting for a page. Nothing was undone; run the cell again to go on waiting.\n"
    )
