"""Stage 04: a way in for HTTP, and the task, RUNNING with a public IP."""

from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.course.stages.stage_04 import answers, checks, exercises, solutions
from ecslab.operations import prices

HOURLY = prices.task_hour(256, 512)

STAGE = Stage(
    notebook="04-run-task.ipynb",
    needs=FOUNDATION,
    minutes=Minutes(reading=30, waiting=7),
    part="page",
    steps=(
        Step("04.network", 6, checks.network, solutions.make_group),
        Step("04.run", 8, checks.running, solutions.run, hourly=HOURLY),
        Step("04.yours-1", 8, exercises.elsewhere, solutions.run_in_workshop, hourly=HOURLY),
        Step("04.yours-2", 8, exercises.nowhere, solutions.run_nowhere),
    ),
    answers={
        "zone": answers.zone_ids,
        "seconds": answers.seconds_to_start,
        "never-set": answers.timestamp_never_set,
    },
)
