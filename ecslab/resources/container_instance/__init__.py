"""Container instances: machines whose agent has registered them in a cluster. Stage 11.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/create-capacity.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ecslab import figures
from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.display.tables import Table
from ecslab.errors import SandboxOnly
from ecslab.resources import arguments
from ecslab.resources.container_instance import layout
from ecslab.resources.container_instance.instance_reader import attribute, is_external, registered, remaining
from ecslab.resources.machines import machine_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerInstanceTypeDef

    from ecslab.figures import Figure

_SHOWN: Final = "DescribeContainerInstances", "instance = ecslab.container_instance.of_cluster(lab)[0]"


def of_cluster(lab: Connection, cluster: str | None = None) -> list[ContainerInstanceTypeDef]:
    """The container instances of a cluster as DescribeContainerInstances shows them, oldest first.

    Args:
        cluster: the lesson's unless given. One that is not there has none.
    """
    arguments.lab(lab)
    if cluster is not None:
        arguments.text("cluster", cluster, lab.names.cluster)
    shown = or_none_if_missing(machine_reader.container_instances, lab, cluster or lab.names.cluster)
    return sorted(shown or (), key=lambda each: (each["registeredAt"], each["ec2InstanceId"]))


def of_provider(lab: Connection, provider: str) -> list[ContainerInstanceTypeDef]:
    """Those of the lesson's cluster that belong to a capacity provider."""
    return [each for each in of_cluster(lab) if each.get("capacityProviderName") == provider]


def tasks(lab: Connection, instance: ContainerInstanceTypeDef) -> list[str]:
    """The ARNs of the tasks on a container instance of the lesson's cluster that have not stopped.

    Those that are still to run, and those that are being stopped.

    Raises:
        BadArgument: it is no container instance as DescribeContainerInstances shows it.
    """
    arguments.lab(lab)
    arn = arguments.described("instance", instance, "containerInstanceArn", *_SHOWN)
    held = layout.holding(lab, lab.names.cluster, containerInstance=arn)
    return [task["taskArn"] for task in held]


def draw(lab: Connection, cluster: str | None = None) -> Figure:
    """The cluster's container instances as boxes, its tasks to scale in them, Fargate's tasks beside them.

    Args:
        cluster: the lesson's unless given.

    Raises:
        NotThere: there is no such cluster.
    """
    arguments.lab(lab)
    return figures.instances(layout.look(lab, cluster))


def table(lab: Connection, cluster: str | None = None) -> Table:
    """The container instances of a cluster: where they are, and what is left on each. Shows itself.

    CPU is counted in units, 1024 to the vCPU, and memory in MiB: what no task has set aside, of all.
    """
    head = ("instance", "type", "zone", "status", "agent", "CPU left", "MiB left", "tasks")
    rows = [tuple(_row(each)) for each in of_cluster(lab, cluster)]
    title = "" if rows else f"No container instance is registered in {cluster or lab.names.cluster}."
    return Table(title, head, tuple(rows))


def _row(instance: ContainerInstanceTypeDef) -> Iterator[str]:
    yield instance["ec2InstanceId"]
    yield attribute(instance, "ecs.instance-type") or ("external" if is_external(instance) else "")
    yield attribute(instance, "ecs.availability-zone")
    yield instance["status"]
    yield "connected" if instance["agentConnected"] else "not connected"
    for resource in ("CPU", "MEMORY"):
        yield f"{remaining(instance, resource):,} of {registered(instance, resource):,}"
    yield str(instance["runningTasksCount"] + instance["pendingTasksCount"])


def wait_until_registered(
    lab: Connection, count: int = 1, cluster: str | None = None
) -> list[ContainerInstanceTypeDef]:
    """Wait until so many container instances of a cluster are ACTIVE with their agent connected.

    Raises:
        BadArgument: `count` is no whole number from 1 on.
        StillWaiting: they are not; wrong user data, a missing profile or no way to ECS are the usual reasons.
    """
    arguments.lab(lab)
    arguments.count("count", count, 1)

    def ready() -> list[ContainerInstanceTypeDef] | None:
        instances = [
            each for each in of_cluster(lab, cluster) if each["status"] == "ACTIVE" and each["agentConnected"]
        ]
        return instances if len(instances) >= count else None

    return lab.wait(ready, f"{count} container instances in {cluster or lab.names.cluster}", limit=900)


def connect_agent(lab: Connection, instance: ContainerInstanceTypeDef, *, connected: bool) -> None:
    """Let the agent of a container instance lose its connection to ECS, or have it again.

    Raises:
        SandboxOnly: the lab is on a real account, where you would stop the agent on the instance itself.
    """
    arguments.lab(lab)
    if lab.where != "sandbox":
        raise SandboxOnly("container_instance.connect_agent()", "`sudo systemctl stop ecs` on the instance")
    machine = arguments.described("instance", instance, "ec2InstanceId", *_SHOWN)
    lab.control("inject", kind="agent", instance=machine, connected=connected)
