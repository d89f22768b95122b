"""Stage 99: nothing of the lesson runs, and nothing of it is left."""

from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.course.stages.stage_99 import answers, checks, revisions, solutions

STAGE = Stage(
    notebook="99-clean-up.ipynb",
    needs=(*FOUNDATION, "04", "05", "06", "07"),
    minutes=Minutes(reading=24, waiting=4),
    part="end",
    steps=(
        Step("99.services", 4, checks.services_deleted, solutions.delete_services),
        Step("99.stopped", 3, checks.stopped, solutions.stop_tasks),
        Step("99.deregistered", 3, revisions.deregistered, solutions.deregister),
        Step("99.nothing-left", 4, checks.nothing_left, solutions.clean_up),
        Step("99.yours-1", 4, revisions.deleted_for_good, solutions.delete_for_good),
    ),
    answers={"cost": answers.cents_an_hour, "revisions": answers.inactive_revisions},
)
