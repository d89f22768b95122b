"""Figures without arguments: each is a text file, with its shapes in the order in which they are drawn.

A shape is the name of a method of `Drawing`, its places, its words, and last, in braces, what else it takes.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from ecslab.display.texts import Entry, read
from ecslab.figures.svg import SOFT, Drawing, Figure


def anatomy() -> Figure:
    """The parts of an ECS cluster, numbered 1 to 6."""
    return _drawn("anatomy")


def launch() -> Figure:
    """One service, two places to run its tasks: EC2 instances that you own, or Fargate."""
    return _drawn("launch")


def house() -> Figure:
    """VPC, subnets, route table, internet gateway and security group, as a neighbourhood with a gate."""
    return _drawn("house")


def private_network() -> Figure:
    """A task in a private subnet, and its two ways out: a NAT gateway, or VPC endpoints."""
    return _drawn("private_network")


def inside_task() -> Figure:
    """The guestbook task: one network interface, one volume, three containers, two roles."""
    return _drawn("inside_task")


def two_roles() -> Figure:
    """Execution role and task role: who uses which, when, and what happens without it."""
    return _drawn("two_roles")


def strategies() -> Figure:
    """Four deployment strategies: the share of visitors who get the new version, over time."""
    return _drawn("strategies")


def role_chain() -> Figure:
    """How a role comes to act: you pass it, ECS assumes it, its policy says what it may do."""
    return _drawn("role_chain")


def faults() -> Figure:
    """Three kinds of fault, where to read, and what the signs point to."""
    return _drawn("faults")


def _drawn(name: str) -> Figure:
    words = _file(name).only("title", "description", "size", "shapes")
    d = _empty(words)
    for kind, *places in cast("Iterable[list[Any]]", words.values["shapes"]):
        options = places.pop() if isinstance(places[-1], dict) else {}
        getattr(d, kind)(*places, **options)
    return d.figure(words.text("title"), words.text("description"))


def _empty(words: Entry) -> Drawing:
    width, height = cast("list[int]", words.values["size"])
    return Drawing(width, height)


def _file(name: str) -> Entry:
    """What stands in the text file of a figure."""
    return read(Path(__file__).parent, name)


def _rows(words: Entry) -> list[list[str]]:
    """The rows of a figure that is a table."""
    return cast("list[list[str]]", words.values["rows"])


def capacity() -> Figure:
    """Where a task can run, EC2, Fargate or External, beside Lambda: what each asks and when to choose it."""
    return _comparison("capacity")


def balancers() -> Figure:
    """Application, Network and Classic Load Balancer: what each understands, and what it is for."""
    return _comparison("balancers")


def _comparison(name: str) -> Figure:
    """A table of boxes; its columns are headed by kinds, its rows by questions."""
    words = _file(name).only("title", "size", "questions", "columns", "top", "row", "kinds", "tones", "rows")
    left, question_width = cast("list[int]", words.values["questions"])
    first, column_width = cast("list[int]", words.values["columns"])
    top, height = cast("int", words.values["top"]), cast("int", words.values["row"])
    kinds, rows = words.texts("kinds"), _rows(words)
    begin, step = top + 50, height + 6
    d = _empty(words)
    for column, (kind, tone) in enumerate(zip(kinds, words.texts("tones"), strict=True)):
        d.box(first + column * (column_width + 8), top, column_width, 44, kind, tone=tone)
    for row, (question, *answers) in enumerate(rows):
        d.box(left, begin + row * step, question_width, height, question, tone="quiet")
        for column, answer in enumerate(answers):
            x, tone = first + column * (column_width + 8), "bad" if answer == "refused" else "plain"
            d.box(x, begin + row * step, column_width, height, body=answer, tone=tone)
    columns = (
        f"{kind}: {', '.join(f'{row[0].lower()} {row[n]}' for row in rows)}"
        for n, kind in enumerate(kinds, 1)
    )
    return d.figure(words.text("title"), ". ".join(columns) + ".")


def chores() -> Figure:
    """Twelve chores and who does each: you or AWS, in four ways to run a container."""
    words = _file("chores").only("title", "ways", "rows")
    ways, rows = words.texts("ways"), _rows(words)
    d = Drawing(860, 96 + 32 * len(rows))
    for column, way in enumerate(ways):
        d.text(436 + column * 112, 42, way, bold=True, anchor="middle")
    for row, (chore, who) in enumerate(rows):
        y = 56 + row * 32
        d.text(24, y + 19, f"{row + 1}.", ink=SOFT)
        d.text(54, y + 19, chore)
        for column, doer in enumerate(who):
            name, tone = ("you", "task") if doer == "y" else ("AWS", "net")
            d.box(384 + column * 112, y, 104, 28, name, tone=tone, pad=4)
    y = 56 + 32 * len(rows)
    d.text(54, y + 20, "Left to you", bold=True)
    for column in range(len(ways)):
        count = sum(who[column] == "y" for _, who in rows)
        d.text(436 + column * 112, y + 20, f"{count} of {len(rows)}", bold=True, anchor="middle")
    yours = "; ".join(
        f"{way}: {', '.join(chore.lower() for chore, who in rows if who[n] == 'y')}"
        for n, way in enumerate(ways)
    )
    return d.figure(words.text("title"), f"What is left to you. {yours}.")


def docker_run() -> Figure:
    """How a task definition resembles `docker run`: option by option."""
    words = _file("docker_run").only("title", "rows")
    rows = _rows(words)
    d = Drawing(860, 84 + 40 * len(rows))
    for x, heading in ((24, "docker run"), (274, "Amazon ECS"), (562, "meaning")):
        d.text(x + 12, 44, heading, bold=True)
    for row, (docker, ecs, meaning) in enumerate(rows):
        y = 58 + row * 40
        d.box(24, y, 238, 32, body=docker, tone="quiet", align="start", mono=True)
        d.box(274, y, 286, 32, body=ecs, tone="ecs", align="start", mono=True)
        d.text(574, y + 21, meaning, size=15, ink=SOFT)
    told = "; ".join(f"{docker} is {ecs} ({meaning})" for docker, ecs, meaning in rows)
    return d.figure(words.text("title"), f"{told}.")
