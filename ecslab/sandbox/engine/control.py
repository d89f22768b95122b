"""What the sandbox does for its own people beside AWS's API: clock, reset, undo, journal.

Each verb is a function of the sandbox and its named values, answered as JSON. The lock is held throughout.
"""

import inspect
import json
import os
import time
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qs

from ecslab import __version__
from ecslab.sandbox.engine import session_calls, stepping
from ecslab.sandbox.engine.pace import Mode
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.journal.record import Record
from ecslab.sandbox.wire.credentials import ACCOUNT, REGION
from ecslab.sandbox.world.errors import AwsError

Answer = dict[str, object]


def carry_out(sandbox: Sandbox, verb: str, values: Mapping[str, object]) -> Answer:
    """Carry out one verb.

    Raises:
        AwsError: UnknownVerb, or ValidationError with what the verb takes.
    """
    with sandbox.lock:
        if verb not in ("shutdown", "status", "reset"):  # what is forgotten need not happen first
            sandbox.timekeeper.arrive()
        do = VERBS.get(verb)
        if do is None:
            known = ", ".join(sorted(VERBS))
            raise AwsError("UnknownVerb", f"No control verb {verb!r}; there are: {known}.", 404)
        try:
            inspect.signature(do).bind(sandbox, **values)
            return do(sandbox, **values)
        except (ValueError, TypeError) as problem:
            raise AwsError("ValidationError", f"{verb}: {problem}.") from None


def status(sandbox: Sandbox) -> Answer:
    """Who and where the sandbox is, and what its clock shows."""
    return {
        "version": __version__,
        "pid": os.getpid(),
        "account": ACCOUNT,
        "region": REGION,
        "home": str(sandbox.home),
        "clock": _clock(sandbox),
        "eventual": sandbox.backend.eventual,
        "gateway": sandbox.addresses,
        "position": len(sandbox.journal),
        "began": sandbox.journal[0].start["wall"],
        "notices": list(sandbox.notices),
        "uptime": time.monotonic() - sandbox.began,
    }


def advance(sandbox: Sandbox, *, seconds: float | None = None, to_next: bool = False) -> Answer:
    """Let virtual time pass: `seconds`, or (`to_next`) to the next event that changes something, if one does
    within them; `to_next` alone goes as far as `stepping.to_next_change` does, and `note` is what it says.
    """
    clock, before, note = sandbox.clock, sandbox.clock.now, ""
    if seconds is not None and not 0 <= seconds <= 7 * 24 * 3600:
        raise ValueError(f"seconds must be from 0 to a week, got {seconds!r}")
    if seconds is None and not to_next:
        raise ValueError("say seconds, to_next, or both")
    if seconds is None:
        events, note = stepping.to_next_change(clock, sandbox.timekeeper.run)
    else:
        events = sandbox.timekeeper.run(before + seconds, to_change=to_next)
    if sandbox.pace.mode == "paced":
        sandbox.account.go_on()
    return {"now": clock.now, "moved": clock.now - before, "events": events, "note": note}


def clock(
    sandbox: Sandbox,
    *,
    speed: float | None = None,
    paused: bool | None = None,
    step: bool = False,
    mode: Mode | None = None,
) -> Answer:
    """Change the clock's speed or mode, pause or resume it, or step to the next event; `note` says of a step
    why nothing happened.
    """
    pace, now = sandbox.pace, sandbox.clock.now
    if speed is not None:
        pace.set_speed(now, speed)
    if mode is not None:
        pace.set_mode(now, mode)
    if paused is not None:
        pace.paused = paused
    sandbox.account.go_on()
    note = advance(sandbox, to_next=True)["note"] if step else ""
    return _clock(sandbox) | {"note": note}


def eventual(sandbox: Sandbox, *, on: bool) -> Answer:
    """Let changes be seen late from now on, as on AWS, or at once."""
    if not isinstance(on, bool):
        raise ValueError(f"on must be true or false, got {on!r}")
    sandbox.be_eventual(on)
    return {"eventual": on}


def reset(sandbox: Sandbox, *, seed: str | int | None = None, began: float | None = None) -> Answer:
    """Forget everything that was made; the credentials stay.

    In stepped time the account can begin at an earlier moment, epoch second `began`: what goes by the time of
    day is then the same in each run.
    """
    if began is not None and (sandbox.pace.mode != "stepped" or not 0 <= began <= sandbox.wall()):
        raise ValueError(f"began must be a moment before now, and time stepped; got {began!r}")
    sandbox.account.start_over(seed, began)
    return {"position": len(sandbox.journal), "seed": sandbox.account.seed}


