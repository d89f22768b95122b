"""Tasks of services in Cloud Map: registered when they run, taken out before they are stopped.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html
"""

from collections.abc import Callable

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs.instances import placing
from ecslab.sandbox.bridge.ecs.services import service_connect
from ecslab.sandbox.bridge.servicediscovery.state import service_named
from ecslab.sandbox.world.service.deployment import DiscoveryRegistry, Revision
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.service_discovery.registry import (
    HEALTHY,
    INITIAL_HEALTH,
    IPV4,
    PORT,
    UNHEALTHY,
    DiscoveryService,
    Instance,
)
from ecslab.sandbox.world.task.task import Task

Lost = Callable[[Service, str], None]
"""Told that a service's tasks cannot be registered, for their registry is gone."""


def registries(revision: Revision) -> tuple[DiscoveryRegistry, ...]:
    """Where the tasks of a revision are registered: in its registry, and for Service Connect."""
    own = (revision.registry,) if revision.registry else ()
    connect = revision.connect
    servers = connect.servers if connect else ()
    arns = connect.resources if connect else {}
    return (
        *own,
        *(DiscoveryRegistry(arns[each.discovery_name], None, each.ingress_port) for each in servers),
    )


def begin(task: Task, service: Service, registry: DiscoveryRegistry, lost: Lost) -> None:
    """Register a task that has just got RUNNING, a while from now, if it is still there then."""
    clock = current_account().clock

    def register() -> None:
        if task.last_status != "RUNNING":
            return
        target = service_named(task.region, registry.arn)
        if target is None:
            lost(service, registry.arn)
        else:
            attributes = _attributes(task, service, registry, target)
            target.put(Instance(task.id, attributes, target.first_health(attributes), str(rng.uuid4())))

    clock.after(clock.durations.of("discovery_registered", task.id), register)


def leave(task: Task, service: Service, registry: DiscoveryRegistry) -> float:
    """Take a task out of a registry; seconds until it is out."""
    clock = current_account().clock
    seconds = clock.durations.of("discovery_deregistered", task.id)

    def deregister() -> None:
        target = service_named(task.region, registry.arn)
        if target is not None:
            target.remove(task.id)
            if target.owner:
                service_connect.forget_endpoints(service, task.region)

    clock.after(seconds, deregister)
    return seconds


def health_changed(task: Task, registry: DiscoveryRegistry, health: str) -> None:
    """Tell Cloud Map the health of a task by its containers; it counts after Cloud Map's own wait."""
    target = service_named(task.region, registry.arn)
    if target is None or not target.custom_health or health not in (HEALTHY, UNHEALTHY):
        return
    clock = current_account().clock

    def change() -> None:
        target.set_health(task.id, health)

    clock.after(clock.durations.of("custom_health_changed", task.id), change)


def _attributes(
    task: Task, service: Service, registry: DiscoveryRegistry, target: DiscoveryService
) -> dict[str, str]:
    """What ECS tells of a task; `AWS_INIT_HEALTH_STATUS` as hashicorp/terraform-provider-aws#4853 shows it.

    U: that a task with a health check that has not passed yet begins UNHEALTHY.
    """
    interface, instance = task.attachment.interface, placing.instance_of(task)
    assert interface is not None, "a task that runs has an address"
    attributes = {
        IPV4: interface.private_ip,
        "AVAILABILITY_ZONE": task.settings["availabilityZone"],
        "REGION": task.region,
        "ECS_CLUSTER_NAME": task.cluster,
        "ECS_SERVICE_NAME": service.name,
        "ECS_TASK_DEFINITION_FAMILY": task.definition["family"],
    }
    port = _port(task, registry)
    if port is not None:
        attributes[PORT] = str(port)
    if instance is not None:
        attributes["EC2_INSTANCE_ID"] = instance.ec2_id
    if target.custom_health:
        checked = any(each.essential and each.checked for each in task.containers)
        waits = checked and task.health_status != HEALTHY
        attributes[INITIAL_HEALTH] = UNHEALTHY if waits else HEALTHY
    return attributes


def _port(task: Task, registry: DiscoveryRegistry) -> int | None:
    """The port of an SRV record: of the task's interface, or of its container instance's."""
    if not task.attachment.shared or registry.container is None:
        return registry.port
    bindings = task.container(registry.container).bindings
    bound = (each.host_port for each in bindings if each.container_port == registry.port)
    return next(bound, registry.port)
