"""`createdAt` of a request that lists deployments (API_CreatedAt)."""

import math
from collections.abc import Mapping
from typing import cast

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.world.time.windows import Window


def created_within(given: object) -> tuple[float, float]:
    """The epoch seconds between which `createdAt` of a request (CreatedAt) lets deployments have begun."""
    span = cast("Mapping[str, float]", given or {})  # numbers, as on the wire
    window = Window(*(float(span[end]) if end in span else None for end in ("after", "before")))
    after, before = window.moved(current_account().presents().shift(window))
    return after or 0.0, math.inf if before is None else before
