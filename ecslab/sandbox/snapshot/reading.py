"""A graph of objects, made anew from what `writing` wrote: nothing is called that the graph names.

Three rounds: everything that can be changed is made, empty; then what cannot, of its parts; then the empty
are filled, those that ask for the hashes of others last. At the end, what runs is found again (`come_back`).
"""

import base64
import functools
import gc
import types
import weakref
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, cast

from ecslab.sandbox.snapshot import names
from ecslab.sandbox.snapshot.names import Refused
from ecslab.sandbox.snapshot.plain import MAKERS
from ecslab.sandbox.snapshot.writing import BASES, FACTORIES, Node, Written

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.account import Account
    from ecslab.sandbox.world.time.clock import Clock

Parts = Sequence[int]
Fill = Callable[..., None]


class _Runs(Protocol):
    """What does something itself."""

    def come_back(self) -> None: ...


class _Later(NamedTuple):
    """Something empty that is to be filled with the things of these numbers."""

    fill: Fill
    thing: object
    parts: Parts


def read(graph: Written, given: Mapping[str, object]) -> "tuple[Clock, Account]":
    """What hangs on the graph's root.

    Args:
        given: what `written` was told to leave out, by name.

    Raises:
        Refused: it names what it must not name.
        ValueError, TypeError, LookupError, AttributeError: it is damaged.
    """
    collects = gc.isenabled()
    gc.disable()  # it would go through all that is made, again and again
    try:
        return cast("tuple[Clock, Account]", _Reader(graph, given).root())
    finally:
        if collects:
            gc.enable()


class _Reader:
    def __init__(self, graph: Written, given: Mapping[str, object]):
        self._graph, self._given = graph, given
        self._things: list[object] = [*[None] * len(graph.nodes), *reversed(graph.scalars)]
        self._shapes = [_shape(*shape) for shape in graph.shapes]
        self._waiting: list[_Runs] = []  # what does something itself, once all around it is there again

    def root(self) -> object:
        nodes, things = self._graph.nodes, self._things
        later: list[_Later] = []
        hashed: list[_Later] = []
        for number, node in enumerate(nodes):
            if node[0] == "object":
                self._shell(number, node, later, hashed)
            elif node[0] in _SHELLS:
                make, fill, hashes = _SHELLS[node[0]]
                things[number] = make()
                (hashed if hashes else later).append(_Later(fill, things[number], node[1:]))
        for number, node in enumerate(nodes):
            if node[0] in _MADE:
                things[number] = _MADE[node[0]](self, *node[1:])
            elif node[0] != "object" and node[0] not in _SHELLS:
                raise Refused(f"a snapshot has no {node[0]!r}")
        for fill, thing, parts in (*later, *hashed):
            fill(thing, [things[part] for part in parts])
        for thing in self._waiting:
            thing.come_back()
        return things[self._graph.root]

    def _shell(self, number: int, node: Node, later: list[_Later], hashed: list[_Later]) -> None:
        kind, base, attributes = self._shapes[node[1]]
        new = cast("Callable[[type], object]", base.__new__)
        made = self._things[number] = new(kind)
        if hasattr(kind, "come_back"):
            self._waiting.append(cast("_Runs", made))
        count = len(attributes)
        later.append(_Later(functools.partial(_set, attributes), made, node[2 : 2 + count]))
        if base is not object:
            _, fill, hashes = _SHELLS[base.__name__]
            (hashed if hashes else later).append(_Later(fill, made, node[2 + count :]))

    def _given_thing(self, name: str, *way: str) -> object:
        given = self._given[name]
        return given.joinpath(*way) if isinstance(given, PurePath) else given

    def _tuple(self, *parts: int) -> tuple[object, ...]:
        return tuple([self._things[part] for part in parts])

    def _plain(self, name: str, *parts: int) -> object:
        return MAKERS[name](*self._tuple(*parts))

    def _subclass(self, kind: int, value: int) -> object:
        made, plain = self._things[kind], self._things[value]
        new = cast("Callable[[type, object], object]", type(plain).__new__)
        return new(_class(made), plain)

    def _member(self, kind: int, name: int) -> object:
        return _class(self._things[kind])[self._things[name]]  # type: ignore[index]

    def _method(self, function: int, owner: int) -> object:
        return types.MethodType(_function(self._things[function]), self._things[owner])

    def _builtin(self, owner: int, name: str) -> object:
        held = self._things[owner]
        if type(held) not in BASES.values() or name.startswith("_"):
            raise Refused(f"a snapshot has no {type(held).__name__}.{name}")
        return getattr(held, name)

    def _named_function(self, module: str, path: str) -> object:
        return _function(names.look_up(module, path))

    def _inner(self, module: str, outer: str, way: list[int], *parts: int) -> object:
        code = names.code_at(module, outer, tuple(way))
        defaults, named, *cells = self._tuple(*parts)
        function = types.FunctionType(code, names.globals_of(module), None, defaults, tuple(cells))  # type: ignore[arg-type]
        function.__kwdefaults__ = named  # type: ignore[assignment]
        function.__qualname__, function.__module__ = code.co_qualname, module
        return function


