"""All steps of the course, in order, and how they are found by name."""

from ecslab.course import (
    stage_00,
    stage_01,
    stage_02,
    stage_03,
    stage_04,
    stage_05,
    stage_06,
    stage_07,
    stage_08,
    stage_09,
    stage_13,
    stage_14,
    stage_99,
)
from ecslab.course.step import Step
from ecslab.errors import EcslabError

STAGES = {
    "00": "Start here",
    "01": "ECR",
    "02": "Cluster",
    "03": "Task definition",
    "04": "Run task",
    "05": "Verify",
    "06": "Service",
    "07": "Load balancer",
    "08": "Deployments",
    "09": "Inside a task",
    "13": "CLI and console",
    "14": "Fault lab",
    "99": "Clean up",
}
NOTEBOOKS = {
    "00": "00-start.ipynb",
    "01": "01-ecr.ipynb",
    "02": "02-cluster.ipynb",
    "03": "03-task-definition.ipynb",
    "04": "04-run-task.ipynb",
    "05": "05-verify.ipynb",
    "06": "06-service.ipynb",
    "07": "07-load-balancer.ipynb",
    "08": "08-deployments.ipynb",
    "09": "09-inside-a-task.ipynb",
    "13": "13-cli-and-console.ipynb",
    "14": "14-fault-lab.ipynb",
    "99": "99-clean-up.ipynb",
}
# What a stage builds on: stages, or single steps of one.
_FOUNDATION = ("00", "01", "02", "03")
NEEDS: dict[str, tuple[str, ...]] = {
    "00": (),
    "01": ("00",),
    "02": ("00", "01"),
    "03": ("00", "01", "02"),
    "04": _FOUNDATION,
    "05": (*_FOUNDATION, "04"),
    "06": (*_FOUNDATION, "04"),
    "07": (*_FOUNDATION, "04.network", "06"),
    "08": (*_FOUNDATION, "04.network", "06", "07"),
    "09": (*_FOUNDATION, "04.network"),
    "13": _FOUNDATION,
    "14": ("00",),
    "99": (*_FOUNDATION, "04", "05", "06", "07"),
}
STEPS: tuple[Step, ...] = (
    *stage_00.STEPS,
    *stage_01.STEPS,
    *stage_02.STEPS,
    *stage_03.STEPS,
    *stage_04.STEPS,
    *stage_05.STEPS,
    *stage_06.STEPS,
    *stage_07.STEPS,
    *stage_08.STEPS,
    *stage_09.STEPS,
    *stage_13.STEPS,
    *stage_14.STEPS,
    *stage_99.STEPS,
)


class NoSuchStep(EcslabError, LookupError):
    """A step or a stage that the course does not have."""

    def __init__(self, wanted: object):
        stage = str(wanted)[:2]
        there = [step.id for step in STEPS if step.stage == stage] or list(STAGES)
        super().__init__(f"there is no step or stage {wanted!r}.\n  there are: {', '.join(there)}")


def stage_named(wanted: str) -> str:
    """`wanted` as a stage: "04", "4" and "04-run-task" are the same. Raises NoSuchStep."""
    stage = str(wanted).split("-")[0].removesuffix(".ipynb").zfill(2)
    if stage not in STAGES:
        raise NoSuchStep(wanted)
    return stage


def step_named(wanted: str) -> Step:
    """The step with that id. Raises NoSuchStep."""
    for step in STEPS:
        if step.id == wanted:
            return step
    raise NoSuchStep(wanted)


def main_steps(stage: str) -> list[Step]:
    """The steps of a stage that later stages need."""
    return [step for step in STEPS if step.stage == stage and not step.exercise]


def exercises(stage: str) -> list[Step]:
    """The *Your turn* steps of a stage."""
    return [step for step in STEPS if step.stage == stage and step.exercise]


def before(stage: str) -> list[Step]:
    """The steps that a stage builds on."""
    needs = NEEDS[stage]
    return [step for step in STEPS if not step.exercise and (step.stage in needs or step.id in needs)]
