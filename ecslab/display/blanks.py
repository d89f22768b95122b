"""A blank that the learner is to fill in, `____`.

A cell that has one is not run, and neither is a cell that needs what it makes. Both say what is left to do
instead, so that Run All on a fresh copy reaches the last cell without an error.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Final

from ecslab.display.messages import in_notebook

BLANK: Final = "____"
_IN_TEXT: Final = re.compile(rf"(?<![\w]){BLANK}(?![\w])")


def listen() -> None:
    """Let this kernel look for blanks. Outside a notebook, nothing happens."""
    if not in_notebook():
        return
    transformers = sys.modules["IPython"].get_ipython().ast_transformers
    if not any(isinstance(transformer, Blanks) for transformer in transformers):
        transformers.append(Blanks())


class Blanks(ast.NodeTransformer):
    """Puts a *not yet* in the place of a cell that cannot be run before a blank is filled in; imports stay.

    Attributes:
        awaited: the names that cells with blanks are to make.
    """

    def __init__(self) -> None:
        self.awaited: set[str] = set()

    def visit_Module(self, cell: ast.Module) -> ast.Module:
        """The cell as it is, or what is said in its place."""
        made = _names(cell, ast.Store) | _functions(cell.body)
        if BLANK in _words(cell) or any(map(has_blank, _texts(cell))):
            return self._instead(
                cell, made - {BLANK}, f"Fill in what is left blank, `{BLANK}`, and run it again."
            )
        missing = sorted(_needed(cell) & self.awaited)
        if missing:
            names = " and ".join(f"`{name}`" for name in missing)
            text = f"This needs {names}, from a cell above that still has a blank. Fill that in first."
            return self._instead(cell, made, text)
        self.awaited -= made
        return cell

    def _instead(self, cell: ast.Module, made: set[str], text: str) -> ast.Module:
        self.awaited |= made
        told = ast.parse(f"__import__('ecslab.display.verdict', fromlist=['not_yet']).not_yet({text!r})")
        imports = [line for line in cell.body if isinstance(line, ast.Import | ast.ImportFrom)]
        return ast.Module(body=[*imports, *told.body], type_ignores=cell.type_ignores)


def has_blank(text: str) -> bool:
    """Whether a text, as a command in quotation marks, has a blank: four underscores that stand alone."""
    return bool(_IN_TEXT.search(text))


def _texts(cell: ast.Module) -> list[str]:
    """Every text in a cell that is a line of code; of an f-string the parts that are written down."""
    nodes = [node for node in ast.walk(cell) if isinstance(node, ast.Constant)]
    return [node.value for node in nodes if isinstance(node.value, str)]


def _words(cell: ast.Module) -> set[object]:
    """Everything that is called something in a cell: variables, attributes, keywords."""
    return {getattr(node, kind, None) for node in ast.walk(cell) for kind in ("id", "attr", "arg")}


def _functions(statements: Iterable[ast.stmt]) -> set[str]:
    return {statement.name for statement in statements if isinstance(statement, ast.FunctionDef)}


def _needed(cell: ast.Module) -> set[str]:
    """The names that a cell uses before it makes them: `task` in `task = describe(lab, task)`."""
    needed: set[str] = set()
    made: set[str] = set()
    for statement in _in_order(cell.body):
        first = statement.value if isinstance(statement, ast.Assign) else statement  # before its target
        needed |= _names(first, ast.Load) - _names(first, ast.Store) - made
        made |= _names(statement, ast.Store) | _functions([statement])
        needed |= _names(statement, ast.Load) - made
    return needed


def _in_order(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements one by one, also those within a `try`."""
    for statement in statements:
        if isinstance(statement, ast.Try):
            handled = [line for handler in statement.handlers for line in handler.body]
            yield from _in_order([*statement.body, *handled, *statement.orelse, *statement.finalbody])
        else:
            yield statement


def _names(cell: ast.AST, context: type[ast.expr_context]) -> set[str]:
    return {
        node.id for node in ast.walk(cell) if isinstance(node, ast.Name) and isinstance(node.ctx, context)
    }
