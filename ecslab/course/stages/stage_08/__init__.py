"""Stage 08: a second edition is rolled out, a bad one undoes itself."""

from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.course.stages.stage_08 import account_answers, checks, circuit_breaker, exercises, solutions

STAGE = Stage(
    notebook="08-deployments.ipynb",
    needs=(*FOUNDATION, "04.network", "06", "07"),
    minutes=Minutes(reading=54, waiting=28),
    part="service",
    steps=(
        Step("08.revision", 5, checks.revision, solutions.register),
        Step("08.roll", 8, checks.rolled, solutions.roll),
        Step("08.breaker", 4, circuit_breaker.switched_on, solutions.switch_on),
        Step("08.undone", 8, circuit_breaker.undone, solutions.undo),
        Step("08.yours-1", 8, exercises.one_by_one, solutions.roll_one_by_one),
        Step("08.yours-2", 6, exercises.pinned, solutions.pin),
    ),
    answers={
        "running": account_answers.running_revision,
        "deployment": account_answers.newest_deployment,
        "threshold": account_answers.threshold,
        "recorded": account_answers.recorded_digest,
    },
)
