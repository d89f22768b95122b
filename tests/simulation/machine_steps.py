"""Steps of a history on EC2: services and tasks on instances, and what becomes of these."""

from typing import Any

from tests.simulation import steps
from tests.simulation.ground import CLUSTER
from tests.simulation.machines import HOSTED, known, launch, machines_of
from tests.simulation.steps import COUNTS, WHICH, YES_NO, action

MOST = 7
"""Machines that run at once; those that make an account whole come on top."""
NAMES = ("three", "four")
SPREAD = {"type": "spread", "field": "attribute:ecs.availability-zone"}
PACK = {"type": "binpack", "field": "memory"}
APART = {"type": "distinctInstance"}
PLACEMENTS: dict[str, dict[str, Any]] = {
    "spread": {"placementStrategy": [SPREAD, PACK]},
    "packed": {"placementStrategy": [PACK]},
    "apart": {"placementConstraints": [APART]},
    "zoned": {"placementConstraints": [
        {"type": "memberOf", "expression": "attribute:ecs.availability-zone == us-east-1a"}
    ]},
    "large": {"placementConstraints": [
        {"type": "memberOf", "expression": "attribute:ecs.instance-type =~ m5.*"}, APART
    ]},
}  # fmt: skip


@action(4, name=NAMES, kind=tuple(HOSTED), how=tuple(PLACEMENTS), count=COUNTS[:4], percents=steps.PERCENTS)
def host(world: Any, name: str, kind: str, how: str, count: int, percents: Any) -> str:
    """A service on EC2."""
    network = {"networkConfiguration": _subnets(world)} if kind == "linked" else {}
    configuration = steps.configuration(percents)
    if how != "spread":
        configuration["availabilityZoneRebalancing"] = "DISABLED"
    return world.attempt(
        "ecs", "CreateService", cluster=CLUSTER, serviceName=name, taskDefinition=kind, launchType="EC2",
        desiredCount=count, **PLACEMENTS[how], **network, **configuration,
    )  # fmt: skip


def _subnets(world: Any) -> dict[str, Any]:
    return {"awsvpcConfiguration": {"subnets": world.subnets}}


@action(3, name=NAMES, count=COUNTS[:4])
def scale_hosted(world: Any, name: str, count: int) -> str:
    return world.attempt("ecs", "UpdateService", cluster=CLUSTER, service=name, desiredCount=count)


@action(2, name=(*NAMES, "agent"))
def deploy_hosted(world: Any, name: str) -> str:
    return world.attempt("ecs", "UpdateService", cluster=CLUSTER, service=name, forceNewDeployment=True)


@action(1, name=NAMES)
def delete_hosted(world: Any, name: str) -> str:
    return world.attempt("ecs", "DeleteService", cluster=CLUSTER, service=name, force=True)


@action(2, kind=("bridged", "fixed", "hosted"), how=tuple(PLACEMENTS), count=(1, 2, 3))
def run_hosted(world: Any, kind: str, how: str, count: int) -> str:
    given = {"taskDefinition": kind, "launchType": "EC2", "count": count, **PLACEMENTS[how]}
    return world.attempt("ecs", "RunTask", cluster=CLUSTER, **given)


@action(3, place=(0, 1), kind=("t3.medium", "c5.large", "m5.large"))
def order_machine(world: Any, place: int, kind: str) -> str:
    machines = [each for each in machines_of(world) if each["State"]["Name"] == "running"]
    return launch(world, place, kind) if len(machines) < MOST else "enough"


@action(2, which=WHICH, how=("TerminateInstances", "StopInstances"))
def end_machine(world: Any, which: int, how: str) -> str:
    """An instance dies."""
    instance = _one(world, which)
    return world.attempt("ec2", how, InstanceIds=[instance.ec2_id]) if instance else "none"


@action(3, which=WHICH, connected=YES_NO)
def agent(world: Any, which: int, connected: bool) -> str:
    """An agent is lost, or back."""
    instance = _one(world, which)
    return world.inject("agent", instance=instance.ec2_id, connected=connected) if instance else "none"


@action(3, which=WHICH, status=("DRAINING", "DRAINING", "ACTIVE"))
def drain(world: Any, which: int, status: str) -> str:
    instance = _one(world, which)
    if instance is None:
        return "none"
    given = {"cluster": CLUSTER, "containerInstances": [instance.arn], "status": status}
    return world.attempt("ecs", "UpdateContainerInstancesState", **given)


@action(1, which=WHICH, force=YES_NO)
def deregister(world: Any, which: int, force: bool) -> str:
    instance = _one(world, which)
    if instance is None:
        return "none"
    given = {"cluster": CLUSTER, "containerInstance": instance.arn, "force": force}
    return world.attempt("ecs", "DeregisterContainerInstance", **given)


def _one(world: Any, which: int) -> Any:
    instances = known(world)
    return instances[which % len(instances)] if instances else None


INSTANCES = (
    "host", "scale_hosted", "deploy_hosted", "delete_hosted", "run_hosted", "order_machine", "end_machine",
    "agent", "drain", "deregister",
)  # fmt: skip
"""Actions that only histories with instances draw."""
BESIDE = ("create", "scale", "stop_task", "let_pass", "next_change", "zone", "spot", "restart", "crash",
          "full_disk", "undo", "carry")  # fmt: skip
"""What these draw beside them."""


def come_to_rest(world: Any, service: Any) -> None:
    """Let a service on EC2 run what always has room."""
    given = {"cluster": CLUSTER, "service": service.name, "forceNewDeployment": True}
    if not service.daemon:
        given |= {"taskDefinition": "bridged", **steps.configuration((100, 200))}
        given |= {"availabilityZoneRebalancing": "DISABLED"}
        if service.revision.spec["shown"].get("networkConfiguration"):
            given["taskDefinition"] = "linked"
    world.ask("ecs", "UpdateService", **given)
