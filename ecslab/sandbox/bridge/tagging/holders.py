"""Everything in the account that carries tags, whichever backend holds it.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from moto.core.resource_tagging import iter_taggable_backends
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.autoscaling import state as scaling
from ecslab.sandbox.bridge.autoscaling import targets
from ecslab.sandbox.bridge.cloudwatch.tag_operations import add_tags, remove_tags
from ecslab.sandbox.bridge.ecs import state, tag_operations
from ecslab.sandbox.bridge.late_backends import backend_in_use
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TagTypeDef

Tags = Mapping[str, str]
_OF_MOTO: Final = {"kms": "key", "logs": "log-group", "s3": "bucket", "secretsmanager": "secret",
                   "acm": "certificate", "sqs": "queue", "ssm": "parameter"}  # fmt: skip
"""Services whose resources moto lists itself, and what each resource is called."""


@dataclass(frozen=True)
class Holder:
    """A resource that can carry tags.

    Attributes:
        kind: service and sort of resource, as a filter names them: `ecs:service`.
        tag: adds tags or changes their values; raises as the service's own operation does.
        untag: takes tags away by their keys.
    """

    arn: str
    kind: str
    tags: Tags
    tag: Callable[[Tags], object]
    untag: Callable[[list[str]], object]


def holders(region: str) -> Iterator[Holder]:
    """What there is in a Region; buckets and hosted zones, which belong to none, in us-east-1 alone."""
    yield from _of_ecs(region)
    yield from _of_ecr(region)
    yield from _of_load_balancing(region)
    yield from _of_ec2(region)
    yield from _of_moto(region)
    yield from _of_cloudwatch(region)
    yield from _of_scaling(region)
    if region == "us-east-1":
        yield from _of_route53()


def _of_ecs(region: str) -> Iterator[Holder]:
    region_state, account = state.of(region), current_account().id
    caller = state.Caller(account, region, f"arn:aws:iam::{account}:root")
    resources: list[tuple[str, str, list[dict[str, str]]]] = []
    for cluster in region_state.clusters.values():
        if cluster.status == "ACTIVE":
            resources.append(("cluster", cluster.arn, cluster.tags))
        services = (service for service in cluster.services.values() if service.status != "INACTIVE")
        resources += (("service", service.arn, service.tags) for service in services)
    for family in region_state.families.values():
        revisions = family.revisions.values()
        resources += (
            ("task-definition", each.definition["taskDefinitionArn"], each.tags) for each in revisions
        )
    resources += (("daemon", each.arn, each.tags) for each in region_state.daemons.values())
    for daemons in region_state.daemon_families.values():
        definitions = daemons.revisions.values()
        resources += (("daemon-task-definition", each.arn, each.tags) for each in definitions)
    resources += (("task", task.arn, task.tags) for task in _running(region_state))

    def tag(arn: str, tags: Tags) -> object:
        listed: list[TagTypeDef] = [{"key": key, "value": value} for key, value in tags.items()]
        return tag_operations.tag_resource({"resourceArn": arn, "tags": listed}, caller)

    def untag(arn: str, keys: list[str]) -> object:
        return tag_operations.untag_resource({"resourceArn": arn, "tagKeys": keys}, caller)

    for kind, arn, tags in resources:
        yield Holder(arn, f"ecs:{kind}", _flat(tags), partial(tag, arn), partial(untag, arn))


def _running(held: state.RegionState) -> list[Task]:
    """A stopped one takes no tags."""
    return [task for task in held.tasks.values() if task.last_status != "STOPPED"]


def _of_ecr(region: str) -> Iterator[Holder]:
    backend = ecr_backends[current_account().id][region]

    def tag(arn: str, tags: Tags) -> object:
        return backend.tag_resource(arn, _listed(tags))

    for arn in [repository.arn for repository in backend.repositories.values()]:
        tags = backend.tagger.get_tag_dict_for_resource(arn)
        yield Holder(arn, "ecr:repository", tags, partial(tag, arn), partial(backend.untag_resource, arn))


def _of_load_balancing(region: str) -> Iterator[Holder]:
    backend = backend_in_use("elbv2", region)
    if backend is None:
        return
    resources = [("loadbalancer", arn) for arn in backend.load_balancers]
    resources += [("targetgroup", arn) for arn in backend.target_groups]
    for balancer in backend.load_balancers.values():
        resources += [("listener", arn) for arn in balancer.listeners]
        rules = (rule for listener in balancer.listeners.values() for rule in listener.rules.values())
        resources += [("listener-rule", rule.arn) for rule in rules]

    def tag(arn: str, tags: Tags) -> object:
        return backend.add_tags([arn], _listed(tags))

    for kind, arn in resources:
        tags = backend.tagging_service.get_tag_dict_for_resource(arn)
        untag = partial(backend.remove_tags, [arn])
        yield Holder(arn, f"elasticloadbalancing:{kind}", tags, partial(tag, arn), untag)


def _of_ec2(region: str) -> Iterator[Holder]:
    backend = ec2_backends[current_account().id][region]
    collections: dict[str, Iterable[Any]] = {
        "instance": (each for reservation in backend.reservations.values() for each in reservation.instances),
        "internet-gateway": backend.internet_gateways,
        "natgateway": backend.nat_gateways,
        "network-acl": backend.network_acls,
        "network-interface": backend.enis,
        "route-table": backend.route_tables,
        "security-group": (group for groups in backend.groups.values() for group in groups),
        "subnet": (subnet for subnets in backend.subnets.values() for subnet in subnets),
        "vpc": backend.vpcs,
        "vpc-endpoint": backend.vpc_end_points,
        "elastic-ip": (address.allocation_id for address in backend.addresses if address.allocation_id),
    }
    start = f"arn:aws:ec2:{region}:{current_account().id}"
    for kind, resources in collections.items():
        for name in (each if isinstance(each, str) else each.id for each in resources):
            yield Holder(
                f"{start}:{kind}/{name}", f"ec2:{kind}", dict(backend.tags.get(name, {})),
                partial(backend.create_tags, [name]), partial(backend.delete_tag_keys, [name]),
            )  # fmt: skip


def _of_cloudwatch(region: str) -> Iterator[Holder]:
    held = current_account().cloudwatch
    if held is None or region not in held.regions:
        return
    for alarm in held.regions[region].alarms.all():
        yield Holder(
            alarm.arn, "cloudwatch:alarm", dict(alarm.tags), partial(add_tags, alarm),
            partial(remove_tags, alarm),
        )  # fmt: skip


def _of_moto(region: str) -> Iterator[Holder]:
    for backend in iter_taggable_backends(current_account().id, region):
        service = backend.SERVICE_NAMESPACE
        if service not in _OF_MOTO or (service == "s3" and region != "us-east-1"):
            continue
        for resource in backend.iter_tagged_resources():
            tag, untag = (
                partial(backend.tag_resource, resource.arn),
                partial(backend.untag_resource, resource.arn),
            )
            if service == "sqs":
                name = resource.arn.rpartition(":")[2]
                tag, untag = partial(backend.tag_queue, name), partial(backend.untag_queue, name)
            if service == "ssm":
                name = _parameter(resource.arn, backend)
                tag = partial(backend.add_tags_to_resource, "Parameter", name)
                untag = partial(backend.remove_tags_from_resource, "Parameter", name)
            yield Holder(resource.arn, f"{service}:{_OF_MOTO[service]}", resource.tags, tag, untag)


def _of_scaling(region: str) -> Iterator[Holder]:
    """Scalable targets."""

    def tag(arn: str, tags: Tags) -> object:
        return targets.tag_resource({"ResourceARN": arn, "Tags": dict(tags)}, region)

    def untag(arn: str, keys: list[str]) -> object:
        return targets.untag_resource({"ResourceARN": arn, "TagKeys": keys}, region)

    for target in scaling.of(region).targets.values():
        kind, arn = "application-autoscaling:scalable-target", target.arn
        yield Holder(arn, kind, dict(target.tags), partial(tag, arn), partial(untag, arn))


def _parameter(arn: str, backend: Any) -> str:
    name = arn.partition(":parameter/")[2]
    return name if name in list(backend._parameters) else f"/{name}"


def _of_route53() -> Iterator[Holder]:
    backend = backend_in_use("route53")
    if backend is None:
        return

    def tag(name: str, tags: Tags) -> object:
        return backend.change_tags_for_resource("hostedzone", name, _listed(tags), [])

    for name in backend.zones:
        untag = partial(backend.change_tags_for_resource, "hostedzone", name, [])
        arn, tags = f"arn:aws:route53:::hostedzone/{name}", dict(backend.list_tags_for_resource(name))
        yield Holder(arn, "route53:hostedzone", tags, partial(tag, name), untag)


def _flat(tags: list[dict[str, str]]) -> Tags:
    return {tag["key"]: tag.get("value", "") for tag in tags}


def _listed(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
