"""All stages and steps of the course, in order, and how they are found by name.

A stage is a module or a package in `stages` that holds `STAGE`. Being there is all it takes to be found, so
this is the one place of the course that imports by name.
"""

import importlib
import pkgutil
from typing import Final

from ecslab.course import stages
from ecslab.course.stage import Stage, Step
from ecslab.errors import EcslabError


def _discovered() -> dict[str, Stage]:
    names = sorted(module.name for module in pkgutil.iter_modules(stages.__path__))
    modules = (importlib.import_module(f"{stages.__name__}.{name}") for name in names)
    return {module.STAGE.id: module.STAGE for module in modules}


STAGES: Final = _discovered()
"""Each stage by its two digits."""
STEPS: Final[tuple[Step, ...]] = tuple(step for stage in STAGES.values() for step in stage.steps)


class NoSuchStep(EcslabError, LookupError):
    """A step or a stage that the course does not have."""

    def __init__(self, wanted: object):
        stage = STAGES.get(str(wanted)[:2])
        known = [step.id for step in stage.steps] if stage else list(STAGES)
        super().__init__(f"there is no step or stage {wanted!r}.\n  there are: {', '.join(known)}")


def stage_named(wanted: str) -> Stage:
    """The stage: "04", "4" and "04-run-task" are the same. Raises NoSuchStep."""
    stage = str(wanted).split("-")[0].removesuffix(".ipynb").zfill(2)
    if stage not in STAGES:
        raise NoSuchStep(wanted)
    return STAGES[stage]


def step_named(wanted: str) -> Step:
    """The step with that id. Raises NoSuchStep."""
    for step in STEPS:
        if step.id == wanted:
            return step
    raise NoSuchStep(wanted)


def before(stage: Stage) -> list[Step]:
    """The steps that a stage builds on."""
    return [step for step in STEPS if not step.exercise and {step.stage, step.id} & {*stage.needs}]
