"""Stage 07: one address for all tasks, and the guestbook's two services behind it."""

from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.course.stages.stage_07 import answers, back, checks, exercises, service, solutions
from ecslab.operations import prices

STAGE = Stage(
    notebook="07-load-balancer.ipynb",
    needs=(*FOUNDATION, "04.network", "06"),
    minutes=Minutes(reading=55, waiting=24, optional=12),
    part="service",
    steps=(
        Step("07.groups", 5, checks.groups, solutions.make_groups),
        Step("07.target-group", 4, checks.target_group, solutions.make_target_group),
        Step("07.balancer", 5, checks.balancer, solutions.make_balancer, hourly=prices.balancer_hour()),
        Step("07.service", 5, service.service, solutions.attach),
        Step("07.back", 6, back.back, solutions.make_back, hourly=prices.task_hour(256, 512)),
        Step(
            "07.yours-1",
            8,
            exercises.repaired,
            solutions.break_and_repair,
            hourly=prices.task_hour(256, 512),
        ),
        Step(
            "07.yours-3",
            10,
            exercises.network_balancer,
            solutions.make_network_balancer,
            hourly=prices.balancer_hour(network=True),
        ),
    ),
    answers={"cname": answers.cname, "asks": answers.asking_interfaces},
)
