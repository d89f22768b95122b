"""One recorded call: made where a sandbox is, and compared with what AWS said."""

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from tests.recorded import setups as setups
from tests.recorded.comparison import Answer, differences
from tests.recorded.place import Place
from tests.recorded.scene import SETUPS, Scene

CASES = Path(__file__).with_name("cases.jsonl")


@dataclass(frozen=True)
class Case:
    """A row of `cases.jsonl`."""

    id: str
    source: str
    setup: list[str]
    service: str
    operation: str
    input: dict[str, Any]
    expect: dict[str, Any]
    inferred: bool | str = False


@dataclass(frozen=True)
class Verdict:
    """`error`: a setup failed, or the endpoint did."""

    word: Literal["same", "differs", "error"]
    note: str = ""


def load(path: Path = CASES) -> list[Case]:
    return [Case(**json.loads(line)) for line in path.read_text().splitlines() if line.strip()]


def verdict(case: Case, place: Place) -> Verdict:
    """Build the case's setups afresh, make its call, and compare; what was made is taken away again."""
    scene = Scene(place)
    try:
        for name in case.setup:
            try:
                SETUPS[name](scene)
            except (ClientError, BotoCoreError, TimeoutError, KeyError, IndexError) as problem:
                return Verdict("error", f"setup {name}: {type(problem).__name__}: {problem}")
        return _compared(case, scene)
    finally:
        for undo in reversed(scene.undo):
            with contextlib.suppress(ClientError, BotoCoreError):
                undo()


def _compared(case: Case, scene: Scene) -> Verdict:
    try:
        members = scene.call(case.service, xform_name(case.operation), **scene.fill(case.input))
        members.pop("ResponseMetadata", None)
        answer = Answer("Success", members=members)
    except ClientError as refusal:
        error, status = refusal.response["Error"], refusal.response["ResponseMetadata"]["HTTPStatusCode"]
        answer = Answer(error.get("Code", ""), error.get("Message", ""))
        if status >= 500 and answer.code != case.expect["code"]:
            return Verdict("error", f"HTTP {status} {answer.code}: {answer.message}")
    except Exception as problem:  # an answer that botocore cannot read
        return Verdict("error", f"{type(problem).__name__}: {problem}")
    unlike = differences(case.expect, answer, scene.fill)
    return Verdict("differs", " ;; ".join(map(str, unlike))) if unlike else Verdict("same")
