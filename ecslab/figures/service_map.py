"""Services that talk: a line for each name under which one can ask for another, and the last answer there."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from ecslab.display.counted import counted
from ecslab.figures.svg import SOFT, TONES, Drawing, Figure, shorten
from ecslab.figures.text_metrics import text_width, wrap

if TYPE_CHECKING:
    from ecslab.operations.service_map.shapes import Line, ServiceMap, ServiceNode

MOST: Final = 20
"""Lines that are drawn; the rest is counted."""
_WIDTH, _EDGE, _SIZE, _LEADING, _GAP = 800, 16, 15, 20, 14
_BOX: Final = 148
_LEFT: Final = _EDGE + _BOX
_RIGHT: Final = _WIDTH - _EDGE - _BOX
_PITCH: Final = 84
"""From a service that talks to nobody to the next below it."""
_ROOM: Final = _RIGHT - _LEFT - 28
_TONES: Final = {True: "good", False: "bad", None: "quiet"}


def service_map(services: ServiceMap) -> Figure:
    """The services of a cluster: who asks left, who is asked right, between them each way and its answer.

    Args:
        services: what `ecslab.service_map.look` gave. Of many lines 20 are drawn.
    """
    drawn = sorted(services.lines, key=lambda line: line.answer is None)[:MOST]
    lines = [line for line in services.lines if line in drawn]
    groups = [[*map(_Row, group)] for _, group in groupby(lines, key=lambda line: line.way.server)]
    alone, notes = _alone(services, lines), _notes(services, lines)
    bottom = 48 + sum(sum(row.height for row in group) + _GAP for group in groups)
    below = bottom + _PITCH * -(-len(alone) // 4) + 16
    d = Drawing(_WIDTH, below + 21 * len(notes))
    d.text(_EDGE, 32, shorten(_title(services), _WIDTH - 2 * _EDGE, 16, bold=True), size=16, bold=True)
    y = 48
    for group in groups:
        _server(d, services, group, y)
        y += sum(row.height for row in group) + _GAP
    for number, node in enumerate(alone):
        row, column = divmod(number, 4)
        _service(d, node, _EDGE + column * 196, y + _PITCH * row, 180, _PITCH - 10)
    for number, note in enumerate(notes):
        d.text(_EDGE, below + 21 * number, note, ink=SOFT)
    return d.figure(_title(services), _words(services, lines))


class _Row:
    """One line between two services, its words cut into lines that fit."""

    def __init__(self, line: Line) -> None:
        way, told = line.way, line.answer
        self.line = line
        kind = f"{way.kind}{f' ({way.about})' if way.about else ''}"
        self.kind = _fitting(kind, bold=True)
        self.host = _address(f"{way.host}:{way.port}")
        self.why = _fitting(f"{_state(line)}{line.why}")
        self.said = _fitting(f"Last answer: {told.text}" if told else "Nobody asked yet.", bold=True)
        texts = (self.kind, self.host, self.why, self.said)
        self.height = 12 + sum(len(text) for text in texts) * _LEADING

    def draw(self, d: Drawing, y: int) -> None:
        """Its words, and the arrow between those above it and those below."""
        line, left = self.line, _LEFT + 12
        ink = TONES[_TONES[line.open]].line
        for text in self.kind:
            d.text(left, y + 16, text, bold=True)
            y += _LEADING
        for text in self.host:
            d.text(left, y + 16, text, mono=True)
            y += _LEADING
        d.arrow((_LEFT + 2, y + 6), (_RIGHT - 2, y + 6), ink=ink, dashed=line.open is not True)
        for text in self.why:
            d.text(left, y + 24, text, ink=SOFT if line.open is None else ink)
            y += _LEADING
        tone = TONES["good" if line.answer.good else "bad"].line if line.answer else SOFT
        for text in self.said:
            d.text(left, y + 24, text, ink=tone, bold=line.answer is not None)
            y += _LEADING


def _fitting(text: str, *, bold: bool = False, mono: bool = False) -> list[str]:
    """The words in two lines at most; what is longer is cut in its middle."""
    short = shorten(text, 1.7 * _ROOM, _SIZE, bold=bold, mono=mono)
    return wrap(short, _ROOM, _SIZE, bold=bold, mono=mono)


def _address(text: str) -> list[str]:
    """A name and its port in two lines at most, the second from a dot of the name on."""
    dots = [place for place, letter in enumerate(text) if letter == "."]
    fits = [place for place in dots if text_width(text[:place], _SIZE, mono=True) <= _ROOM]
    if text_width(text, _SIZE, mono=True) <= _ROOM or not fits:
        return _fitting(text, mono=True)
    return [text[: fits[-1]], shorten(text[fits[-1] :], _ROOM, _SIZE, mono=True)]


def _server(d: Drawing, services: ServiceMap, rows: list[_Row], y: int) -> None:
    """One service with every line to it, those of one client side by side."""
    nodes = {node.name: node for node in services.services}
    server = nodes[rows[0].line.way.server]
    _service(d, server, _RIGHT, y, _BOX, sum(row.height for row in rows) - 8)
    for client, group in groupby(rows, key=lambda row: row.line.client):
        own = list(group)
        _service(d, nodes[client], _EDGE, y, _BOX, sum(row.height for row in own) - 8)
        for row in own:
            row.draw(d, y)
            y += row.height


def _service(d: Drawing, node: ServiceNode, x: int, y: int, width: int, height: int) -> None:
    room = width - 18
    d.box(x, y, width, height, _name(node.name, room), shorten(_running(node), room, _SIZE), tone="ecs")


def _name(name: str, room: float) -> str:
    """A service's name in two lines at most, the second from behind a hyphen on."""
    fits = [
        place
        for place, letter in enumerate(name, 1)
        if letter == "-" and text_width(name[:place], _SIZE, bold=True) <= room
    ]
    if text_width(name, _SIZE, bold=True) <= room or not fits:
        return shorten(name, room, _SIZE, bold=True)
    return f"{name[: fits[-1]]}\n{shorten(name[fits[-1] :], room, _SIZE, bold=True)}"