def _shape(module: str, path: str, base: str, *attributes: str) -> tuple[type, type, tuple[str, ...]]:
    kind, rests_on = _class(names.look_up(module, path)), BASES[base]
    if not issubclass(kind, rests_on):
        raise Refused(f"{module}.{path} does not rest on {base}")
    return kind, rests_on, attributes


def _class(named: object) -> type:
    if not isinstance(named, type):
        raise Refused(f"{named!r} is no class")
    return named


def _function(named: object) -> Callable[..., object]:
    if not isinstance(named, types.FunctionType):
        raise Refused(f"{named!r} is no function")
    return named


def _set(attributes: tuple[str, ...], thing: object, values: list[object]) -> None:
    for name, value in zip(attributes, values, strict=True):
        object.__setattr__(thing, name, value)


def _fill_dict(held: dict[object, object], parts: list[object]) -> None:
    dict.update(held, zip(parts[::2], parts[1::2], strict=True))


def _fill_ordered(held: "OrderedDict[object, object]", parts: list[object]) -> None:
    for key, value in zip(parts[::2], parts[1::2], strict=True):
        OrderedDict.__setitem__(held, key, value)


def _fill_weakly(held: "weakref.WeakValueDictionary[object, object]", parts: list[object]) -> None:
    held.update(zip(parts[::2], parts[1::2], strict=True))


def _fill_default(held: "defaultdict[object, object]", parts: list[object]) -> None:
    held.default_factory = cast("Callable[[], object] | None", parts[0])
    _fill_dict(held, parts[1:])


def _fill_deque(held: "deque[object]", parts: list[object]) -> None:
    deque.__init__(held, parts[1:], cast("int | None", parts[0]))


def _fill_error(error: Exception, parts: list[object]) -> None:
    error.args = tuple(parts)


def _fill_cell(cell: types.CellType, parts: list[object]) -> None:
    (cell.cell_contents,) = parts


_SHELLS: Final[Mapping[object, tuple[Callable[[], object], Fill, bool]]] = {
    "list": (list, list.extend, False),
    "deque": (deque, _fill_deque, False),
    "cell": (types.CellType, _fill_cell, False),
    "dict": (dict, _fill_dict, True),
    "OrderedDict": (OrderedDict, _fill_ordered, True),
    "defaultdict": (defaultdict, _fill_default, True),
    "weakly": (weakref.WeakValueDictionary, _fill_weakly, True),
    "set": (set, set.update, True),
    **dict.fromkeys(("Exception", "ValueError", "LookupError"), (Refused, _fill_error, False)),
}
"""How something empty is made, how it is filled, and whether that asks for hashes."""
_MADE: Final[Mapping[object, Callable[..., object]]] = {
    "bytes": lambda _, text: base64.b64decode(text),
    "tuple": _Reader._tuple,
    "frozenset": lambda reader, *parts: frozenset(reader._tuple(*parts)),
    "plain": _Reader._plain,
    "given": _Reader._given_thing,
    "constant": lambda _, module, path: names.look_up(module, path),
    "class": lambda _, module, path: _class(names.look_up(module, path)),
    "factory": lambda _, name: FACTORIES[name],
    "member": _Reader._member,
    "subclass": _Reader._subclass,
    "method": _Reader._method,
    "builtin": _Reader._builtin,
    "function": _Reader._named_function,
    "inner": _Reader._inner,
}
