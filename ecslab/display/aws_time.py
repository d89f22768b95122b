"""AWS time in words: how long something took on AWS's clock, and how fast that clock runs here."""

from ecslab.display.tables import minutes


def faster(speed: float) -> str:
    """`10 × faster`: how AWS time passes where `speed` seconds of it are one of the learner's."""
    if speed == 1:
        return "as fast as yours"
    return f"{speed:g} × faster than yours" if speed > 1 else f"{1 / speed:g} × slower than yours"


def passed(seconds: float, speed: float | None) -> str:
    """`1:20 of AWS time, 10 × faster than yours`; on a real account (no speed) the minutes alone."""
    if speed is None:
        return minutes(seconds)
    return f"{minutes(seconds)} of AWS time, {faster(speed) if speed else 'which stands still'}"
