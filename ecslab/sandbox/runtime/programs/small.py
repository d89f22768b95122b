"""Programs of a few lines: those every image has, and those that make one thing happen for a lesson."""

import re
from typing import Final

from ecslab.sandbox.runtime.place import FOREVER, Place, Run, serves
from ecslab.sandbox.runtime.process import Process
from ecslab.sandbox.runtime.program_errors import OutOfMemory
from ecslab.sandbox.runtime.programs.texts import TEXTS

UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
MIB_OF: Final = {"": 1 / 2**20, "k": 1 / 2**10, "m": 1, "g": 1024}


def sleep(process: Process, place: Place) -> Run:
    """`sleep 10`, `sleep 1m`, `sleep infinity`. As a container's first process it takes no notice of TERM."""
    process.on_term = process.unheard_term
    total = 0.0
    for word in process.argv[1:] or [""]:
        if word == "infinity":
            total = FOREVER
            continue
        match = re.fullmatch(r"(\d+(?:\.\d*)?)([smhd]?)", word)
        if not match:
            process.log(f"sleep: invalid time interval '{word}'" if word else "sleep: missing operand")
            return 1
        total += float(match[1]) * UNITS[match[2]]
    yield from place.sleep(total)
    return 0


def true(_process: Process, _place: Place) -> Run:
    """`true`: exit code 0."""
    return 0
    yield


def false(_process: Process, _place: Place) -> Run:
    """`false`: exit code 1."""
    return 1
    yield


def hello(process: Process, _place: Place) -> Run:
    """`hello`: the greeting of the image hello-world, then exit code 0."""
    process.log(TEXTS["hello"])
    return 0
    yield


def log_lines(process: Process, place: Place) -> Run:
    """`log-lines [count] [seconds between] [text…]`: write lines, then exit with code 0."""
    count, every, text = _number(process, 1, 10), _number(process, 2, 1), " ".join(process.argv[3:]) or "line"
    while place.position < int(count):
        if place.asleep is None:
            process.log(f"{text} {place.position + 1}")
        yield from place.sleep(every)
        place.position += 1
    return 0


def exit_after(process: Process, place: Place) -> Run:
    """`exit-after [seconds] [code]`: wait, then exit with that code (1)."""
    yield from place.sleep(_number(process, 1, 0))
    return int(_number(process, 2, 1))


def eat_memory(process: Process, place: Place) -> Run:
    """`eat-memory [MiB]`: take that much memory, and keep it; more than the container may have ends it."""
    wanted = _number(process, 1, 1024)
    if place.asleep is None:
        process.log(f"eating {wanted:g} MiB")
    return (yield from _take(process, wanted, place))


def stress(process: Process, place: Place) -> Run:
    """`stress --vm 1 --vm-bytes 600M`: as eat-memory."""
    match = re.search(r"--vm-bytes[ =](\d+)([kmg]?)", " ".join(process.argv), re.IGNORECASE)
    wanted = float(match[1]) * MIB_OF[match[2].lower()] if match else 256.0
    return (yield from _take(process, wanted, place))


def fail(process: Process, _place: Place) -> Run:
    """`fail [text…]`: a program with a bug; its container ends with exit code 1."""
    raise RuntimeError(" ".join(process.argv[1:]) or "this program always fails")
    yield


def _take(process: Process, mib: float, place: Place) -> Run:
    yield from place.sleep(1.0)
    limit = process.spec.memory_mib
    if (limit is not None and mib > limit) or not process.host.hold(mib):
        raise OutOfMemory
    return (yield from serves(place))


def _number(process: Process, position: int, default: float) -> float:
    return float(process.argv[position]) if len(process.argv) > position else default
