"""Stage 09: several containers in one task, a secret, and the two roles told apart."""

from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.course.stages.stage_09 import answers, checks, exercises, solutions
from ecslab.operations import prices

HOURLY = prices.task_hour(256, 512)

STAGE = Stage(
    notebook="09-inside-a-task.ipynb",
    needs=(*FOUNDATION, "04.network"),
    minutes=Minutes(reading=40, waiting=9),
    part="service",
    steps=(
        Step("09.secret", 3, checks.secret_there, solutions.keep),
        Step("09.guestbook", 6, checks.together, solutions.run, hourly=HOURLY),
        Step("09.task-role", 5, checks.asked, solutions.ask),
        Step("09.yours-1", 5, exercises.whole, solutions.check_web),
        Step("09.yours-2", 5, exercises.beside, solutions.add_sidecar),
    ),
    answers={
        "failed-first": answers.failed_first,
        "addresses": answers.addresses,
        "stream": answers.writers_stream,
    },
)
