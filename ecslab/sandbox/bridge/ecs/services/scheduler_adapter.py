"""The service scheduler's adapter to the account: it starts and stops tasks, registers targets, draws ids."""

import string
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from moto.ec2.exceptions import EC2ClientError

from ecslab.sandbox.bridge import installation
from ecslab.sandbox.bridge.account import Account, current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.instances import placing
from ecslab.sandbox.bridge.ecs.services import instance_room, service_connect
from ecslab.sandbox.bridge.ecs.services.registry import Membership, ServiceRegistry
from ecslab.sandbox.bridge.ecs.state import Cluster, Strategy
from ecslab.sandbox.bridge.ecs.tasks import (
    instance_tasks,
    store,
    task_order,
    task_request,
    version_consistency,
)
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.placement.cluster import CannotPlace as Unplaced
from ecslab.sandbox.world.placement.instance import Instance
from ecslab.sandbox.world.placement.rules import DEFAULT_OF_SERVICE
from ecslab.sandbox.world.placement.stopping import stop_order
from ecslab.sandbox.world.service import events as service_events
from ecslab.sandbox.world.service.account import CannotPlace, DaemonPlace, Target, TargetRefused
from ecslab.sandbox.world.service.deployment import Deployment, LoadBalancer
from ecslab.sandbox.world.service.scheduler import Scheduler
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.task.capacity_split import next_provider, next_with_capacity
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

    from ecslab.sandbox.bridge.elbv2.load_balancing import LoadBalancing

PROXY: Final = "ecs-service-connect-"
"""How the name of the container begins that Service Connect adds; five letters or digits follow."""
STOPPED_BY: Final = "ServiceSchedulerInitiated"
DAEMONS: Final = 6
"""The behaviour from which on daemons have tasks."""
OWN_SHARES_SINCE: Final = 7
"""The behaviour from which on each capacity provider of a service has its own share of the tasks."""
_LETTERS: Final = string.ascii_letters + string.digits + "-_"


