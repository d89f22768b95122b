"""Stage 06: a service keeps copies of the task running, in two zones; nothing runs beside it."""

from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.course.stages.stage_06 import answers, checks, exercises, solutions
from ecslab.operations import prices

TASK = prices.task_hour(256, 512)

STAGE = Stage(
    notebook="06-service.ipynb",
    needs=(*FOUNDATION, "04"),
    minutes=Minutes(reading=38, waiting=9),
    part="service",
    steps=(
        Step("06.service", 8, checks.service, solutions.create, hourly=checks.COPIES * TASK),
        Step("06.yours-1", 7, exercises.spread, solutions.spread, hourly=exercises.ZONES * TASK),
        Step("06.yours-2", 6, exercises.gone, solutions.remove),
    ),
    answers={"group": answers.group, "newest": answers.newest},
)
