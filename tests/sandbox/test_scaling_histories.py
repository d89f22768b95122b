"""Random histories of services that scale: what holds after each step, and that a replay is the same."""

import random
import re
from itertools import pairwise

import pytest
from scaling_rig import REGION, Scaling, of

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.autoscaling import state
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.world.scaling.activity import Activity
from ecslab.sandbox.world.scaling.capacity import Bounds

NAMES = ("one", "two")
COOLDOWN = 180
STEPS = 22
EXPLAINED = (
    r"monitor alarm (?P<alarm>\S+) in state ALARM triggered policy (?P<policy>\S+)",
    r"(minimum|maximum) capacity was set to \d+",
    r"scheduled action name rush was triggered",
)


def register(aws, name, draw):
    least = draw.randint(0, 4)
    aws.scaling.register_scalable_target(
        **of(name), MinCapacity=least, MaxCapacity=least + draw.randint(0, 8)
    )


def track(aws, name, draw):
    policy = draw.choice(("load", "memory"))
    aws.track(name, draw.choice((25, 50)), policy, ScaleInCooldown=COOLDOWN,
              ScaleOutCooldown=draw.choice((0, 60, 300)), DisableScaleIn=draw.random() < 0.2)  # fmt: skip


def rush(aws, name, draw):
    least = draw.randint(0, 5)
    aws.scaling.put_scheduled_action(
        **of(name), ScheduledActionName="rush", Schedule=f"rate({draw.randint(2, 9)} minutes)",
        ScalableTargetAction={"MinCapacity": least, "MaxCapacity": least + draw.randint(0, 4)},
    )  # fmt: skip


def calm(aws, name, _draw):
    aws.scaling.delete_scheduled_action(**of(name), ScheduledActionName="rush")


def suspend(aws, name, draw):
    member = draw.choice(("DynamicScalingInSuspended", "ScheduledScalingSuspended"))
    aws.scaling.register_scalable_target(**of(name), SuspendedState={member: draw.random() < 0.5})


def forget(aws, name, _draw):
    aws.scaling.deregister_scalable_target(**of(name))


def by_hand(aws, name, draw):
    aws.ecs.update_service(cluster="blue", service=name, desiredCount=draw.randint(0, 6))


def deploy(aws, name, _draw):
    aws.ecs.update_service(cluster="blue", service=name, forceNewDeployment=True)


def behind_its_back(aws, name, draw):
    alarms = aws.own_alarms(name)
    if alarms:
        aws.client("cloudwatch").delete_alarms(AlarmNames=[draw.choice(alarms).name])


def busy(aws, name, draw):
    """Minutes of both metrics, through the API, so that the journal has them."""
    values = {policy: draw.choice((2, 10, 24, 45, 60, 95)) for policy in ("load", "memory")}
    for _ in range(draw.choice((3, 6, 18))):
        data = [{"MetricName": policy, "Dimensions": [{"Name": "Service", "Value": name}], "Value": value,
                 "Unit": "Percent"} for policy, value in values.items()]  # fmt: skip
        aws.client("cloudwatch").put_metric_data(Namespace="Lab", MetricData=data)
        aws.pass_time(60)


ACTIONS = {register: 4, track: 4, busy: 8, rush: 1, calm: 1, suspend: 1, forget: 1, by_hand: 2, deploy: 1,
           behind_its_back: 1}  # fmt: skip


def play(aws, seed):
    """Steps by a seed; what is refused is refused."""
    draw = random.Random(seed)
    for name in NAMES:
        aws.service(name, 2)
    first = [(action, name) for action in (register, track) for name in NAMES]
    rest = [(draw.choices(list(ACTIONS), ACTIONS.values())[0], draw.choice(NAMES)) for _ in range(STEPS)]
    for action, name in [*first, *rest]:
        try:
            action(aws, name, draw)
        except aws.scaling.exceptions.ClientError as refused:
            assert refused.response["Error"]["Code"] in ("ObjectNotFoundException", "ValidationException")
        aws.pass_time(draw.choice((0.1, 1, 20)))
        judge()


def judge():
    regional = state.of(REGION)
    for resource, target in regional.targets.items():
        service = state.service_of(REGION, resource)
        mine = [
            each for each in regional.log.activities if each.resource == resource and each.desired is not None
        ]
        untouched = mine and service.desired == mine[0].desired
        if untouched and target.bounds_event is None:  # not since changed by hand, nor the bounds by a call
            assert target.bounds.clamp(service.desired) == service.desired, mine[0]
    for activity in regional.log.activities:
        assert any(re.fullmatch(cause, activity.cause) for cause in EXPLAINED), activity.cause
        assert activity.ended_at is None or activity.ended_at >= activity.started_at
        assert (activity.ended_at is None) == (
            activity.status == "InProgress" or activity.not_scaled is not None
        )
    starts = [each.started_at for each in regional.log.activities]
    assert starts == sorted(starts, reverse=True)
    for resource in {each.resource for each in regional.log.activities}:
        scaled = [
            each for each in regional.log.activities if each.resource == resource and each.desired is not None
        ]
        for later, earlier in pairwise(scaled):
            alarms = [re.fullmatch(EXPLAINED[0], each.cause) for each in (later, earlier)]
            named = [alarm["alarm"] for alarm in alarms if alarm]
            if len(named) == 2 and "AlarmLow" in named[0] and named[0] == named[1]:  # as it was written once
                assert later.started_at - earlier.started_at >= COOLDOWN - 1e-3


@pytest.mark.parametrize("seed", range(4))
def test_what_holds_after_each_step(tmp_path, seed):
    sandbox = Sandbox(tmp_path, mode="stepped", seed=seed)
    aws = Scaling(in_process.endpoint_of(sandbox)).prepared()
    play(aws, seed)
    activities = [aws.activities(name, IncludeNotScaledActivities=True) for name in NAMES]
    counts = [aws.counts(name) for name in NAMES]
    with sandbox.lock:
        sandbox.account.rebuild(sandbox.clock.now)
    assert [aws.activities(name, IncludeNotScaledActivities=True) for name in NAMES] == activities
    assert [aws.counts(name) for name in NAMES] == counts
    sandbox.close()


def test_the_judge_sees_what_is_wrong(tmp_path):
    sandbox = Sandbox(tmp_path, mode="stepped", seed=1)
    aws = Scaling(in_process.endpoint_of(sandbox)).prepared()
    aws.target("one", 3, 5)
    aws.pass_time(60)
    judge()
    regional = state.of(REGION)
    [target] = regional.targets.values()
    target.bounds = Bounds(4, 5)
    with pytest.raises(AssertionError):
        judge()
    target.bounds = Bounds(3, 5)
    regional.log.add(Activity("a", target.resource, "Setting desired count to 3.", "the moon was full",
                          current_account().clock.timestamp(), desired=3))  # fmt: skip
    with pytest.raises(AssertionError, match="the moon was full"):
        judge()
    regional.log.activities.popleft()
    cause = "monitor alarm TargetTracking-service/blue/one-AlarmLow-1 in state ALARM triggered policy load"
    now = current_account().clock.timestamp()
    for at in (now - 100, now):
        regional.log.add(Activity("a", target.resource, "Setting desired count to 3.", cause, at, desired=3))
    with pytest.raises(AssertionError):
        judge()
    sandbox.close()