class SchedulerAdapter:
    """`world.service.account.Account`, on the account's tasks."""

    def __init__(self, account: Account):
        self.account = account
        leaving_count = account.behaviour < OWN_SHARES_SINCE
        self.registry = ServiceRegistry(Scheduler(account.clock, self, account.behaviour), leaving_count)

    def launch(self, service: Service, deployment: Deployment, place: int) -> str:
        order = deployment.revision.spec.get("order")
        if order is None:
            raise CannotPlace(service_events.message("no_instance"))
        provider = self._next_provider(service, deployment)
        task = _make(service, deployment, order, place, provider)
        return self._launched(task, service, deployment, order, provider)

    def has_room(self, service: Service, deployment: Deployment) -> bool:
        order: task_request.Order | None = deployment.revision.spec.get("order")
        provider = self._next_provider(service, deployment) if order else None
        return order is not None and instance_room.has_room(service, order, provider)

    def zone_counts(self, deployment: Deployment) -> Mapping[str, int]:
        order: task_request.Order | None = deployment.revision.spec.get("order")
        live = (self._task(each.id) for each in deployment.members.values() if each.live)
        return instance_room.zone_counts(order, live) if order else {}

    def launch_in(self, service: Service, deployment: Deployment, zone: str) -> str:
        order = instance_room.in_zone(deployment.revision.spec["order"], zone)
        provider = self._next_provider(service, deployment)
        if not instance_room.has_room(service, order, provider):
            raise CannotPlace(zone)
        task = _make(service, deployment, order, 0, provider)
        return self._launched(task, service, deployment, order, provider)

    def daemon_places(self, service: Service) -> Mapping[str, DaemonPlace]:
        order: task_request.Order | None = service.revision.spec.get("order")
        placement = order.cluster.placement if order else None
        placed = instance_room.placed(service, order) if order else None
        if placement is None or placed is None or current_account().behaviour < DAEMONS:
            return {}
        instances = [each for each in placement.instances.values() if placed.is_for(each)]
        assert order is not None, "it is placed"
        return {each.id: _daemon_place(each, order.cluster) for each in instances}

    def launch_on(self, service: Service, deployment: Deployment, instance: str) -> str:
        order = deployment.revision.spec["order"]
        chosen, placed = order.cluster.placement.instances[instance], instance_room.placed(service, order)
        refusal = placed.refusal(chosen) if placed else None
        if refusal:
            raise CannotPlace(str(Unplaced({instance: refusal})))
        task = _make(service, deployment, order, 0, None, chosen)
        return self._launched(task, service, deployment, order, None)

    def _launched(
        self,
        task: Task,
        service: Service,
        deployment: Deployment,
        order: task_request.Order,
        provider: str | None,
    ) -> str:
        tallies = self.registry.tallies
        version_consistency.pin(task, deployment.revision.digests)
        revision = deployment.revision
        task.balanced = bool(revision.load_balancers or revision.registry or revision.connect)
        if revision.connect:
            task.proxy = _proxy(task)
        self._forget_stopped()
        self.registry.tasks[task.id] = Membership(service, deployment, provider)
        tallies[deployment.id, provider] = tallies.get((deployment.id, provider), 0) + 1
        store.launch(task, order.cluster)
        return task.id

    def _next_provider(self, service: Service, deployment: Deployment) -> str | None:
        """The capacity provider of the next task; None with a launch type."""
        strategy, tallies = deployment.revision.spec["strategy"], self.registry.tallies
        counts = {each["capacityProvider"]: tallies.get((deployment.id, each["capacityProvider"]), 0)
                  for each in strategy}  # fmt: skip
        return self._provider(strategy, counts, service.desired) if strategy else None

    def _provider(self, strategy: Strategy, counts: Mapping[str, int], desired: int) -> str:
        """The capacity provider of the next task."""
        if self.account.behaviour < OWN_SHARES_SINCE:
            return next_provider(strategy, counts)
        return next_with_capacity(strategy, counts, desired, self.account.faults.lacking)

    def stop_order(self, deployment: Deployment, among: Collection[str]) -> Iterator[str]:
        order: task_request.Order = deployment.revision.spec["order"]
        strategies = (order.placed.strategies if order.placed else ()) or DEFAULT_OF_SERVICE
        live = [self._task(each.id) for each in deployment.members.values() if each.live]
        instances = {task.id: placing.instance_of(task) for task in live}
        yield from (task_id for task_id in among if instances[task_id] is None)  # it ends by itself
        yield from stop_order({id: on for id, on in instances.items() if on}, strategies, among)

    def stop(self, task_id: str, reason: str) -> None:
        store.stop(self._task(task_id), STOPPED_BY, reason)

    def register(self, task_id: str, balancer: LoadBalancer) -> Target:
        task, load_balancing = self._task(task_id), self.registry.load_balancing
        assert load_balancing is not None, "checked before"
        target_id, port = _target(task, balancer)
        self.registry.registered(task_id, (balancer.target_group, target_id, port))
        try:
            load_balancing.register(balancer.target_group, target_id, port, task.settings["availabilityZone"])
        except AwsError as refusal:
            raise TargetRefused(refusal.message) from None
        return Target(port, f"(instance {target_id}) " if task.attachment.shared else "")

    def completed(self, service: Service) -> None:
        service_connect.forget_endpoints(service, service.arn.split(":")[3])

    def new_id(self, kind: str) -> str:
        if kind == "event":
            return str(rng.uuid4())
        if kind == "deployment":
            return f"ecs-svc/{digits()}"
        return "".join(rng.choices(_LETTERS, k=21))

    def _task(self, task_id: str) -> Task:
        region = self.registry.tasks[task_id].deployment.revision.spec["region"]
        return state.of(region).tasks[task_id]

    def _forget_stopped(self) -> None:
        stopped_tasks = self.registry.stopped_tasks
        while stopped_tasks and not store.is_visible(stopped_tasks[0]):
            store.forget(stopped_tasks.popleft())


