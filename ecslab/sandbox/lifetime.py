"""How long the sandbox's process lives: until nobody asks any more, or whoever it was started for ends."""

import os
import re
from typing import Final

from ecslab.sandbox.endpoint import SandboxError

STARTED_FOR: Final = "ECSLAB_STARTED_FOR"
"""The environment variable by which `ecslab lab`, when it ends, knows the sandbox that was started for it."""
VARIABLE: Final = "ECSLAB_IDLE_STOP"
IDLE_STOP: Final = 4 * 3600.0  # seconds: longer than a lunch, shorter than a night
_SHORTEST, _LONGEST = 60.0, 7 * 24 * 3600.0
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600}
_DURATION: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([smh]?)", re.ASCII)


def idle_stop() -> float:
    """Seconds, as ECSLAB_IDLE_STOP has them (`5400`, `90m`, `1.5h`), else `IDLE_STOP`.

    Raises:
        SandboxError: it holds something else, or less than a minute, or more than a week.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return IDLE_STOP
    written = _DURATION.fullmatch(text.lower())
    seconds = float(written[1]) * _UNITS[written[2]] if written else 0.0
    if not _SHORTEST <= seconds <= _LONGEST:
        raise SandboxError(
            f"{VARIABLE} is {text[:40]!r}; it can be seconds, or minutes and hours such as 90m or 4h, "
            "from one minute to seven days."
        )
    return seconds
