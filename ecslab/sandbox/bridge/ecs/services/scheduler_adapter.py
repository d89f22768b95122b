"""The hands of the service scheduler: tasks started and stopped, targets registered, ids drawn."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from moto.ec2.exceptions import EC2ClientError

from ecslab.sandbox.bridge import elbv2
from ecslab.sandbox.bridge.account import current
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.services import registry
from ecslab.sandbox.bridge.ecs.services.registry import Belonging, Crew
from ecslab.sandbox.bridge.ecs.tasks import operations as tasks
from ecslab.sandbox.bridge.ecs.tasks import task_order
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.load_balancing.load_balancers import LoadBalancers
from ecslab.sandbox.world.service import events as service_events
from ecslab.sandbox.world.service.account import CannotPlace
from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.revision import LoadBalancer
from ecslab.sandbox.world.service.scheduler import Scheduler
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.task.task import Task

__all__ = ["balancers", "crew", "digits"]

STOPPED_BY: Final = "ServiceSchedulerInitiated"
_LETTERS: Final = string.ascii_letters + string.digits + "-_"


class Hands:
    """`world.service.account.Account`, on the account's tasks."""

    def launch(self, service: Service, deployment: Deployment, place: int) -> str:
        order = deployment.revision.spec.get("order")
        if order is None:
            raise CannotPlace(service_events.NO_INSTANCE)
        here, strategy = crew(), deployment.revision.spec["strategy"]
        provider = next_provider(strategy, deployment.id, here.tallies) if strategy else None
        settings = {**order.parameters, "group": f"service:{service.name}", "startedBy": deployment.id}
        network = {**order.network, "subnets": [order.network["subnets"][place]]}
        tags = _tags(service, order)
        order = replace(order, parameters=settings, network=network, provider=provider, tags=tags)
        try:
            task_order.check_roles(order.caller, order.definition, order.parameters)
            task = task_order.make(order, 0)
        except task_order.NoCapacity as lacking:
            raise CannotPlace(service_events.unplaced(lacking.message)) from None
        except AwsError as refusal:
            raise CannotPlace(service_events.unlaunched(refusal.message)) from None
        except EC2ClientError as refusal:  # the subnet is gone
            raise CannotPlace(service_events.unplaced(str(refusal.message))) from None
        _pin(task, deployment.revision.digests)
        while here.stopped and not tasks.is_visible(here.stopped[0]):
            tasks.forget(here.stopped.popleft())
        here.tasks[task.id] = Belonging(service, deployment, provider)
        here.tallies[deployment.id, provider] = here.tallies.get((deployment.id, provider), 0) + 1
        tasks.launch(task, order.cluster)
        return task.id

    def stop(self, task_id: str, reason: str) -> None:
        tasks.stop(_task(task_id), STOPPED_BY, reason)

    def register(self, task_id: str, balancer: LoadBalancer) -> None:
        task, here = _task(task_id), crew()
        interface = task.attachment.interface
        assert interface is not None and here.balancers is not None, "RUNNING, with a balancer checked before"
        here.targets[balancer.target_group, interface.private_ip, balancer.port] = task_id
        zone = task.settings["availabilityZone"]
        try:
            here.balancers.register(balancer.target_group, interface.private_ip, balancer.port, zone)
        except AwsError as refusal:
            raise LookupError(refusal.message) from None

    def new_id(self, kind: str) -> str:
        if kind == "event":
            return str(rng.uuid4())
        if kind == "deployment":
            return f"ecs-svc/{digits()}"
        return "".join(rng.choices(_LETTERS, k=21))


def digits() -> str:
    """Nineteen of them, as deployments and revisions have."""
    return str(rng.randrange(10**18, 10**19))


def crew() -> Crew:
    """The current context's, made when the first service is."""
    found = registry.crew()
    if found is None:
        found = Crew(Scheduler(current().clock, Hands()))
        registry.keep(found)
    return found


def balancers() -> LoadBalancers:
    """The account's load balancers, which tell services of their targets from here on."""
    here = crew()
    if here.balancers is None:
        here.balancers = elbv2.balancers()
        here.balancers.listeners.append(registry.heard)
    return here.balancers


def next_provider(
    strategy: Sequence[Mapping[str, Any]], deployment: str, tallies: Mapping[tuple[str, str | None], int]
) -> str:
    """The capacity provider of the next task: first the base, then by the ratio of weights.

    Which provider gets what does not divide evenly is not documented (U): the one furthest behind, in the
    strategy's order.
    """
    counts = {item["capacityProvider"]: tallies.get((deployment, item["capacityProvider"]), 0)
              for item in strategy}  # fmt: skip
    for item in strategy:
        if counts[item["capacityProvider"]] < item["base"]:
            return str(item["capacityProvider"])
    weighted = [item for item in strategy if item["weight"]]

    def share(item: Mapping[str, Any]) -> float:
        return float((counts[item["capacityProvider"]] - item["base"]) / item["weight"])

    return str(min(weighted, key=share)["capacityProvider"])


def _pin(task: Task, digests: Mapping[str, str]) -> None:
    """Let a task pull what the deployment's first task did, though a tag may have moved since then.

    U: that DescribeTasks shows the digest in the place of the tag.
    """
    for container in task.containers:
        digest = digests.get(container.name)
        if digest and container.definition.get("versionConsistency") != "disabled":
            folder, slash, last = container.image.partition("@")[0].rpartition("/")
            container.image = f"{folder}{slash}{last.partition(':')[0]}@{digest}"


def _task(task_id: str) -> Task:
    region = crew().tasks[task_id].deployment.revision.spec["region"]
    return state.of(region).tasks[task_id]


def _tags(service: Service, order: task_order.Order) -> list[dict[str, str]]:
    """The tags of a task of this service; the definition's are in the order, if they are propagated."""
    tags = {tag["key"]: tag["value"] for tag in order.tags}
    if service.settings["enableECSManagedTags"]:
        tags |= {"aws:ecs:clusterName": service.cluster, "aws:ecs:serviceName": service.name}
    if service.settings["propagateTags"] == "SERVICE":
        tags |= {tag["key"]: tag["value"] for tag in service.tags}
    return [{"key": key, "value": value} for key, value in tags.items()]
