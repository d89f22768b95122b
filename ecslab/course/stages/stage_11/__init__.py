"""Stage 11: the same page on each kind of capacity, the chores there, and what it costs."""

from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.course.stages.stage_11 import (
    answers,
    exercises,
    external,
    instances,
    managed,
    services,
    solutions,
)
from ecslab.operations import capacity, prices
from ecslab.operations.capacity.placement_puzzle import INSTANCES
from ecslab.resources.instance_group import TYPE

_INSTANCE_HOUR = prices.instance_hour(TYPE)
_TWO_MANAGED = managed.ZONES * capacity.managed_hour()
_ON_DEMAND, _SPOT = prices.task_hour(256, 512), prices.task_hour(256, 512, spot=True)

STAGE = Stage(
    notebook="11-where-tasks-run.ipynb",
    needs=(*FOUNDATION, "04.network"),
    minutes=Minutes(reading=63, waiting=38),
    part="capacity",
    steps=(
        Step("11.template", 5, instances.template, solutions.make_template),
        Step("11.group", 5, instances.group, solutions.make_group, hourly=_INSTANCE_HOUR),
        Step("11.provider", 5, instances.provider, solutions.make_provider, hourly=2 * prices.of_alarm(60)),
        Step("11.service", 4, services.page, solutions.use_provider, hourly=_INSTANCE_HOUR),
        Step("11.managed", 5, managed.service, solutions.make_managed, hourly=_TWO_MANAGED),
        Step("11.mixed", 5, services.mixed, solutions.make_mixed, hourly=2 * _ON_DEMAND + 3 * _SPOT),
        Step("11.external", 5, external.task, solutions.run_external, hourly=prices.EXTERNAL_INSTANCE_HOUR),
        Step("11.yours-1", 8, exercises.puzzle, solutions.solve_puzzle, hourly=INSTANCES * _INSTANCE_HOUR),
    ),
    answers={
        "reason": answers.placement_reason,
        "memory": answers.registered_memory,
        "reservation": answers.highest_reservation,
        "managed-share": answers.managed_share,
        "stop-code": answers.spot_stop_code,
        "break-even": answers.break_even_percent,
    },
)
