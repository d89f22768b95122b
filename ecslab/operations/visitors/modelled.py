"""Visitors in the sandbox: a control call, which its journal keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypedDict, cast

from ecslab.connection.connection import Connection
from ecslab.errors import CannotBeDone, NotThere
from ecslab.operations.visitors.counts import VisitorCounts
from ecslab.operations.visitors.stream import Asked, Visitors


class Told(TypedDict):
    """How visitors do, as the sandbox's control call says it (`ecslab.sandbox.bridge.load.control`)."""

    load_balancer: str
    port: int
    path: str
    profile: str
    rate: float
    arrivals: float
    served: float
    failed: Mapping[str, float]
    answered: Mapping[str, float]
    queued: float
    response: float | None
    targets: int
    there: bool


class ModelledVisitors(Visitors):
    """Visitors that the sandbox models."""

    def __init__(self, lab: Connection, name: str, port: int, told: Told):
        super().__init__(_counts(told))
        self._lab, self._name, self._port = lab, name, port

    @classmethod
    def at(cls, lab: Connection, name: str, port: int, asked: Asked) -> ModelledVisitors:
        """Those of a listener: they begin, change or (nothing asked) are looked at."""
        told = _looked(lab, name, port)
        if asked:
            told = _done(lab, "change" if told else "start", name, port, asked)
        if told is None:
            raise NotThere(
                f"port {port} of load balancer {name} has no visitors.\n"
                "  next: ecslab.visitors(lab, 20) lets 20 come each second"
            )
        return cls(lab, name, port, told)

    def status(self) -> VisitorCounts:
        told = _looked(self._lab, self._name, self._port)
        if told is None:
            raise NotThere(f"port {self._port} of load balancer {self._name} has no visitors any more.")
        self.seen = _counts(told)
        return self.seen

    def change(self, rate: float | None = None, *, profile: str | None = None, **numbers: float) -> Visitors:
        asked: Asked = {**({"rate": rate} if rate is not None else {}), **numbers}
        cost_alone = profile is None and not asked.keys() - {"cpu_ms", "memory_mib", "wait_ms"}
        if not cost_alone:
            asked["profile"] = profile or "constant"
        self.seen = _counts(_done(self._lab, "change", self._name, self._port, asked))
        return self

    def stop(self) -> VisitorCounts:
        if _looked(self._lab, self._name, self._port):
            self.seen = _counts(_done(self._lab, "stop", self._name, self._port, {}))
        self.seen = replace(self.seen, rate=0.0, response=None)  # whoever has gone already stays gone
        return self.seen


def every(lab: Connection) -> list[VisitorCounts]:
    """How all visitors of the sandbox do."""
    return [_counts(cast(Told, told)) for told in lab.control("visitors")["visitors"]]


def _looked(lab: Connection, name: str, port: int) -> Told | None:
    for told in lab.control("visitors")["visitors"]:
        arn = told["load_balancer"]
        if told["port"] == port and name in (arn, arn.split("/")[-2]):
            return cast(Told, told)
    return None


def _done(lab: Connection, do: str, name: str, port: int, asked: Asked) -> Told:
    try:
        return cast(Told, lab.control("visitors", do=do, load_balancer=name, port=port, **asked))
    except CannotBeDone as refusal:
        why = str(refusal).partition("visitors: ")[2] or str(refusal)
        raise CannotBeDone(why) from None


def _counts(told: Told) -> VisitorCounts:
    note = "" if told["there"] else "The load balancer or its listener is gone: nobody gets in."
    return VisitorCounts(
        told["load_balancer"].split("/")[-2], told["port"], told["path"], told["profile"], told["rate"],
        told["arrivals"], told["served"], told["failed"], told["answered"], told["queued"], told["response"],
        told["targets"], note,
    )  # fmt: skip
