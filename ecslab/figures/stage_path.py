"""Where in the course one is: five stages in a row."""

from typing import Final

from ecslab.figures.svg import SOFT, Drawing, Figure

STAGES: Final = {
    "ecr": ("ECR", "your page becomes an image"),
    "cluster": ("Cluster", "a place for tasks to run"),
    "task-definition": ("Task definition", "the blueprint"),
    "run-task": ("Run task", "a container starts on Fargate"),
    "verify": ("Verify", "your page in the browser"),
}
"""The stages in order: name, then what happens there."""


def path(at: str | None = None) -> Figure:
    """The five stages, with the present one marked.

    Args:
        at: "ecr", "cluster", "task-definition", "run-task" or "verify"; None marks none.

    Raises:
        ValueError: `at` is no stage.
    """
    if at is not None and at not in STAGES:
        raise ValueError(f"at is {at!r}; it can be one of: {', '.join(STAGES)}")
    d = Drawing(860, 150 if at else 126)
    for n, (stage, (name, what)) in enumerate(STAGES.items()):
        x, here = 20 + n * 168, stage == at
        d.box(x, 18, 148, 90, f"{n + 1}. {name}", what, tone="here" if here else "plain")
        if n:
            d.arrow((x - 20, 63), (x - 1, 63))
        if here:
            d.text(x + 74, 133, "▲ you are here", bold=True, anchor="middle", ink=SOFT)
    words = "; ".join(f"({n}) {name}: {what}" for n, (name, what) in enumerate(STAGES.values(), start=1))
    place = f" You are at {STAGES[at][0]}." if at else ""
    return d.figure("From ECR to the browser in five stages", f"{words}.{place}")
