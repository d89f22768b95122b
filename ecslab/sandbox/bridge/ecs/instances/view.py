"""A container instance in the shape of API_ContainerInstance."""

from collections.abc import Iterable
from hashlib import blake2b

from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.placement.instance import RESERVED_PORTS

PENDING = frozenset({"PROVISIONING", "PENDING", "ACTIVATING"})


def view(instance: ContainerInstance, include: Iterable[str] = ()) -> dict[str, object]:
    """What DescribeContainerInstances shows; tags and health only where `include` asks for them."""
    shown: dict[str, object] = {
        "containerInstanceArn": instance.arn,
        "ec2InstanceId": instance.ec2_id,
        "version": instance.version,
        "versionInfo": {
            "agentVersion": instance.agent_version,
            "agentHash": blake2b(instance.agent_version.encode(), digest_size=4).hexdigest(),
            "dockerVersion": instance.docker_version,
        },
        "remainingResources": _resources(
            instance.free_cpu, instance.free_memory, instance.used_ports, instance.used_udp_ports
        ),
        "registeredResources": _resources(instance.cpu, instance.memory, RESERVED_PORTS, ()),
        "status": instance.status,
        "agentConnected": instance.agent_connected,
        **_counts(instance),
        "attributes": [_attribute(name, value) for name, value in instance.attributes.items()],
        "registeredAt": round(instance.registered_at, 3),
        "attachments": [],
        "tags": [dict(tag) for tag in instance.tags] if "TAGS" in include else [],
    }
    if instance.provider:
        shown["capacityProviderName"] = instance.provider
    if instance.update:
        shown["agentUpdateStatus"] = instance.update
    if "CONTAINER_INSTANCE_HEALTH" in include:
        shown["healthStatus"] = _health(instance)
    return shown


def _attribute(name: str, value: str | None) -> dict[str, str]:
    return {"name": name} if value is None else {"name": name, "value": value}


def _counts(instance: ContainerInstance) -> dict[str, int]:
    """Tasks meant to run, of those that do, and those that are coming up."""
    tasks = state.of(instance.region).tasks
    statuses = [(tasks[each].last_status, tasks[each].stopping) for each in instance.tasks if each in tasks]
    return {
        "runningTasksCount": sum(status not in PENDING and not over for status, over in statuses),
        "pendingTasksCount": sum(status in PENDING for status, _ in statuses),
    }


def _resources(cpu: int, memory: int, ports: Iterable[int], udp: Iterable[int]) -> list[dict[str, object]]:
    """Ports are those in use, also of what remains (API_ContainerInstance, remainingResources)."""
    rows: list[tuple[str, str, dict[str, object]]] = [
        ("CPU", "INTEGER", {"integerValue": cpu}),
        ("MEMORY", "INTEGER", {"integerValue": memory}),
        ("PORTS", "STRINGSET", {"stringSetValue": _texts(ports)}),
        ("PORTS_UDP", "STRINGSET", {"stringSetValue": _texts(udp)}),
    ]
    empty = {"doubleValue": 0.0, "longValue": 0, "integerValue": 0}
    return [{"name": name, "type": kind, **empty, **value} for name, kind, value in rows]


def _texts(ports: Iterable[int]) -> list[str]:
    return [str(port) for port in sorted(ports)]


def _health(instance: ContainerInstance) -> dict[str, object]:
    """What the agent last told of its container runtime. U: what is shown while it is away.."""
    status = "OK" if instance.agent_connected else "INSUFFICIENT_DATA"
    at = round(instance.agent_changed_at, 3)
    detail = {"type": "CONTAINER_RUNTIME", "status": status, "lastUpdated": at, "lastStatusChange": at}
    return {"overallStatus": status, "details": [detail]}