def services() -> ServiceRegistry:
    """The account's, made when the first service is."""
    account = current_account()
    if account.services is None:
        account.services = SchedulerAdapter(account).registry
    return account.services


def load_balancing() -> "LoadBalancing":
    """The account's load balancers, which tell services of their targets from here on."""
    registry = services()
    if registry.load_balancing is None:
        registry.load_balancing = installation.load_balancing()
        registry.load_balancing.listeners.append(registry.target_health)
    return registry.load_balancing


def digits() -> str:
    """Nineteen of them, as deployments and revisions have."""
    return str(rng.randrange(10**18, 10**19))


def _daemon_place(instance: Instance, cluster: Cluster) -> DaemonPlace:
    """What a daemon does on an instance: it is the last to leave, and waits for an agent that is away (U)."""
    if instance.status == "ACTIVE":
        return "start" if instance.agent_connected else "stay"
    names = (group.removeprefix("service:") for group in instance.groups)
    services = [cluster.services.get(name) for name in names]
    return "leave" if all(service and service.daemon for service in services) else "stay"


def _make(
    service: Service,
    deployment: Deployment,
    order: task_request.Order,
    place: int,
    provider: str | None,
    instance: ContainerInstance | None = None,
) -> Task:
    """A task of this deployment in one of its subnets, or on this instance.

    Raises:
        CannotPlace: with the sentence of the event.
    """
    settings: api.RunTaskRequestTypeDef = {
        **order.parameters, "group": f"service:{service.name}", "startedBy": deployment.id
    }  # fmt: skip
    network = order.network if order.placed else task_order.network_at(order, place)
    tags, placed = _tags(service, order), instance_room.placed(service, order)
    order = replace(order, parameters=settings, network=network, provider=provider, tags=tags, placed=placed)
    try:
        task_order.check_roles(order.caller, order.definition, order.parameters)
        return instance_tasks.make(order, instance) if instance else task_order.make(order, 0)
    except Unplaced as nowhere:
        raise CannotPlace(str(nowhere)) from None
    except instance_tasks.TooManyWait as many:
        raise CannotPlace(many.message) from None
    except task_order.NoCapacity as lacking:
        raise CannotPlace(service_events.message("unplaced", reason=lacking.message)) from None
    except AwsError as refusal:
        raise CannotPlace(service_events.message("unlaunched", error=refusal.message)) from None
    except EC2ClientError as refusal:  # the subnet is gone
        raise CannotPlace(service_events.message("unplaced", reason=refusal.message)) from None


def _target(task: Task, balancer: LoadBalancer) -> tuple[str, int]:
    """What load balancers know a task by: its own address, or its instance and the port it has there."""
    interface, instance = task.attachment.interface, placing.instance_of(task)
    assert interface is not None, "a task that is RUNNING has a network"
    if not task.attachment.shared or instance is None:
        return interface.private_ip, balancer.port
    bindings = task.container(balancer.container).bindings
    return instance.ec2_id, next(each.host_port for each in bindings if each.container_port == balancer.port)


def _proxy(task: Task) -> tuple[str, str]:
    """Name and ARN of the container that Service Connect adds."""
    name = f"{PROXY}{''.join(rng.choices(string.ascii_letters + string.digits, k=5))}"
    return name, f"{task.containers[0].arn.rpartition('/')[0]}/{rng.uuid4()}"


def _tags(service: Service, order: task_request.Order) -> list[dict[str, str]]:
    """The tags of a task of this service; the definition's are in the order, if they are propagated."""
    tags = {tag["key"]: tag["value"] for tag in order.tags}
    if service.settings["enableECSManagedTags"]:
        tags |= {"aws:ecs:clusterName": service.cluster, "aws:ecs:serviceName": service.name}
    if service.settings["propagateTags"] == "SERVICE":
        tags |= {tag["key"]: tag["value"] for tag in service.tags}
    return [{"key": key, "value": value} for key, value in tags.items()]
