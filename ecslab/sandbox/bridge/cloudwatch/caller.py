"""Whose metrics and alarms a request is about, and the pages in which long answers come."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.cloudwatch.alarms import Alarms
from ecslab.sandbox.bridge.cloudwatch.requests import Dimension, MetricRequest
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.metrics.metric import Metric
from ecslab.sandbox.world.metrics.store import MetricStore
from ecslab.sandbox.world.time.windows import Window

_Item = TypeVar("_Item")

__all__ = ["Caller", "dimensions", "metric_of", "moment", "page", "shown_dimensions"]


@dataclass(frozen=True, slots=True)
class Caller:
    """An account in a Region, with what CloudWatch holds of it."""

    account: Account
    region: str
    store: MetricStore
    alarms: Alarms

    @property
    def now(self) -> float:
        """In epoch seconds."""
        return self.account.clock.timestamp()

    def placed(self, start: float | None, end: float | None) -> Window:
        """A window that a client reckoned from its own clock, laid on AWS's time (`world.time.windows`)."""
        window = Window(start, end)
        return window.moved(self.account.presents().shift(window))


def moment(seconds: float) -> datetime:
    """A timestamp of an answer."""
    return datetime.fromtimestamp(round(seconds, 3), UTC)


def dimensions(given: Sequence[Dimension]) -> tuple[tuple[str, str], ...]:
    """Dimensions of a request in the order in which they identify a metric."""
    return tuple(sorted((each["Name"], each["Value"]) for each in given))


def metric_of(given: MetricRequest) -> Metric:
    """The metric that a request names by Namespace, MetricName and Dimensions."""
    by = dimensions(given.get("Dimensions", ()))
    return Metric(given.get("Namespace", ""), given.get("MetricName", ""), by)


def shown_dimensions(metric: Metric) -> list[dict[str, str]]:
    """Dimensions as answers have them."""
    return [{"Name": name, "Value": value} for name, value in metric.dimensions]


def page(items: Sequence[_Item], token: str | None, most: int) -> tuple[Sequence[_Item], str | None]:
    """The items from where a token points to, and the token of what follows, if anything does.

    Raises:
        AwsError: InvalidNextToken; nobody gave it.
    """
    first = 0 if token is None else _place(token)
    following = first + most
    after = base64.b64encode(f"{following}".encode()).decode() if following < len(items) else None
    return items[first:following], after


def _place(token: str) -> int:
    try:
        place = base64.b64decode(token, validate=True).decode()
        if place.isdecimal() and len(place) < 10:
            return int(place)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise AwsError("InvalidNextToken", "The next token is invalid.")  # U
