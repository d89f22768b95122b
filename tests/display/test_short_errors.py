"""Errors in a notebook: in a few lines, and in full where the mistake is the learner's own."""

import json
import types

import pytest

from ecslab.display import short_errors
from ecslab.errors import CannotBeDone, EcslabError


@pytest.fixture
def cell(monkeypatch):
    """Run a cell in a notebook's shell; gives what is shown, or None for Python's own traceback."""
    tracebacks = []
    names = {"json": json, "CannotBeDone": CannotBeDone}
    shell = types.SimpleNamespace(kernel=None, handlers={}, user_global_ns=names)
    shell.set_custom_exc = lambda kinds, handler: shell.handlers.update(dict.fromkeys(kinds, handler))

    def showtraceback(error, tb_offset):
        render = getattr(error[1], "_render_traceback_", None)
        tracebacks.append(render() if render else None)

    shell.showtraceback = showtraceback
    ipython = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(short_errors.sys.modules, "IPython", ipython)
    short_errors.listen()

    def run(code):
        name = "cell.py"
        short_errors.linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        try:
            exec(compile(code, name, "exec"), names)  # noqa: S102 - a cell is text too
        except Exception as error:
            shell.handlers[Exception](shell, type(error), error, error.__traceback__)
            assert not hasattr(error, "_render_traceback_"), "%tb must show all"
        return tracebacks[-1]

    return run


def test_a_name_that_is_not_there_is_met_with_what_to_do(cell):
    assert cell("\npicker.choice") == [
        "NameError: name 'picker' is not defined",
        "  next: `picker` is made by a cell further up, which this kernel has not run, or it is misspelt. "
        "Run the cells above first: Run, then “Run All Above Selected Cell”. Nothing is done twice by it.",
        "  in line 2 of the cell: picker.choice",
    ]


@pytest.mark.parametrize("name", ["lab", "ecslab"])
def test_what_is_forgotten_after_a_restart_is_in_the_first_cell(cell, name):
    assert cell(f"{name}.connect()")[1] == (
        f"  next: `{name}` comes from the notebook's first code cell, which this kernel has not run. (A "
        "kernel forgets when it is restarted; your account does not.) Run that cell, then this one again."
    )


def test_what_the_kit_refuses_is_shown_without_its_lines(cell):
    assert cell("raise CannotBeDone('no task.\\n  next: run one')") == [
        "CannotBeDone: no task.\n  next: run one",
        "  in line 1 of the cell: raise CannotBeDone('no task.\\n  next: run one')",
    ]


def test_an_error_inside_a_package_is_shown_without_its_lines(cell):
    lines = cell("a = 1\njson.loads('{')")
    assert lines[0].startswith("JSONDecodeError: Expecting property name")
    assert lines[1] == "  in line 2 of the cell: json.loads('{')"
    assert len(lines) == 2


def test_what_a_stranger_wrote_steers_no_terminal(cell):
    assert "\x1b" not in cell("raise CannotBeDone('\\x1b[2J')")[0]


@pytest.mark.parametrize("code", ["1 / 0", "def f():\n    return picker\nf()", "raise KeyError('a')"])
def test_the_learner_s_own_mistakes_keep_python_s_traceback(cell, code):
    assert cell(code) is None


def test_outside_a_notebook_nothing_is_touched(monkeypatch):
    monkeypatch.setattr(short_errors, "in_notebook", lambda: False)
    short_errors.listen()
    assert issubclass(CannotBeDone, EcslabError)
