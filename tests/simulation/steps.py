"""Steps of a history: what may happen, how often, and with which values. A step is a name and plain values.

What a step is about is named by a place in a list, whatever is in it then: so a history stays one when steps
are left out of it. An action is added by writing it; a switch by a line in `SWITCHES`.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ecslab.sandbox.gateway.gateway import Refused
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.world.errors import AwsError
from tests.simulation.ground import (
    CLUSTER,
    CONTAINERS,
    POLICY,
    REPOSITORY,
    ROLE,
    SECRET,
    define,
    opening,
    push,
)
from tests.simulation.world import World

SWITCHES: dict[str, Sequence[Any]] = {"timing": ("drawn", "drawn", "fixed")}
"""What a sandbox is started with, drawn for each history."""
LENGTHS = (5, 11)
"""Steps of a history, at least and at most, after the first two."""

NAMES = ("one", "two")
KINDS = tuple(CONTAINERS)
COUNTS = (0, 1, 2, 3, 4)
PERCENTS = ((100, 200), (50, 100), (0, 100), (100, 150), (50, 200))
BREAKERS = ((False, False), (True, False), (True, True))
GROUPS = ((), (), ("quick",), ("slow",), ("quick", "slow"))
SECONDS = (0.4, 3.0, 9.0, 25.0, 60.0, 200.0, 600.0, 4000.0)
WHICH = tuple(range(12))
YES_NO = (True, False)
CPU = "ECSServiceAverageCPUUtilization"
LOAD = [{"Name": "Lab", "Value": "one"}]
COOLDOWN = 240
"""Seconds that every policy waits after a scale-in."""


@dataclass(frozen=True)
class Step:
    """An action by its name, and the values it is given; `inside` are steps that happen within it."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    inside: tuple["Step", ...] = ()

    def __str__(self) -> str:
        shown = [f"{name}={value!r}" for name, value in self.values.items()]
        return f"{self.name}({', '.join([*shown, *map(str, self.inside)])})"


@dataclass(frozen=True)
class Action:
    """What a step does, how often it is drawn, and from what its values are."""

    do: Callable[..., str | None]
    weight: int
    choices: dict[str, Sequence[Any]]


ACTIONS: dict[str, Action] = {}


