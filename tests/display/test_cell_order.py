"""A cell run before those above it."""

import types

import pytest

from ecslab.display import cell_order


@pytest.fixture
def shell(monkeypatch):
    """A notebook's shell, as far as it is spoken to."""
    shown = []
    shell = types.SimpleNamespace(kernel=None, shown=shown, handlers={})
    shell.set_custom_exc = lambda kinds, handler: shell.handlers.update(dict.fromkeys(kinds, handler))
    shell.showtraceback = lambda error, tb_offset: shown.append(error[1])
    ipython = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(cell_order.sys.modules, "IPython", ipython)
    return shell


def raised(shell, code):
    cell_order.listen()
    try:
        exec(code, {})  # noqa: S102 - a cell is text too
    except NameError as error:
        shell.handlers[NameError](shell, NameError, error, error.__traceback__)
    return getattr(shell.shown[0], "__notes__", [])


def test_a_name_that_is_not_there_is_met_with_what_to_do(shell):
    assert raised(shell, "picker.choice") == [
        "`picker` is made by a cell further up, which this kernel has not run, or it is misspelt. Run the "
        "cells above first: Run, then “Run All Above Selected Cell”. Nothing is done twice by it."
    ]


def test_the_error_itself_is_shown_too(shell):
    raised(shell, "picker.choice")
    assert str(shell.shown[0]) == "name 'picker' is not defined"


def test_a_name_missing_in_a_function_is_somebody_else_s_mistake(shell):
    assert raised(shell, "def f():\n    return picker\nf()") == []


def test_outside_a_notebook_nothing_is_touched(monkeypatch):
    monkeypatch.setattr(cell_order, "in_notebook", lambda: False)
    cell_order.listen()
