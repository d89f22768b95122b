"""The run: calls drawn from the models of what the sandbox carries, and what became of them."""

import contextlib
import io
import logging
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any
from unittest import mock

import hypothesis
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.internal.conjecture.engine import ConjectureRunner
from hypothesis.strategies import DrawFn

from ecslab.sandbox.wire.moto_routes import FAILURES
from tests.fuzz.account import Account, Call
from tests.fuzz.values import filled_in, request

BATCH = 500  # requests to one account; then the next account begins
SEQUENCE = 20  # requests that hypothesis draws as one example
LONGEST = 1.0  # seconds of this process's own time in which a request is answered, imports aside
PAUSES = (0,) * 40 + (1, 30, 120, 3600)  # virtual seconds between two requests


@dataclass(frozen=True)
class Failure:
    """A call that AWS would have answered, and the sandbox did not; or one that it answered too late."""

    operation: str
    parameters: dict[str, Any]
    what: str


@dataclass
class Tally:
    """What became of requests.

    Attributes:
        accepted, refused: by operation; `words` are the codes of refusals.
        unhandled: answered with a 5xx, in a form that nobody reads, or not at all.
        converted: failures of moto that were turned into a refusal, by operation and failure.
        slow: answered too late.
    """

    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    converted: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    unhandled: list[Failure] = field(default_factory=list)
    slow: list[Failure] = field(default_factory=list)

    @property
    def sent(self) -> int:
        return self.accepted.total() + self.refused.total() + len(self.unhandled)

    def add(self, other: "Tally") -> None:
        for name in ("accepted", "refused", "converted", "words"):
            getattr(self, name).update(getattr(other, name))
        self.unhandled += other.unhandled
        self.slow += other.slow


class _Hearing(logging.Handler):
    """Counts moto's failures that became a refusal."""

    def __init__(self, converted: Counter[str]):
        super().__init__()
        self.converted = converted

    def emit(self, record: logging.LogRecord) -> None:
        self.converted[record.getMessage()[:160]] += 1


def fuzz(services: list[str], seed: int, number: int, requests: int) -> Tally:
    """Send so many requests to an account of their own, the `number`th of a run, and replay its journal."""
    tally = Tally()
    hearing = _Hearing(tally.converted)
    FAILURES.addHandler(hearing)
    FAILURES.setLevel(logging.INFO)
    log = io.StringIO()
    with tempfile.TemporaryDirectory() as home, contextlib.redirect_stderr(log):
        account = Account(home, services)
        try:
            _play(account, seed * 100_003 + number, requests, tally, log)
            tally.unhandled += [Failure("replay", {"account": number}, each) for each in account.replayed()]
        except ClockFailed as failed:
            tally.unhandled.append(Failure("clock", {"account": number}, _where(failed.__cause__)))
        finally:
            account.close()
            FAILURES.removeHandler(hearing)
    return tally


class ClockFailed(Exception):
    """Time could not go on: what is due fails at each try, so the account is lost."""


def _play(account: Account, seed: int, requests: int, tally: Tally, log: io.StringIO) -> None:
    """Draw sequences of requests and send them, until there were so many or time cannot go on."""
    calls = [call for call in account.calls for _ in range(_weight(call))]
    broken: list[ClockFailed] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=requests, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    @hypothesis.given(st.lists(_move(calls, Random(seed)), min_size=SEQUENCE, max_size=SEQUENCE))
    def play(moves: list[tuple[Call, int, dict[str, Any]]]) -> None:
        for call, seconds, parameters in moves:
            if broken or tally.sent >= requests:
                return
            try:
                if seconds:
                    account.lab.control("advance", seconds=seconds)
            except Exception as failure:
                broken.append(ClockFailed())
                broken[0].__cause__ = failure
                return
            log.truncate(log.seek(0))
            _send(account, call, filled_in(parameters, call.service, account.memory), tally, log)

    with mock.patch.object(ConjectureRunner, "generate_mutations_from"):
        play()  # without mutations, which are the same requests again in another order
    if broken:
        raise broken[0]


@st.composite
def _move(draw: DrawFn, calls: list[Call], elsewhere: Random) -> tuple[Call, int, dict[str, Any]]:
    """A call, the virtual seconds that pass before it, and its parameters.

    Half of what hypothesis draws is the simplest there is, which would be one call: `elsewhere` spreads it.
    """
    call = calls[(draw(st.integers(0, len(calls) - 1)) + elsewhere.randrange(len(calls))) % len(calls)]
    return call, draw(st.sampled_from(PAUSES)), draw(request(call.model))


def _weight(call: Call) -> int:
    if call.operation.startswith(("Delete", "Terminate", "Detach", "Release")):
        return 1
    return 4 if call.service == "ecs" else 3 if call.reads else 2


def _send(account: Account, call: Call, parameters: dict[str, Any], tally: Tally, log: io.StringIO) -> None:
    account.sent = False
    began = time.process_time()
    try:
        answer = call.make(parameters)
    except ClientError as refusal:
        if refusal.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            frames = " < ".join(log.getvalue().splitlines()[:-6:-1])
            tally.unhandled.append(Failure(call.name, parameters, f"{str(refusal)[-200:]} {frames}"))
        else:
            tally.refused[call.name] += 1
            tally.words[f"{call.name} {refusal.response['Error']['Code']}"] += 1
    except Exception as problem:
        if account.sent:  # else boto3 itself refused to send it
            tally.unhandled.append(Failure(call.name, parameters, _where(problem)))
    else:
        tally.accepted[call.name] += 1
        account.memory.learn(call.service, answer)
    took = time.process_time() - began
    if took > LONGEST and call.reads:
        took = _again(call, parameters)  # the first time moto may have loaded something
    if took > LONGEST:
        tally.slow.append(Failure(call.name, parameters, f"took {took:.1f} s"))


def _again(call: Call, parameters: dict[str, Any]) -> float:
    began = time.process_time()
    with contextlib.suppress(Exception):
        call.make(parameters)
    return time.process_time() - began


def _where(problem: BaseException | None) -> str:
    frames = traceback.format_exception(problem)[-3:-1] if problem else []
    return f"{problem!r} {' < '.join(frame.strip() for frame in reversed(frames))}"
