"""Stage 10: two services of which one calls the other, in three ways; and a step into a container."""

from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.course.stages.stage_10 import answers, checks, connect, exercises, solutions, step_in
from ecslab.operations import prices

_PAIR_HOUR = 2 * prices.task_hour(256, 512)
_BALANCER_HOUR = prices.balancer_hour(internal=True)

STAGE = Stage(
    notebook="10-services-that-talk.ipynb",
    needs=(*FOUNDATION, "04.network"),
    minutes=Minutes(reading=53, waiting=27),
    part="service",
    steps=(
        Step("10.balancer", 6, checks.balancer, solutions.balance, hourly=_PAIR_HOUR + _BALANCER_HOUR),
        Step("10.cloud-map", 5, checks.cloud_map, solutions.give_a_name, hourly=prices.HOSTED_ZONE_HOUR),
        Step("10.connect", 7, connect.connected, solutions.connect),
        Step("10.step-in", 6, step_in.opened, solutions.step_in),
        Step("10.yours-1", 8, exercises.porter, solutions.publish_porter, hourly=_PAIR_HOUR),
        Step("10.yours-2", 8, exercises.private, solutions.close_porter),
    ),
    answers={
        "registered": answers.registered,
        "proxy": answers.proxy,
        "behind": answers.endpoint,
    },
)