def action(weight: int = 1, **choices: Sequence[Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def added(do: Callable[..., Any]) -> Callable[..., Any]:
        ACTIONS[do.__name__] = Action(do, weight, choices)
        return do

    return added


def drawn_step(draw: random.Random, among: Sequence[str]) -> Step:
    (name,) = draw.choices(among, [ACTIONS[name].weight for name in among])
    values = {value: draw.choice(choices) for value, choices in ACTIONS[name].choices.items()}
    return Step(name, values)


def carry_out(world: World, step: Step) -> str:
    """How the step ended, in a word."""
    return ACTIONS[step.name].do(world, **step.values) or ""


# services


@action(
    3, name=NAMES, kind=KINDS, count=COUNTS, percents=PERCENTS, breaker=BREAKERS, groups=GROUPS, spot=YES_NO
)
def create(world: World, name: str, kind: str, count: int, percents: Any, breaker: Any, groups: Any,
           spot: bool) -> str:  # fmt: skip
    launch: dict[str, Any] = {"launchType": "FARGATE"}
    if spot:
        launch = {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]}
    return _service(
        world, "CreateService", serviceName=name, taskDefinition=kind, desiredCount=count, **launch,
        networkConfiguration=network(world), loadBalancers=behind(world, groups),
        **configuration(percents, breaker),
    )  # fmt: skip


@action(3, name=NAMES, count=COUNTS)
def scale(world: World, name: str, count: int) -> str:
    return _service(world, "UpdateService", service=name, desiredCount=count)


@action(4, name=NAMES, kind=KINDS)
def deploy(world: World, name: str, kind: str) -> str:
    return _service(world, "UpdateService", service=name, taskDefinition=kind)


@action(2, name=NAMES, groups=GROUPS)
def move(world: World, name: str, groups: Any) -> str:
    """Serve behind other target groups from here on."""
    return _service(world, "UpdateService", service=name, loadBalancers=behind(world, groups))


@action(1, name=NAMES)
def force(world: World, name: str) -> str:
    return _service(world, "UpdateService", service=name, forceNewDeployment=True)


@action(1, name=NAMES, percents=PERCENTS, breaker=BREAKERS)
def configure(world: World, name: str, percents: Any, breaker: Any) -> str:
    return _service(world, "UpdateService", service=name, **configuration(percents, breaker))


@action(1, name=NAMES, force=YES_NO)
def delete(world: World, name: str, force: bool) -> str:
    return _service(world, "DeleteService", service=name, force=force)


def _service(world: World, operation: str, **parameters: Any) -> str:
    return world.attempt("ecs", operation, cluster=CLUSTER, **parameters)


def network(world: World) -> dict[str, Any]:
    vpc = {
        "subnets": world.subnets,
        "assignPublicIp": "ENABLED",
        "securityGroups": [world.security["behind"]],
    }
    return {"awsvpcConfiguration": vpc}


def behind(world: World, groups: Sequence[str]) -> list[dict[str, Any]]:
    entry = {"containerName": "web", "containerPort": 80}
    return [{"targetGroupArn": world.groups[name], **entry} for name in groups]


def configuration(percents: tuple[int, int], breaker: tuple[bool, bool] = (False, False)) -> dict[str, Any]:
    least, most = percents
    guard = dict(zip(("enable", "rollback"), breaker, strict=True))
    return {
        "deploymentConfiguration": {"minimumHealthyPercent": least, "maximumPercent": most,
                                    "deploymentCircuitBreaker": guard},
        "availabilityZoneRebalancing": "ENABLED" if most > 100 else "DISABLED",
    }  # fmt: skip


# scaling


@action(3, name=NAMES, least=(0, 1, 2, 4), room=(0, 1, 4))
def scalable(world: World, name: str, least: int, room: int) -> str:
    return _scaling(world, "RegisterScalableTarget", name, MinCapacity=least, MaxCapacity=least + room)


@action(2, name=NAMES, policy=("cpu", "load"), target=(25.0, 50.0), scales_in=YES_NO)
def tracked(world: World, name: str, policy: str, target: float, scales_in: bool) -> str:
    """A policy on the CPU, or on a metric that `busy` sends, of what scales from here on."""
    scalable(world, name, 1, 4)
    metric: dict[str, Any] = {"PredefinedMetricSpecification": {"PredefinedMetricType": CPU}}
    if policy == "load":
        about = {"Namespace": "Lab", "MetricName": "load", "Statistic": "Average", "Dimensions": LOAD}
        metric = {"CustomizedMetricSpecification": about}
    configuration = {"TargetValue": target, "ScaleInCooldown": COOLDOWN, "DisableScaleIn": not scales_in}
    return _scaling(
        world, "PutScalingPolicy", name, PolicyName=policy, PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={**configuration, **metric},
    )  # fmt: skip


@action(6, name=NAMES, value=(5.0, 40.0, 90.0), minutes=(5, 5, 17))
def busy(world: World, name: str, value: float, minutes: int) -> str:
    """Minutes of a metric that a policy follows."""
    done = tracked(world, name, "load", 25.0, True)
    for _ in range(minutes):
        data = {"MetricName": "load", "Dimensions": LOAD, "Value": value}
        done = world.attempt("cloudwatch", "PutMetricData", Namespace="Lab", MetricData=[data])
        world.run(60)
    return done


@action(1, name=NAMES, minutes=(2, 7), least=(0, 3), on=YES_NO)
def rush(world: World, name: str, minutes: int, least: int, on: bool) -> str:
    if not on:
        return _scaling(world, "DeleteScheduledAction", name, ScheduledActionName="rush")
    return _scaling(
        world, "PutScheduledAction", name, ScheduledActionName="rush",
        Schedule=f"rate({minutes} minutes)", ScalableTargetAction={"MinCapacity": least},
    )  # fmt: skip


@action(1, name=NAMES)
def unscalable(world: World, name: str) -> str:
    return _scaling(world, "DeregisterScalableTarget", name)


def _scaling(world: World, operation: str, name: str, **parameters: Any) -> str:
    if name not in world.services:
        name = next(iter(world.services), name)
    about = {"ServiceNamespace": "ecs", "ResourceId": f"service/{CLUSTER}/{name}",
             "ScalableDimension": "ecs:service:DesiredCount"}  # fmt: skip
    return world.attempt("application-autoscaling", operation, **about, **parameters)


# tasks


@action(2, kind=KINDS, count=(1, 2, 3))
def run_task(world: World, kind: str, count: int) -> str:
    return world.attempt("ecs", "RunTask", cluster=CLUSTER, taskDefinition=kind, count=count,
                         launchType="FARGATE", networkConfiguration=network(world))  # fmt: skip


@action(2, which=WHICH)
def stop_task(world: World, which: int) -> str:
    return world.attempt("ecs", "StopTask", cluster=CLUSTER, task=one(world, which), reason="simulated")


@action(2, which=WHICH, on=YES_NO)
def protect(world: World, which: int, on: bool) -> str:
    return world.attempt("ecs", "UpdateTaskProtection", cluster=CLUSTER, tasks=[one(world, which)],
                         protectionEnabled=on, expiresInMinutes=3)  # fmt: skip


@action(1, kind=KINDS)
def define_again(world: World, kind: str) -> str:
    try:
        define(world, kind)
    except AwsError as refusal:
        return refusal.code
    return "ok"


@action(1, path=("/", "/nothing"))
def visit(world: World, path: str) -> str:
    try:
        request = HttpRequest("GET", path, "", {"host": world.balancer["DNSName"]}, b"", "198.51.100.7")
        return str(world.sandbox.visit(world.balancer["DNSName"], 80, request).status)
    except (ConnectionError, Refused) as refusal:
        return type(refusal).__name__
    finally:
        world.watch.attach()


def one(world: World, which: int) -> str:
    """The ARN of a task that is there, live ones first; of none if there are none."""
    tasks = sorted(world.tasks.values(), key=lambda task: task.stopped_at or 0.0)
    return tasks[which % len(tasks)].arn if tasks else "0" * 32


# time


@action(14, seconds=SECONDS)
def let_pass(world: World, seconds: float) -> None:
    world.run(seconds)


@action(2)
def next_change(world: World) -> str:
    return str(world.control("advance", to_next=True)["moved"])


@action(2, speed=(0.5, 10.0, 60.0, 1000.0), wall=(0.5, 5.0, 40.0, 90.0, -30.0), paused=(False, False, True))
def go_at_speed(world: World, speed: float, wall: float, paused: bool) -> str:
    """Let the wall clock go on (or be set back) at a speed, and stand again."""
    world.control("clock", mode="paced", speed=speed, paused=paused)
    world.wall += wall
    world.control("journal")  # asks something: time arrives
    return str(world.control("clock", mode="stepped", paused=False)["now"])


# what is taken away, and given back


@action(1, group=("front", "behind"), on=YES_NO)
def open_group(world: World, group: str, on: bool) -> str:
    verb = "AuthorizeSecurityGroupIngress" if on else "RevokeSecurityGroupIngress"
    return world.attempt("ec2", verb, **opening(world, group))


@action(1, on=YES_NO)
def route(world: World, on: bool) -> str:
    about = {"RouteTableId": world.table, "DestinationCidrBlock": "0.0.0.0/0"}
    if on:
        return world.attempt("ec2", "CreateRoute", **about, GatewayId=world.gateway)
    return world.attempt("ec2", "DeleteRoute", **about)


@action(1, on=YES_NO)
def policy(world: World, on: bool) -> str:
    verb = "AttachRolePolicy" if on else "DetachRolePolicy"
    return world.attempt("iam", verb, RoleName=ROLE, PolicyArn=POLICY)


@action(1, on=YES_NO)
def secret(world: World, on: bool) -> str:
    done = world.attempt("secretsmanager", "RestoreSecret" if on else "DeleteSecret", SecretId=SECRET)
    gone = "secretsmanager", "GetSecretValue", {"SecretId": SECRET}
    return _noted(world, "the secret", done, None if on else gone)


@action(1, on=YES_NO, page=("hello", "again"))
def image(world: World, on: bool, page: str) -> str:
    if on:
        push(world, "latest", page)
        world.deleted.pop("the image", None)
        return "ok"
    ids = {"repositoryName": REPOSITORY, "imageIds": [{"imageTag": "latest"}]}
    there = "refused" not in world.look("ecr", "DescribeImages", **ids)
    done = world.attempt("ecr", "BatchDeleteImage", **ids) if there else "nothing"
    return _noted(world, "the image", done, ("ecr", "DescribeImages", ids))


def _noted(world: World, name: str, done: str, gone: Any) -> str:
    if done == "ok" and gone:
        world.deleted[name] = gone
    elif done == "ok":
        world.deleted.pop(name, None)
    return done


@action(1, path=("/", "/nothing"), group=("quick", "slow"))
def health_path(world: World, path: str, group: str) -> str:
    return world.attempt(
        "elbv2", "ModifyTargetGroup", TargetGroupArn=world.groups[group], HealthCheckPath=path
    )


# faults


@action(2, which=WHICH, code=(0, 1, 137))
def exit_program(world: World, which: int, code: int) -> str:
    return world.inject("exit", task=one(world, which), code=code)


@action(1, which=WHICH)
def out_of_memory(world: World, which: int) -> str:
    return world.inject("out-of-memory", task=one(world, which))


@action(1, which=WHICH)
def maintenance(world: World, which: int) -> str:
    return world.inject("maintenance", task=one(world, which))


@action(2, zone=("us-east-1a", "us-east-1b"), away=YES_NO)
def zone(world: World, zone: str, away: bool) -> str:
    return world.inject("zone", zone=zone, away=away)


@action(1, host=("docker.io", "123456789012.dkr.ecr.us-east-1.amazonaws.com"),
        problem=(None, "unreachable", "limited", "broken"))  # fmt: skip
def registry(world: World, host: str, problem: str | None) -> str:
    return world.inject("registry", host=host, problem=problem)


@action(1, problem=(None, "interface", "attachment", "storage", "runtime", "start", "create", "inspect"))
def platform(world: World, problem: str | None) -> str:
    return world.inject("platform", problem=problem)


@action(1, available=YES_NO)
def spot(world: World, available: bool) -> str:
    world.inject("spot-capacity", available=available)
    return world.inject("spot-interruption") if not available else "ok"


@action(1, on=YES_NO)
def throttling(world: World, on: bool) -> str:
    return world.inject("throttling", on=on)


@action(2, do=("start", "start", "change", "stop"), port=(80, 81), rate=(0.0, 5.0, 60.0, 400.0),
        memory_mib=(0.5, 20.0))  # fmt: skip
def visitors(world: World, do: str, port: int, rate: float, memory_mib: float) -> str:
    about = {} if do == "stop" else {"profile": "constant", "rate": rate, "memory_mib": memory_mib}
    return world.inject("visitors", do=do, load_balancer="lab", port=port, **about)


SCALING = ("scalable", "tracked", "busy", "rush", "unscalable", "visitors")
"""Actions that only histories with scaling draw."""
