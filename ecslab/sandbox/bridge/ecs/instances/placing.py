"""Tasks on container instances: what a task needs of one, which one it gets, and what it leaves free again.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.ecs import hosted_tasks, state
from ecslab.sandbox.bridge.ecs.state import Cluster
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.placement import rules
from ecslab.sandbox.world.placement.instance import Needs
from ecslab.sandbox.world.placement.order import EXTERNAL, Order
from ecslab.sandbox.world.task.container import Binding, Container
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.task_definition import sizes

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

    Definition = api.ContainerDefinitionOutputTypeDef

NO_INSTANCES: Final = "No Container Instances were found in your cluster."
FAULTS: Final = 7
"""The behaviour from which on agents go with their zone, and tasks do not end without one."""
_VOLUMES: Final = ("dockerVolumeConfiguration", "fsxWindowsFileServerVolumeConfiguration")
_OF_CONTAINER: Final = {
    "links": "links between containers",
    "dnsServers": "name servers of containers",
    "dnsSearchDomains": "search domains of containers",
    "extraHosts": "extra hosts of containers",
    "hostname": "host names of containers",
    "privileged": "privileged containers",
    "dockerSecurityOptions": "Docker's security options",
    "credentialSpecs": "credential specifications",
    "disableNetworking": "containers without a network",
}
"""Members of a container definition that Fargate refuses."""


def check_request(
    vpc: "Mapping[str, object] | None", platform_version: str | None, launch_type: str
) -> None:
    """Refuse what Fargate alone has.

    Args:
        vpc: the request's `awsvpcConfiguration`, if it has one.
        launch_type: EC2 or EXTERNAL.
    """
    refuse_platform(platform_version, launch_type)
    if vpc and vpc.get("assignPublicIp") == "ENABLED":
        raise invalid("Assign public IP is not supported for this launch type.")


def refuse_strategies(
    parameters: "api.RunTaskRequestTypeDef | api.CreateServiceRequestTypeDef", launch_type: str
) -> None:
    """Refuse placement strategies, where AWS chooses. U: the sentence is that of Fargate."""
    if parameters.get("placementStrategy"):
        raise invalid(f"Placement strategies are not supported with {launch_type} launch type.")


def refuse_platform(version: str | None, launch_type: str) -> None:
    """Refuse a platform version, which Fargate alone has."""
    if version:
        sentence = "The platform version must be null when specifying an EC2 launch type."
        raise invalid(sentence.replace("EC2", launch_type))


def check(
    definition: "api.TaskDefinitionTypeDef", vpc: "Mapping[str, object] | None", launch_type: str
) -> None:
    """Refuse what a task on EC2, or on an external instance, cannot be asked for."""
    if launch_type not in definition["compatibilities"]:
        raise invalid(f"Task definition does not support launch_type {launch_type}.")
    for what in _uncarried(definition):
        raise AwsError("UnsupportedFeatureException", f"This sandbox does not carry {what} on EC2 yet.")
    awsvpc = definition.get("networkMode") == "awsvpc"
    if awsvpc and not vpc:
        raise invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    if vpc and not awsvpc:
        raise invalid("Network Configuration is not valid for the given networkMode of this task definition.")


def _uncarried(definition: "api.TaskDefinitionTypeDef") -> Iterator[str]:
    """What a task definition asks for that nothing here does."""
    if definition.get("pidMode") or definition.get("ipcMode"):
        yield "shared process and IPC namespaces"
    for volume in definition.get("volumes", ()):
        if any(volume.get(member) for member in _VOLUMES) or (volume.get("host") or {}).get("sourcePath"):
            yield "volumes of the host or of Docker drivers"
    for container in definition["containerDefinitions"]:
        yield from (what for member, what in _OF_CONTAINER.items() if container.get(member))
        if any(each["type"] == "GPU" for each in container.get("resourceRequirements", ())):
            yield "GPUs"
        if any(each.get("containerPortRange") for each in container.get("portMappings", ())):
            yield "ranges of ports"


def has_instances(cluster: Cluster, external: bool = False) -> bool:
    """Whether a cluster has container instances of EC2, or external ones, ACTIVE or not. Managed ones are
    neither."""
    known = cluster.placement.instances.values() if cluster.placement else ()
    return any((EXTERNAL in each.attributes) == external for each in known if not each.managed)


def size(
    definition: "api.TaskDefinitionTypeDef",
    overrides: Mapping[str, object],
    containers: "Iterable[Definition]",
) -> tuple[int, int]:
    """CPU units and MiB that are set aside: the task's own, else the sums of its containers.

    Of a container with both a limit and a reservation of memory the reservation counts
    (API_ContainerDefinition, memoryReservation).
    """
    own_cpu, own_memory = (overrides.get(name) or definition.get(name) for name in ("cpu", "memory"))
    listed = list(containers)
    try:
        cpu = sizes.cpu_units(str(own_cpu)) if own_cpu else sum(each.get("cpu") or 0 for each in listed)
        memory = (
            sizes.mebibytes(str(own_memory))
            if own_memory
            else sum(each.get("memoryReservation") or each.get("memory") or 0 for each in listed)
        )
    except ValueError as problem:
        raise AwsError("ClientException", f"Invalid setting for task: {problem}") from None  # U
    return cpu, memory


def order(
    definition: "api.TaskDefinitionTypeDef",
    group: str,
    task_size: tuple[int, int],
    containers: "Iterable[Definition]",
    parameters: "api.RunTaskRequestTypeDef",
    vpc_id: str | None,
    zones: Iterable[str],
) -> Order:
    """What is asked of the instance for each task; AwsError for a rule that cannot be.

    Args:
        task_size: CPU units and MiB.
        vpc_id, zones: of the subnets, with the network mode awsvpc.
    """
    mode = definition.get("networkMode", "bridge")
    fixed: dict[str, set[int]] = {"tcp": set(), "udp": set()}
    for container in containers if mode in ("bridge", "host") else ():
        for mapping in container.get("portMappings", ()):
            port = mapping.get("hostPort") or (mapping.get("containerPort") if mode == "host" else 0)
            if port:
                fixed[mapping.get("protocol", "tcp")].add(port)
    constraints, strategies = _rules(definition, parameters)
    return Order(
        group,
        Needs(
            *task_size, frozenset(fixed["tcp"]), frozenset(fixed["udp"]), int(mode == "awsvpc"),
            frozenset(each["name"] for each in definition.get("requiresAttributes", ())),
            vpc_id, frozenset(zones),
        ),
        constraints,
        strategies,
        parameters.get("launchType") == "EXTERNAL",
    )  # fmt: skip


def _rules(
    definition: "api.TaskDefinitionTypeDef", parameters: Mapping[str, object]
) -> tuple[tuple[rules.Constraint, ...], tuple[rules.Strategy, ...]]:
    """Constraints of a request and of its definition, and the strategies; AwsError for one that cannot be."""
    constraints = (
        *rules.constraints(parameters.get("placementConstraints") or ()),  # type: ignore[arg-type]
        *rules.constraints(definition.get("placementConstraints") or (), of_definition=True),  # type: ignore[arg-type]
    )
    return constraints, rules.strategies(parameters.get("placementStrategy") or ())  # type: ignore[arg-type]


def with_rules(order: Order, definition: "api.TaskDefinitionTypeDef", asked: Mapping[str, object]) -> Order:
    """The same order, by the constraints and strategies that a service is asked for now."""
    constraints, strategies = _rules(definition, asked)
    return replace(order, constraints=constraints, strategies=strategies)


def instance_of(task: Task) -> ContainerInstance | None:
    """The container instance of a task; None on Fargate, or when it has been deregistered."""
    cluster = state.of(task.region).clusters.get(task.cluster)
    instance = cluster.placement.instances.get(task.instance or "") if cluster and cluster.placement else None
    return instance if isinstance(instance, ContainerInstance) else None


def bind(task: Task, instance: ContainerInstance) -> None:
    """Give a task's containers their ports on the instance's interface."""
    mode = task.definition.get("networkMode", "bridge")
    for container in task.containers if mode in ("bridge", "host") else ():
        container.bindings = tuple(_bindings(container, instance, mode))


def _bindings(container: Container, instance: ContainerInstance, mode: str) -> Iterable[Binding]:
    for mapping in container.definition.get("portMappings", ()):
        inner, protocol = mapping.get("containerPort", 0), mapping.get("protocol", "tcp")
        outer = inner if mode == "host" else mapping.get("hostPort") or instance.free_port(protocol == "udp")
        (instance.used_udp_ports if protocol == "udp" else instance.used_ports).add(outer)
        yield Binding(inner, outer, protocol)


def release(task: Task) -> None:
    """Let a task that has STOPPED leave its instance."""
    instance = instance_of(task)
    if instance is None or task.id not in instance.tasks:
        return
    for container in task.containers:
        for binding in container.bindings:
            ports = instance.used_udp_ports if binding.protocol == "udp" else instance.used_ports
            ports.discard(binding.host_port)
    cluster = state.of(task.region).clusters[task.cluster]
    assert cluster.placement is not None, "the instance is registered there"
    cluster.placement.give_back(instance, task.id)
    hosted_tasks.tell_freed(cluster)
    if instance.status == "DRAINING":  # daemons wait for the others to leave
        hosted_tasks.tell_services(cluster)
