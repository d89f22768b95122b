"""A graph of objects, written down as numbers and texts: no code, and nothing that is called by its name.

A scalar is written once, and its number is negative. Every other thing is a node: a kind, and the numbers of
its parts. What cannot be changed once it is made comes after its parts, so that it can be made of them.
"""

import base64
import itertools
import sys
import weakref
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from pathlib import PurePath
from types import BuiltinMethodType, CellType, FunctionType, MethodType
from typing import Any, Final, NamedTuple

from ecslab.sandbox.snapshot import names
from ecslab.sandbox.snapshot.names import Refused
from ecslab.sandbox.snapshot.plain import kind_of

__all__ = ["BASES", "FACTORIES", "Node", "Written", "written"]

Node = list[Any]
"""A word that says what it is, then numbers and texts: as JSON gives it back."""
_HEAP_TYPE: Final = 1 << 9  # a class that a `class` statement made
FACTORIES: Final[Mapping[str, type]] = {kind.__name__: kind for kind in (dict, float, int, list, set, str)}
"""Python's own classes that a thing may hold."""
BASES: Final[Mapping[str, type]] = {
    "object": object, "dict": dict, "OrderedDict": OrderedDict, "defaultdict": defaultdict, "list": list,
    "deque": deque, "set": set, "Exception": Exception, "ValueError": ValueError, "LookupError": LookupError,
}  # fmt: skip
"""What the class of a thing that can be changed may rest on, by its name."""


class Written(NamedTuple):
    """A graph, as JSON can hold it.

    Attributes:
        scalars: texts, numbers and the like; the first has the number -1.
        shapes: module and path of a class, what it rests on, and the names of attributes.
        nodes: the first has the number 0.
        root: the number of what it all hangs on.
    """

    scalars: list[object]
    shapes: list[Node]
    nodes: list[Node]
    root: int


class _Shape(NamedTuple):
    """What is the same for all things of a class."""

    module: str
    path: str
    base: str
    slots: tuple[str, ...]
    left_out: frozenset[str]


def written(root: object, given: Mapping[str, object]) -> Written:
    """A graph from its root on, for `reading.read`.

    Args:
        given: what whoever reads it has of his own, by name; it is left out.

    Raises:
        Refused: something in it cannot be written down.
    """
    return _Writer(given).all_of(root)


class _Writer:
    def __init__(self, given: Mapping[str, object]):
        self._given_things = given
        self._given = {id(thing): name for name, thing in given.items()}
        self._constants = names.constants()
        self._numbers: dict[int, int] = {}  # by the id of a thing
        self._scalars: dict[tuple[type, object], int] = {}
        self._values: list[object] = []
        self._nodes: list[Node] = []
        self._shapes: dict[tuple[object, ...], int] = {}
        self._kept: list[object] = []  # so that no id stands for two things
        self._open: list[tuple[Node, Callable[[object], Iterable[object]], object]] = []

    def all_of(self, root: object) -> Written:
        top = self._number(root)
        while self._open:
            node, parts, thing = self._open.pop()
            node.extend(map(self._number, parts(thing)))
        return Written(self._values, [list(shape) for shape in self._shapes], self._nodes, top)

    def _number(self, thing: object) -> int:
        kind = type(thing)
        if kind in _SCALARS:
            return self._scalar(kind, thing)
        number = self._numbers.get(id(thing))
        if number is None:
            number = self._numbers[id(thing)] = self._new(kind, thing)
            self._kept.append(thing)
        return number

    def _scalar(self, kind: type, value: object) -> int:
        key = (kind, repr(value) if kind is float else value)  # 0.0 is -0.0
        number = self._scalars.get(key)
        if number is None:
            self._values.append(value)
            number = self._scalars[key] = -len(self._values)
        return number

    def _new(self, kind: type, thing: object) -> int:
        if id(thing) in self._given:
            return self._node("given", self._given[id(thing)])
        if id(thing) in self._constants:
            return self._node("constant", *self._constants[id(thing)])
        if kind in _FILLED:
            name, parts = _FILLED[kind]
            return self._to_fill([name], parts, thing)
        if plain := kind_of(thing):
            return self._node("plain", plain.name, *map(self._number, plain.parts(thing)))
        made = _MADE.get(kind)
        return made(self, thing) if made else self._other(kind, thing)

    def _node(self, *fields: object) -> int:
        self._nodes.append(list(fields))
        return len(self._nodes) - 1

    def _to_fill(self, node: Node, parts: Callable[[object], Iterable[object]], thing: object) -> int:
        """A node of what can be changed: it has its number before its parts have theirs."""
        self._nodes.append(node)
        self._open.append((node, parts, thing))
        return len(self._nodes) - 1

    def _other(self, kind: type, thing: object) -> int:
        if isinstance(thing, type):
            if FACTORIES.get(thing.__name__) is thing:
                return self._node("factory", thing.__name__)
            return self._node("class", *names.name_of(thing))
        if isinstance(thing, PurePath):
            return self._path(thing)
        if isinstance(thing, Enum):
            return self._node("member", self._number(kind), self._number(thing.name))
        if isinstance(thing, tuple | str):
            if getattr(thing, "__dict__", None):
                raise Refused(f"{kind.__qualname__} has attributes of its own")
            plain = str.__str__(thing) if isinstance(thing, str) else tuple(thing)
            return self._node("subclass", self._number(kind), self._number(plain))
        shape = _shape_of(kind)
        attributes = _attributes(thing, shape)
        key = (shape.module, shape.path, shape.base, *attributes)
        number = self._shapes.setdefault(key, len(self._shapes))
        values = list(attributes.values())
        items = _ITEMS[shape.base]
        return self._to_fill(["object", number], lambda it: (*values, *items(it)), thing)

    def _path(self, path: PurePath) -> int:
        for name, given in self._given_things.items():
            if isinstance(given, PurePath) and path.is_relative_to(given):
                return self._node("given", name, *path.relative_to(given).parts)
        raise Refused("a file that is not the sandbox's own")

    def bytes(self, content: bytes) -> int:
        return self._node("bytes", base64.b64encode(content).decode())

    def tuple(self, things: tuple[object, ...]) -> int:
        return self._node("tuple", *map(self._number, things))

    def frozenset(self, things: frozenset[object]) -> int:
        return self._node("frozenset", *map(self._number, things))

    def method(self, method: MethodType) -> int:
        return self._node("method", self._number(method.__func__), self._number(method.__self__))

    def builtin(self, method: BuiltinMethodType) -> int:
        owner = method.__self__
        if type(owner) not in BASES.values():
            raise Refused(f"{method!r} is of Python's own")
        return self._node("builtin", self._number(owner), method.__name__)

    def function(self, function: FunctionType) -> int:
        module = function.__module__
        if "<locals>" not in function.__qualname__ and function.__name__ != "<lambda>":
            return self._node("function", *names.name_of(function))
        if not names.allowed(module) or function.__globals__ is not vars(sys.modules[module]):
            raise Refused(f"{function!r} is not of the sandbox or moto")
        outer, way = names.place_of(function.__code__, module)
        parts = (function.__defaults__, function.__kwdefaults__, *(function.__closure__ or ()))
        return self._node("inner", module, outer, list(way), *map(self._number, parts))


