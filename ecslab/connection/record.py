"""The record: every AWS call a lab makes, kept by botocore's own event hooks, with nothing secret in it."""

import base64
import contextlib
import re
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, cast

from ecslab.aws_api.operations import changes

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse
    from botocore.model import OperationModel

    from ecslab.connection.ledger import Context

_KEPT: Final = 10_000  # calls; the oldest go first
_SECRET_NAME: Final = re.compile(r"pass(word|wd)?|secret|credential|api_?key|private_?key", re.IGNORECASE)
_SECRET_PARAM: Final = re.compile(
    r"(password|secret\w*key|secretstring|authorizationtoken|activationcode)$", re.IGNORECASE
)
_SECRET_TEXT: Final = re.compile(rf"{_SECRET_NAME.pattern}|auth_data|activation.?code", re.IGNORECASE)
"""What the script of an instance says where it has a password of a registry, or registers a machine."""
HIDDEN: Final = "(hidden)"


@dataclass(frozen=True)
class Blob:
    """Stands for bytes that were sent: their number is kept, they are not."""

    size: int


@dataclass(frozen=True)
class Call:
    """One call, or several equal ones in a row.

    Attributes:
        number: running number, from 1.
        service: as boto3 names it ("ecs").
        operation: as the API names it ("RunTask").
        params: what was sent, without secrets; bytes are a `Blob`.
        at: when it was made, as epoch seconds of this machine.
        seconds: how long it took; of several, all together.
        error: "" where it succeeded, else "<code>: <message>".
        times: how many equal calls in a row this stands for.
    """

    number: int
    service: str
    operation: str
    params: Mapping[str, object] = field(default_factory=dict)
    at: float = 0.0
    seconds: float = 0.0
    error: str = ""
    times: int = 1

    @property
    def changes(self) -> bool:
        """Whether this was more than a look."""
        return changes(self.service, self.operation)


class Record:
    """Keeps the calls of every client whose session it listens to."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=_KEPT)
        self._count = self._before = 0
        self._lock = threading.Lock()  # a widget's feeder calls from its own thread
        self._away = threading.local()

    def begin_notebook(self) -> None:
        """A notebook begins here: what was called before is none of its calls."""
        self._before = self._count

    def of_notebook(self) -> list[Call]:
        """The calls since then."""
        return [call for call in self.calls if call.number > self._before]

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Keep no call that this thread makes within this, whoever's client it is."""
        before, self._away.now = getattr(self._away, "now", False), True
        try:
            yield
        finally:
            self._away.now = before

    # What botocore calls; see `hooks` -------------------------------------------------------------------

    def begin(
        self, params: dict[str, object], model: "OperationModel", context: "Context", **_: object
    ) -> None:
        """A call begins."""
        if getattr(self._away, "now", False):
            return
        context["ecslab_call"] = Call(
            number=0,
            service=model.service_model.service_name,
            operation=model.name,
            params=cast("dict[str, object]", redacted(params)),
            at=time.time(),
            seconds=time.perf_counter(),
        )

    def forget(self, context: "Context", **_: object) -> None:
        """It is none of the learner's: what a view looks at by itself, nobody asked for."""
        context.pop("ecslab_call", None)

    def end(
        self,
        http_response: "AWSResponse",
        parsed: Mapping[str, Mapping[str, object]],
        context: "Context",
        **_: object,
    ) -> None:
        """It was answered."""
        error = parsed.get("Error", {}) if http_response.status_code >= 300 else {}
        self._keep(context, f"{error.get('Code')}: {error.get('Message')}" if error else "")

    def fail(self, exception: Exception, context: "Context", **_: object) -> None:
        """There was no answer."""
        self._keep(context, f"{type(exception).__name__}: {exception}")

    def _keep(self, context: "Context", error: str) -> None:
        call = context.pop("ecslab_call", None)
        if not isinstance(call, Call):
            return
        call = replace(call, error=error, seconds=time.perf_counter() - call.seconds)
        with self._lock:
            last = self.calls[-1] if self.calls else None
            if last and last.number > self._before and _same(last, call):
                longer = last.seconds + call.seconds
                self.calls[-1] = replace(last, times=last.times + 1, seconds=longer)
                return
            self._count += 1
            self.calls.append(replace(call, number=self._count))


def _same(first: Call, second: Call) -> bool:
    return (first.service, first.operation, first.params, first.error) == (
        second.service, second.operation, second.params, second.error,
    )  # fmt: skip


def _is_secret_script(key: str, value: object) -> bool:
    """Whether this is the user data of an instance, in base64 or not, and something secret is in it."""
    if key != "UserData" or not isinstance(value, str):
        return False
    with contextlib.suppress(ValueError):
        value += base64.b64decode(value, validate=True).decode("utf-8", "replace")
    return bool(_SECRET_TEXT.search(value))


def redacted(value: object) -> object:
    """A copy of request parameters without what is secret: bytes, passwords, and what is named like one."""
    if isinstance(value, dict):
        named = _SECRET_NAME.search(str(value.get("name", ""))) and "value" in value
        return {
            key: HIDDEN
            if _SECRET_PARAM.search(key) or (named and key == "value") or _is_secret_script(key, item)
            else redacted(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [redacted(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return Blob(len(value))
    if hasattr(value, "read"):
        return Blob(-1)
    return value
