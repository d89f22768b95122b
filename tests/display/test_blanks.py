"""Cells with blanks: not run, and neither is what waits for them."""

import ast
import types

import pytest

from ecslab.display import blanks


@pytest.fixture
def cell():
    """Run a cell as a kernel does; what its last line gives, or the names it made."""
    transformer, names = blanks.Blanks(), {}

    def run(code):
        tree = ast.fix_missing_locations(transformer.visit(ast.parse(code)))
        *first, last = tree.body
        exec(compile(ast.Module(first, []), "cell", "exec"), names)  # noqa: S102 - a cell is text too
        if isinstance(last, ast.Expr):
            return eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307
        return exec(compile(ast.Module([last], []), "cell", "exec"), names)  # noqa: S102

    return run


def test_a_cell_with_a_blank_is_not_run(cell):
    answer = cell("seen = []\nseen.append(1)\ntask = run(____)")
    assert str(answer) == "Not yet. Fill in what is left blank, `____`, and run it again."
    assert "This needs `seen`" in str(cell("seen"))


@pytest.mark.parametrize("code", ["f(____)", "lab.ecs.____()", "f(____=1)", "f(a=____)", "____", "x[____]"])
def test_a_blank_can_stand_anywhere(cell, code):
    assert str(cell(f"def f(): return {code}")).startswith("Not yet. Fill in")


@pytest.mark.parametrize("code", ["f('aws ecs ____ --cluster a')", "f(f'aws ecs ____ {x}')", "'--port ____'"])
def test_a_blank_can_stand_in_a_command(cell, code):
    assert str(cell(f"def f(): return {code}")).startswith("Not yet. Fill in")


@pytest.mark.parametrize("text", ["_" * 20, "a____b", "___", "__name__", "_____"])
def test_a_line_of_underscores_is_no_blank(cell, text):
    assert cell(repr(text)) == text


def test_what_needs_it_waits_and_so_does_what_needs_that(cell):
    cell("task = ____")
    waits = "Not yet. This needs `task`, from a cell above that still has a blank. Fill that in first."
    assert str(cell("reason = task['reason']\nreason")) == waits
    assert str(cell("reason")) == waits.replace("`task`", "`reason`")
    assert cell("1 + 1") == 2


@pytest.mark.parametrize(
    "code",
    [
        "task = wait(task)",
        "try:\n    wait()\nexcept ValueError:\n    task = describe(task)",
        "for t in task: t",
    ],
)
def test_a_cell_that_makes_the_name_anew_from_itself_waits_too(cell, code):
    cell("task = ____")
    assert "This needs `task`" in str(cell(code))


@pytest.mark.parametrize(
    "code", ["n = [task for task in range(2)]", "for task in range(2): task", "task = 1; task"]
)
def test_a_name_that_a_cell_makes_before_it_uses_it_is_not_waited_for(cell, code):
    cell("task = ____")
    cell(f"{code}\nn = 2")
    assert cell("n") == 2


def test_an_older_value_of_that_name_is_not_taken_for_the_new_one(cell):
    cell("task = 'the one of yesterday'")
    cell("task = ____")
    assert str(cell("task")).startswith("Not yet. This needs `task`")


def test_what_a_cell_imports_is_there_all_the_same(cell):
    assert str(cell("import json\nfrom math import pi\njson.loads(____)")).startswith("Not yet")
    assert cell("json.dumps(round(pi))") == "3"


def test_a_function_with_a_blank_is_awaited_too(cell):
    cell("def its_task():\n    return run(____)")
    assert "This needs `its_task`" in str(cell("its_task()"))


def test_once_it_is_filled_in_all_goes_on(cell):
    cell("task, other = ____")
    assert "`other` and `task`" in str(cell("task, other"))
    cell("task, other = 1, 2")
    assert cell("task + other") == 3


def test_the_learner_s_mistakes_are_python_s_to_name(cell):
    cell("task = ____")
    with pytest.raises(NameError, match="taks"):
        cell("taks")


def test_a_kernel_looks_for_blanks_once_and_a_program_never(monkeypatch):
    shell = types.SimpleNamespace(kernel=None, ast_transformers=[])
    ipython = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(blanks.sys.modules, "IPython", ipython)
    blanks.listen()
    blanks.listen()
    assert [type(transformer) for transformer in shell.ast_transformers] == [blanks.Blanks]
    monkeypatch.setattr(blanks, "in_notebook", lambda: False)
    shell.ast_transformers.clear()
    blanks.listen()
    assert shell.ast_transformers == []