def _shape_of(kind: type) -> _Shape:
    if kind not in _shapes:
        base = next(each for each in kind.__mro__ if not each.__flags__ & _HEAP_TYPE)
        if BASES.get(base.__name__) is not base:
            raise Refused(f"{kind.__module__}.{kind.__qualname__} rests on {base.__name__}")
        if (kind.__module__, kind.__qualname__) not in _FOREIGN:
            names.name_of(kind)
        slots = [_mangled(name, each) for each in kind.__mro__ for name in _slots(each)]
        left_out = frozenset(getattr(kind, "LEFT_OUT", ()))
        _shapes[kind] = _Shape(kind.__module__, kind.__qualname__, base.__name__, tuple(slots), left_out)
    return _shapes[kind]


def _slots(kind: type) -> list[str]:
    slots = vars(kind).get("__slots__", ())
    declared = [slots] if isinstance(slots, str) else list(slots)
    return [name for name in declared if name not in ("__dict__", "__weakref__")]


def _mangled(name: str, kind: type) -> str:
    hidden = name.startswith("__") and not name.endswith("__")
    return f"_{kind.__name__.lstrip('_')}{name}" if hidden else name


def _attributes(thing: object, shape: _Shape) -> dict[str, object]:
    held: dict[str, object] = getattr(thing, "__dict__", {})
    if shape.left_out:
        held = {name: value for name, value in held.items() if name not in shape.left_out}
    slots = {name: getattr(thing, name) for name in shape.slots
             if name not in shape.left_out and hasattr(thing, name)}  # fmt: skip
    return slots | held if slots else held


def _pairs(held: dict[object, object]) -> Iterable[object]:
    """Keys and values, as they are held, whatever a class of its own makes of them."""
    items = OrderedDict.items(held) if isinstance(held, OrderedDict) else dict.items(held)
    return itertools.chain.from_iterable(items)


def _in_order(held: set[str]) -> Iterable[object]:
    """A set of texts has another order in each process."""
    return sorted(set.__iter__(held)) if all(type(each) is str for each in set.__iter__(held)) else held


_SCALARS: Final = frozenset({type(None), bool, int, float, str})
_FOREIGN: Final[frozenset[tuple[str, str]]] = frozenset()
_FILLED: Final[Mapping[type, tuple[str, Callable[..., Iterable[object]]]]] = {
    list: ("list", list.__iter__),
    set: ("set", _in_order),
    dict: ("dict", _pairs),
    OrderedDict: ("OrderedDict", _pairs),
    deque: ("deque", lambda each: (each.maxlen, *each)),
    defaultdict: ("defaultdict", lambda each: (each.default_factory, *_pairs(each))),
    CellType: ("cell", lambda cell: (cell.cell_contents,)),
    weakref.WeakValueDictionary: ("weakly", lambda each: _pairs(dict(each))),
}
_ITEMS: Final[Mapping[str, Callable[..., Iterable[object]]]] = {
    "object": lambda _: (),
    "Exception": lambda error: error.args,
    "ValueError": lambda error: error.args,
    "LookupError": lambda error: error.args,
    **dict(_FILLED.values()),
}
_MADE: Final[Mapping[type, Callable[..., int]]] = {
    bytes: _Writer.bytes,
    tuple: _Writer.tuple,
    frozenset: _Writer.frozenset,
    MethodType: _Writer.method,
    BuiltinMethodType: _Writer.builtin,
    FunctionType: _Writer.function,
}
_shapes: Final[dict[type, _Shape]] = {}
