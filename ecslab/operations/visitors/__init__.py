"""Visitors of the lab's load balancer: they come, others come, they go. Stages 08 and 12.

In the sandbox they are modelled (`ecslab/sandbox/world/load/queueing.py` says how); on a real account this
computer sends a few real requests, within a budget.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.errors import NotThere
from ecslab.operations.visitors import modelled
from ecslab.operations.visitors.counts import VisitorCounts
from ecslab.operations.visitors.modelled import ModelledVisitors
from ecslab.operations.visitors.sent import SentVisitors, start_sending
from ecslab.operations.visitors.stream import Asked, Visitors
from ecslab.resources.load_balancer import target_group_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

__all__ = ["VisitorCounts", "Visitors", "of_service", "visitors"]

_sending: dict[tuple[str, str, int], SentVisitors] = {}


def visitors(
    lab: Connection, rate: float | None = None, *, load_balancer: str | None = None, port: int = 80,
    profile: str | None = None, csv: str | PathLike[str] | None = None, path: str | None = None,
    cpu_ms: float | None = None, memory_mib: float | None = None, wait_ms: float | None = None,
    minutes: float = 10, budget: float | None = None, **numbers: float,
) -> Visitors:  # fmt: skip
    """Let visitors come to a load balancer, or others if there are some; without a profile, those who come.

    `ecslab.visitors(lab, 20)` sends 20 requests a second, until `stop()`.
    `ecslab.visitors(lab, profile="day", low=10, high=200)` follows a day's curve.

    Args:
        rate: requests a second, always the same.
        load_balancer: its name; by default the lab's.
        port: of the listener.
        profile: `constant` (rate), `ramp` (start, end, seconds), `day` (low, high, and hour: which one it is
            at the start), or `spike` (rate, peak, after, seconds); the numbers follow by name.
        csv: a file, or its text: a time (`08:00` or seconds) and requests a second in each line.
        path: what they ask for; by default `/`.
        cpu_ms, memory_mib, wait_ms: in the sandbox, what one request costs the task that serves it:
            milliseconds of a vCPU (20), MiB while it is there (0.5), milliseconds of waiting elsewhere (5).
        minutes: on a real account, when they end by themselves; 60 at the most.
        budget: on a real account, the US dollars that you agree to.

    Raises:
        CannotBeDone: no such load balancer or listener, or a profile that is none; the message says which.
        NotConfirmed: on a real account, without a budget that covers it; the message says the price.
        NotThere: there are no visitors, and no profile was given.
    """
    name = load_balancer or lab.names.load_balancer
    asked = _asked(rate, profile, csv, numbers)
    beside = {"path": path, "cpu_ms": cpu_ms, "memory_mib": memory_mib, "wait_ms": wait_ms}
    asked |= {key: value for key, value in beside.items() if value is not None}
    if lab.where == "sandbox":
        return ModelledVisitors.at(lab, name, port, asked)
    return _sent(lab, name, port, asked, minutes, budget)


def of_service(lab: Connection, service: ServiceTypeDef) -> list[VisitorCounts]:
    """How those do who come to the load balancers of a service, as DescribeServices shows it."""
    if lab.where == "sandbox":
        coming = modelled.every(lab)
    else:
        sent = [each for (account, *_), each in _sending.items() if account == lab.account]
        coming = [seen for each in sent if (seen := each.status()).rate]
    if not coming:
        return []
    groups = [each["targetGroupArn"] for each in service["loadBalancers"] if "targetGroupArn" in each]
    shown = [group for arn in groups if (group := target_group_reader.by_arn(lab, arn))]
    names = {arn.split("/")[-2] for group in shown for arn in group["LoadBalancerArns"]}
    return [counts for counts in coming if counts.load_balancer in names]


def _sent(
    lab: Connection, name: str, port: int, asked: Asked, minutes: float, budget: float | None
) -> SentVisitors:
    """Those that this computer sends, in the place of any before."""
    key = (lab.account, name, port)
    before = _sending.get(key)
    if not asked:
        if before is None:
            raise NotThere(_NOBODY.format(name=name, port=port))
        return before
    if before is not None:
        before.stop()
    _sending[key] = start_sending(lab, name, port, asked, minutes, budget)
    return _sending[key]


_NOBODY = (
    "port {port} of load balancer {name} has no visitors.\n"
    "  next: ecslab.visitors(lab, 20) lets 20 come each second"
)


def _asked(
    rate: float | None, profile: str | None, csv: str | PathLike[str] | None, numbers: dict[str, float]
) -> Asked:
    """What a profile is asked for with, as the sandbox's control call takes it."""
    if csv is not None:
        if rate is not None or profile is not None or numbers:
            raise ValueError("a csv says all of the rates itself: give no rate, profile or numbers with it")
        from ecslab.sandbox.world.load.csv_table import rows_of

        rows, of_day = rows_of(_text(csv))
        times, rates = [at for at, _ in rows], [each for _, each in rows]
        return {"profile": "csv", "times": times, "rates": rates, "of_day": of_day}
    if rate is not None:
        numbers = {"rate": rate, **numbers}
    if profile is None and not numbers:
        return {}
    return {"profile": profile or "constant", **numbers}


def _text(csv: str | PathLike[str]) -> str:
    if isinstance(csv, str) and ("\n" in csv or not csv.strip()):
        return csv
    try:
        return Path(csv).read_text("utf-8-sig")
    except OSError as problem:
        raise NotThere(f"the CSV {csv} cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"the CSV {csv} is no text in UTF-8") from None
