"""What a snapshot may name: classes, functions and constants of the sandbox and of moto, and nothing else.

A name is a module and a path in it. A function within a function is found in the code of the outer one.
"""

import functools
import importlib
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Final

_ROOTS: Final = ("ecslab.sandbox.", "moto.")
_LOCALS: Final = "<locals>"
_SCALARS: Final = (str, bytes, int, float, type(None), type, ModuleType)


class Refused(ValueError):
    """Something that a snapshot cannot hold, or must not name."""


def allowed(module: object) -> bool:
    return isinstance(module, str) and module.startswith(_ROOTS)


def look_up(module: str, path: str) -> object:
    """What is called so.

    Raises:
        Refused: it is not there, or nothing that may be named.
    """
    if not allowed(module):
        raise Refused(f"{module} is not of the sandbox or moto")
    named: object = _imported(module)
    for part in path.split("."):
        try:
            named = vars(named)[part]
        except (KeyError, TypeError):
            raise Refused(f"{module} has no {path}") from None
        if isinstance(named, staticmethod | classmethod):
            named = named.__func__
        if isinstance(named, ModuleType):
            raise Refused(f"{module}.{path} is a module")
    return named


def name_of(thing: type | FunctionType) -> tuple[str, str]:
    """Module and path of a class, or of a function that is not within another.

    Raises:
        Refused: it cannot be found by them.
    """
    module, path = thing.__module__, thing.__qualname__
    if _LOCALS in path or look_up(module, path) is not thing:
        raise Refused(f"{module}.{path} is not found by its name")
    return module, path


def place_of(code: CodeType, module: str) -> tuple[str, tuple[int, ...]]:
    """Where the code of a function within a function is: the outermost one's path, and the way in from it.

    Raises:
        Refused: it is not there.
    """
    outer = code.co_qualname.partition(f".{_LOCALS}")[0]
    for way, inner in _codes(_code(module, outer)):
        if inner is code:
            return outer, way
    raise Refused(f"{module}.{code.co_qualname} is not found by its name")


def code_at(module: str, outer: str, way: tuple[int, ...]) -> CodeType:
    """The code that `place_of` gave the place of."""
    code = _code(module, outer)
    for step in way:
        inner = code.co_consts[step] if 0 <= step < len(code.co_consts) else None
        if not isinstance(inner, CodeType):
            raise Refused(f"{module}.{outer} has no such function in it")
        code = inner
    return code


def globals_of(module: str) -> dict[str, object]:
    """What the functions of a module see."""
    if not allowed(module):
        raise Refused(f"{module} is not of the sandbox or moto")
    return vars(_imported(module))


def constants() -> dict[int, tuple[str, str]]:
    """Module and name of everything that a module holds: by its id, for as long as nothing is loaded."""
    return {
        id(value): (name, attribute)
        for name, module in list(sys.modules.items())
        if allowed(name)
        for attribute, value in vars(module).items()
        if not isinstance(value, _SCALARS) and value not in ((), frozenset())
    }


def _codes(code: CodeType, way: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], CodeType]]:
    for step, inner in enumerate(code.co_consts):
        if isinstance(inner, CodeType):
            yield (*way, step), inner
            yield from _codes(inner, (*way, step))


def _code(module: str, path: str) -> CodeType:
    function = look_up(module, path)
    while isinstance(function, property | functools.partial) or hasattr(function, "__wrapped__"):
        function = function.fget if isinstance(function, property) else getattr(function, "__wrapped__", None)
    if not isinstance(function, FunctionType):
        raise Refused(f"{module}.{path} is no function")
    return function.__code__


@functools.cache
def _imported(module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError as problem:
        raise Refused(f"{module}: {problem}") from None