def _alone(services: ServiceMap, lines: list[Line]) -> list[ServiceNode]:
    """Those on no line."""
    talking = {line.client for line in lines} | {line.way.server for line in lines}
    return [node for node in services.services if node.name not in talking][:MOST]


def _notes(services: ServiceMap, lines: list[Line]) -> list[str]:
    left = len(services.lines) - len(lines)
    notes = [f"Not drawn: {counted(left, 'line')} more."] if left else []
    if not services.lines:
        notes.append("No service has a name under which another can ask for it.")
    return notes


def _title(services: ServiceMap) -> str:
    reached = sum(line.open is True for line in services.lines)
    lines = f"{counted(len(services.lines), 'way')} between them, {reached} open"
    return f"Cluster {services.cluster}: {counted(len(services.services), 'service')}, {lines}"


def _words(services: ServiceMap, lines: list[Line]) -> str:
    """The map in words: a line for each service, and for each way between two."""
    told = [f"{node.name}: {_running(node)}." for node in services.services]
    for line in lines:
        way = line.way
        about = f" ({way.about})" if way.about else ""
        answer = f"last answer: {line.answer.text}" if line.answer else "nobody asked yet"
        told.append(
            f"{line.client} asks {way.server} at {way.host}:{way.port}, {way.kind}{about}. "
            f"{_state(line)}{line.why}; {answer}."
        )
    return "\n".join([*told, *_notes(services, lines)])


def _running(node: ServiceNode) -> str:
    return f"{node.running} of {node.desired} running"


def _state(line: Line) -> str:
    return {True: "Open: ", False: "Closed: ", None: ""}[line.open]
