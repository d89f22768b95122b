"""How to look for a fault: which of three kinds it is, where to read, and what each sign points to."""

from typing import Final

from ecslab.figures.svg import SOFT, Drawing, Figure

# title, what it looks like, where to read, and signs with what they point to
_KINDS: Final = (
    (
        "It does not start",
        "never RUNNING",
        "describe-services: events; describe-tasks: stoppedReason",
        (
            ("… not found", "the image's name and tag"),
            ("AccessDenied; no such role", "the execution role"),
            ("connection issue, 5 minutes", "way out: route, public IP"),
            ("no such log group", "the log configuration"),
            ("Create Network Interface", "the subnet's addresses"),
            ("no task, and no complaint", "the desired count"),
        ),
    ),
    (
        "It does not answer",
        "RUNNING, and nobody is served",
        "a visit; describe-security-groups; the log",
        (
            ("waits, and times out", "security group, public IP"),
            ("connection refused, at once", "the port: nothing listens"),
            ("502, 503, 504", "the health of the targets"),
            ("green, but no work done", "its log; the task role"),
        ),
    ),
    (
        "It does not stay",
        "RUNNING, then STOPPED",
        "describe-tasks: stopCode, exitCode, reason; describe-target-health",
        (
            ("exited by itself, code 0", "the command; a helper"),
            ("137, OutOfMemoryError", "the memory of the container"),
            ("255, exec format error", "the image's processor"),
            ("health checks: [404]", "the path that is asked"),
            ("health checks, no code", "the port; the time to start"),
            ("IN_PROGRESS for ever", "the circuit breaker"),
        ),
    ),
)  # fmt: skip
_WIDTH, _LEFT, _STEP = 268, 22, 284


def faults() -> Figure:
    """Three kinds of fault, where to read, and what the signs point to."""
    d = Drawing(880, 622)
    d.box(_LEFT, 20, 2 * _STEP + _WIDTH, 40, "What is the complaint?", tone="here")
    for column, (title, looks, read, signs) in enumerate(_KINDS):
        x = _LEFT + column * _STEP
        middle = x + _WIDTH / 2
        d.arrow((middle, 60), (middle, 82))
        d.box(x, 84, _WIDTH, 56, title, looks, tone="ecs")
        d.box(x, 152, _WIDTH, 84, "Read", read, tone="store")
        for row, (sign, points_to) in enumerate(signs):
            d.box(x, 248 + row * 60, _WIDTH, 52, sign, f"→ {points_to}", tone="plain", align="start")
    d.paragraph(
        _LEFT + _STEP, 520, _WIDTH,
        "One look is no proof. Ask of each sign: would it look the same if another cause were the right one?",
        ink=SOFT,
    )  # fmt: skip
    words = "; ".join(
        f"{title} ({looks}): read {read}. {', '.join(f'{sign}: {to}' for sign, to in signs)}"
        for title, looks, read, signs in _KINDS
    )
    return d.figure("How to look for a fault", f"Ask first what the complaint is. {words}.")
