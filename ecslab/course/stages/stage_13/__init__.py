"""Stage 13: document 004's service, mended until it answers, and the one that document 002's wizard made."""

from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.course.stages.stage_13 import answers, checks, exercises, solutions
from ecslab.operations import prices

HOURLY = prices.task_hour(256, 512)

STAGE = Stage(
    notebook="13-cli-and-console.ipynb",
    needs=FOUNDATION,
    minutes=Minutes(reading=44, waiting=12),
    part="tools",
    steps=(
        Step("13.repaired", 15, checks.repaired, solutions.repair, hourly=HOURLY),
        Step("13.wizard", 8, checks.wizard, solutions.as_the_wizard, hourly=HOURLY),
        Step("13.yours-1", 6, exercises.forced, solutions.push_and_force),
        Step("13.yours-2", 8, exercises.by_hand, solutions.run_by_hand, hourly=prices.task_hour(512, 1024)),
    ),
    answers={"group": answers.group, "who": answers.caller},
)