def journal(sandbox: Sandbox) -> Answer:
    """Every change so far, oldest first."""
    return {
        "entries": [
            {"position": position, "now": record.now, "service": record.call["service"],
             "operation": record.call["operation"], "summary": summary(record),
             "step": record.call.get("step", "")}
            for position, record in enumerate(sandbox.journal) if record.kind == "request"
        ]
    }  # fmt: skip


def cut(sandbox: Sandbox, *, position: int) -> Answer:
    """Go back to the moment before the record at `position`."""
    if not 1 <= position <= len(sandbox.journal):
        raise ValueError(f"position must be from 1 to {len(sandbox.journal)}, got {position!r}")
    dropped = len(sandbox.journal) - position
    then = sandbox.journal[position].now if dropped else sandbox.clock.now
    sandbox.journal.cut(position)
    sandbox.account.rebuild(then)
    return {"position": position, "dropped": dropped, "now": sandbox.clock.now}


def reach(sandbox: Sandbox, *, ip: str, port: int) -> Answer:
    """Would a packet from the internet get in? If not, which rule stops it."""
    door = sandbox.backend.door(ip, port)
    return {
        "passed": door.answer is not None,
        "stopped_by": door.stopped_by,
        "text": door.text,
        "eni": door.eni,
    }


def inject(sandbox: Sandbox, *, kind: str, **values: object) -> Answer:
    """Make something go wrong from outside: a fault of `bridge.faults.KINDS`, with its values."""
    return sandbox.changes.inject(kind, values)


def visitors(sandbox: Sandbox, *, do: str = "status", **values: object) -> Answer:
    """Let visitors come, change or stop (`bridge.load.control`); or say how they do."""
    if do == "status":
        if values:
            raise ValueError(f"status takes no {', '.join(sorted(values))}")
        return {"visitors": sandbox.backend.visitors()}
    return sandbox.changes.inject("visitors", {"do": do, **values})


def images(_sandbox: Sandbox) -> Answer:
    """The public images that can be had offline."""
    from ecslab.sandbox.bridge.images import catalogue

    return {"images": catalogue.listing()}


def honesty(sandbox: Sandbox) -> Answer:
    """What the sandbox does as AWS does, what it simplifies, pretends, and leaves out."""
    from ecslab.sandbox import honesty

    return {"rows": honesty.rows(sandbox.backend.eventual)}


def carried(_sandbox: Sandbox) -> Answer:
    """The services and operations that answer, and what becomes of each field of their requests."""
    from ecslab.sandbox import honesty

    return {"services": honesty.carried()}


def shutdown(sandbox: Sandbox) -> Answer:
    """End the process, once this is answered."""
    sandbox.on_shutdown()
    return {"pid": os.getpid()}


VERBS: Final[dict[str, Callable[..., Answer]]] = {
    do.__name__: do
    for do in (
        status, advance, clock, eventual, reset, journal, cut, session_calls.export, session_calls.blob,
        session_calls.accept, session_calls.restore, reach, inject, visitors, images, honesty, carried,
        shutdown,
    )
}  # fmt: skip
_TELLING: Final = (
    "clusterName", "cluster", "family", "taskDefinition", "repositoryName", "roleName", "RoleName",
    "GroupName", "logGroupName", "imageTag", "serviceName", "GroupId", "Name",
)  # fmt: skip


def summary(record: Record) -> str:
    """The one name in a request that tells most, or nothing; for the registry, its path."""
    if record.call["service"] == "registry":
        return record.call["path"]
    if len(record.body) > 65536:
        return ""
    try:
        values = json.loads(record.body)
    except ValueError:
        form = parse_qs(record.body.decode("utf-8", "replace"))
        values = {name: given[0] for name, given in form.items()}
    if not isinstance(values, dict):
        return ""
    return next((str(values[name]) for name in _TELLING if values.get(name)), "")


def _clock(sandbox: Sandbox) -> Answer:
    pace, world = sandbox.pace, sandbox.clock
    return {"mode": pace.mode, "speed": pace.speed, "rate": pace.rate, "hurries": pace.hurries,
            "paused": pace.paused, "now": world.now, "time": world.timestamp(),
            "next": world.next_news_at()}  # fmt: skip
