"""Stage 12: an alarm, a scalable target, target tracking, a scheduled action; and a day of visitors."""

from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.course.stages.stage_12 import alarm, answers, checks, exercises, schedule, solutions
from ecslab.operations import prices
from ecslab.resources.scaling import CPU, MEMORY

_SHOP_HOUR = prices.balancer_hour() + 2 * prices.task_hour(CPU, MEMORY)
_ALARM_HOUR = prices.of_alarm(60)

STAGE = Stage(
    notebook="12-scaling.ipynb",
    needs=(*FOUNDATION, "04.network", "07.groups"),
    minutes=Minutes(reading=54, waiting=7),
    part="capacity",
    steps=(
        Step("12.shop", 4, checks.shop, solutions.make_shop, hourly=_SHOP_HOUR),
        Step("12.alarm", 5, alarm.by_hand, solutions.make_alarm, hourly=_ALARM_HOUR),
        Step("12.target", 4, checks.target, solutions.register_target),
        Step("12.policy", 5, checks.policy, solutions.put_policy, hourly=2 * _ALARM_HOUR),
        Step("12.schedule", 5, schedule.rush_hour, solutions.put_schedule),
        Step("12.yours-1", 7, exercises.by_requests, solutions.track_requests, hourly=_SHOP_HOUR),
        Step("12.yours-2", 8, exercises.game, solutions.play, hourly=_SHOP_HOUR),
    ),
    answers={
        "capacity": answers.requests_of_a_task,
        "low": answers.low_alarm_minutes,
        "refused": answers.not_scaled_reason,
    },
)
