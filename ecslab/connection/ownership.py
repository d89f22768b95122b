"""Whose a resource is: what the account shows of it now, held against the tag and the ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from ecslab.connection import cluster_namespaces
from ecslab.connection.cluster_namespaces import Clients
from ecslab.connection.guarded_calls import Reference
from ecslab.connection.ledger_lines import identity
from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.tags import Tags, made_by, owner_in

if TYPE_CHECKING:
    from mypy_boto3_ecs.client import ECSClient
    from mypy_boto3_ecs.type_defs import DescribeTaskDefinitionResponseTypeDef

    from ecslab.connection.ledger import Ledger


class CannotTell(Exception):
    """A request names something in a way by which nobody can find out whose it is."""


@dataclass(frozen=True)
class Resource:
    """One resource as the account shows it.

    Attributes:
        reference: how it was asked for.
        arn: what the ledger calls it.
        tags: in its service's spelling.
        born: what a re-creation under the same name changes, as the ledger keeps it; "" where nothing does.
        since: when it was created, where AWS says so.
        container: what it counts as a part of, where it has no owner of its own.
    """

    reference: Reference
    arn: str
    tags: Tags | None = None
    born: str = ""
    since: datetime | None = None
    container: Reference | None = None

    @property
    def owner(self) -> str | None:
        """Which lab its tag names."""
        return owner_in(self.tags)


class Ownership:
    """Asks the account.

    Args:
        clients: to read with.
        ledger: what the lab has made.
    """

    def __init__(self, clients: Clients, ledger: Ledger):
        self._clients, self._ledger = clients, ledger

    def find(self, reference: Reference) -> list[Resource]:
        """What a reference stands for; empty where there is no such thing.

        Raises:
            CannotTell: nobody can find out.
            ClientError: the account does not show it.
        """
        if reference.kind == "any":
            reference = _of_arn(reference.id)
        if reference.id.startswith("arn:") and (reason := self._elsewhere(reference.id)):
            raise CannotTell(f"{reference.id} is {reason}")
        if reference.kind == "namespace":
            cluster_namespaces.recover(self._clients, self._ledger)
        return list(_READERS[reference.kind](self._clients, reference))

    def ours(self, resource: Resource, owners: frozenset[str]) -> bool:
        """Whether a lab of these owners made it, or what contains it. Raises as `find` does."""
        recorded = self._ledger.knows(resource.reference.kind, resource.arn, resource.born)
        if any(made_by(owner, resource.tags, recorded=recorded) for owner in owners):
            return True
        if resource.owner is not None or resource.container is None:
            return False
        containers = self.find(resource.container)
        return bool(containers) and all(self.ours(container, owners) for container in containers)

    def _elsewhere(self, arn: str) -> str:
        _, _, _, region, account, *_ = [*arn.split(":"), "", "", "", "", ""]
        if account not in ("", self._ledger.account):
            return f"in account {account}, and this lab is in {self._ledger.account}"
        if region not in ("", self._ledger.region):
            return f"in {region}, and this lab is in {self._ledger.region}"
        return ""


_KIND_IN_ARN: Final = (
    (r"arn:[^:]+:ecs:[^:]*:\d*:cluster/(?P<id>[^/]+)", "cluster"),
    (r"arn:[^:]+:ecs:[^:]*:\d*:service/(?P<cluster>[^/]+)/(?P<id>[^/]+)", "service"),
    (r"arn:[^:]+:ecs:[^:]*:\d*:service-deployment/(?P<cluster>[^/]+)/(?P<id>[^/]+)/[^/]+", "service"),
    (r"arn:[^:]+:ecs:[^:]*:\d*:task/(?P<cluster>[^/]+)/(?P<id>[^/]+)", "task"),
    (r"arn:[^:]+:ecs:[^:]*:\d*:task-definition/(?P<id>[^/]+:\d+)", "task definition"),
    (r"arn:[^:]+:ecr:[^:]*:\d*:repository/(?P<id>.+)", "repository"),
    (r"arn:[^:]+:logs:[^:]*:\d*:log-group:(?P<id>[^:]+)(:\*)?", "log group"),
    (r"(?P<id>arn:[^:]+:elasticloadbalancing:[^:]*:\d*:loadbalancer/.+)", "load balancer"),
    (r"(?P<id>arn:[^:]+:elasticloadbalancing:[^:]*:\d*:targetgroup/.+)", "target group"),
    (r"(?P<id>arn:[^:]+:elasticloadbalancing:[^:]*:\d*:listener(-rule)?/.+)", "listener"),
    (r"(?P<id>sg-\w+)", "security group"),
    (r"(?P<id>arn:[^:]+:application-autoscaling:[^:]*:\d*:scalable-target/.+)", "scalable target"),
    (r"arn:[^:]+:cloudwatch:[^:]*:\d*:alarm:(?P<id>.+)", "alarm"),
    (r"(?P<id>arn:[^:]+:servicediscovery:[^:]*:\d*:namespace/.+)", "namespace"),
    (r"(?P<id>arn:[^:]+:servicediscovery:[^:]*:\d*:service/.+)", "discovery service"),
)


def _of_arn(arn: str) -> Reference:
    """What an ARN, or an id of EC2's, stands for."""
    for pattern, kind in _KIND_IN_ARN:
        if match := re.fullmatch(pattern, arn):
            where = match.groupdict()
            return Reference(kind, where["id"], where.get("cluster") or "default")
    raise CannotTell(f"whose {arn} is, this lab does not know how to find out")


# One reader for each kind. What is not there yields nothing: then AWS refuses the call itself. --------------


def _cluster(clients: Clients, reference: Reference) -> Iterator[Resource]:
    answer = clients("ecs").describe_clusters(clusters=[reference.id], include=["TAGS"])
    for cluster in answer["clusters"]:
        if cluster["status"] != "INACTIVE":
            yield Resource(reference, cluster["clusterArn"], cluster.get("tags"))


def _service(clients: Clients, reference: Reference) -> Iterator[Resource]:
    answer = or_none_if_missing(
        clients("ecs").describe_services, cluster=reference.cluster, services=[reference.id], include=["TAGS"]
    )
    for service in answer["services"] if answer else []:
        if service["status"] != "INACTIVE":
            yield Resource(
                reference,
                service["serviceArn"],
                service.get("tags"),
                identity(service.get("createdAt")),
                service.get("createdAt"),
            )


def _task(clients: Clients, reference: Reference) -> Iterator[Resource]:
    answer = or_none_if_missing(
        clients("ecs").describe_tasks, cluster=reference.cluster, tasks=[reference.id], include=["TAGS"]
    )
    for task in answer["tasks"] if answer else []:
        group = task.get("group", "")
        service = group.removeprefix("service:")
        kept = Reference("service", service, task["clusterArn"]) if group.startswith("service:") else None
        yield Resource(
            reference, task["taskArn"], task.get("tags"), since=task.get("createdAt"), container=kept
        )


def _task_definition(clients: Clients, reference: Reference) -> Iterator[Resource]:
    ecs = clients("ecs")
    answer = or_none_if_missing(_described, ecs, reference.id)
    if answer:
        definition = answer["taskDefinition"]
        yield Resource(
            reference,
            definition["taskDefinitionArn"],
            answer.get("tags"),
            since=definition.get("registeredAt"),
        )


def _described(ecs: ECSClient, definition: str) -> DescribeTaskDefinitionResponseTypeDef | None:
    try:
        return ecs.describe_task_definition(taskDefinition=definition, include=["TAGS"])
    except ecs.exceptions.ClientException as error:
        if "Unable to describe task definition" in str(error):
            return None
        raise


def _family(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A family is whose newest ACTIVE revision it is: that is what the family's name alone stands for."""
    for resource in _task_definition(clients, reference):
        yield Resource(
            Reference("task definition", reference.id), resource.arn, resource.tags, since=resource.since
        )


def _repository(clients: Clients, reference: Reference) -> Iterator[Resource]:
    ecr = clients("ecr")
    answer = or_none_if_missing(ecr.describe_repositories, repositoryNames=[reference.id])
    for repository in answer["repositories"] if answer else []:
        arn, created = repository["repositoryArn"], repository.get("createdAt")
        tags = ecr.list_tags_for_resource(resourceArn=arn)["tags"]
        yield Resource(reference, arn, tags, identity(created), created)


def _load_balancer(clients: Clients, reference: Reference) -> Iterator[Resource]:
    by = "LoadBalancerArns" if reference.id.startswith("arn:") else "Names"
    answer = or_none_if_missing(clients("elbv2").describe_load_balancers, **{by: [reference.id]})
    for balancer in answer["LoadBalancers"] if answer else []:
        arn = balancer["LoadBalancerArn"]
        yield Resource(reference, arn, _elb_tags(clients, arn), since=balancer.get("CreatedTime"))


def _listener(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A listener or one of its rules: without a tag they are whose load balancer they stand at."""
    tags = _elb_tags(clients, reference.id)
    if tags is None:
        return
    path, _, _ = reference.id.replace(":listener-rule/", ":listener/").partition(":listener/")
    below = reference.id.rpartition(":")[2].split("/")[1:4]  # app/<name>/<id>, then the listener's own
    balancer = Reference("load balancer", f"{path}:loadbalancer/{'/'.join(below)}")
    yield Resource(reference, reference.id, tags, container=balancer)


def _target_group(clients: Clients, reference: Reference) -> Iterator[Resource]:
    by = "TargetGroupArns" if reference.id.startswith("arn:") else "Names"
    answer = or_none_if_missing(clients("elbv2").describe_target_groups, **{by: [reference.id]})
    for group in answer["TargetGroups"] if answer else []:
        yield Resource(reference, group["TargetGroupArn"], _elb_tags(clients, group["TargetGroupArn"]))


def _elb_tags(clients: Clients, arn: str) -> Tags | None:
    """The tags; None where there is no such thing."""
    answer = or_none_if_missing(clients("elbv2").describe_tags, ResourceArns=[arn])
    return answer["TagDescriptions"][0]["Tags"] if answer and answer["TagDescriptions"] else None


def _secret(clients: Clients, reference: Reference) -> Iterator[Resource]:
    secret = or_none_if_missing(clients("secretsmanager").describe_secret, SecretId=reference.id)
    if secret:
        yield Resource(reference, secret["ARN"], secret.get("Tags"), since=secret.get("CreatedDate"))


def _role(clients: Clients, reference: Reference) -> Iterator[Resource]:
    answer = or_none_if_missing(clients("iam").get_role, RoleName=reference.id)
    if answer:
        role = answer["Role"]
        yield Resource(reference, role["Arn"], role.get("Tags"), role["RoleId"], role.get("CreateDate"))


def _log_group(clients: Clients, reference: Reference) -> Iterator[Resource]:
    logs = clients("logs")
    name = _of_arn(reference.id).id if reference.id.startswith("arn:") else reference.id
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name):
        for group in page["logGroups"]:
            if group["logGroupName"] == name:
                arn = group["arn"].removesuffix(":*")
                answer = or_none_if_missing(logs.list_tags_for_resource, resourceArn=arn)
                since = datetime.fromtimestamp(group["creationTime"] / 1000).astimezone()
                yield Resource(reference, arn, answer["tags"] if answer else None, since=since)


def _security_group(clients: Clients, reference: Reference) -> Iterator[Resource]:
    asked: Mapping[str, object] = {"GroupIds": [reference.id]}
    if not reference.id.startswith("sg-"):
        wanted = {"group-name": reference.id} | ({"vpc-id": reference.vpc} if reference.vpc else {})
        asked = {"Filters": [{"Name": name, "Values": [value]} for name, value in wanted.items()]}
    answer = or_none_if_missing(clients("ec2").describe_security_groups, **asked)
    for group in answer["SecurityGroups"] if answer else []:
        yield Resource(reference, group["GroupId"], group.get("Tags"))


def _scalable_target(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """By its ARN or its resource id; one that is not registered yet is whose its service is, too."""
    scaling = clients("application-autoscaling")
    by_arn = reference.id.startswith("arn:")
    asked: dict[str, Any] = {"ServiceNamespace": "ecs"} | ({} if by_arn else {"ResourceIds": [reference.id]})
    pages = scaling.get_paginator("describe_scalable_targets").paginate(**asked)
    targets = [target for page in pages for target in page["ScalableTargets"]]
    shown = next((each for each in targets if not by_arn or each["ScalableTargetARN"] == reference.id), None)
    service = _SERVICE_ID.fullmatch(shown["ResourceId"] if shown else reference.id)
    if service is None:
        if by_arn:
            return
        raise CannotTell(f"whose {reference.id} is, this lab does not know how to find out")
    container = Reference("service", service["name"], service["cluster"])
    if shown:
        arn = shown["ScalableTargetARN"]
        tags = scaling.list_tags_for_resource(ResourceARN=arn)["Tags"]
        yield Resource(reference, arn, tags, since=shown["CreationTime"], container=container)
    elif any(_service(clients, container)):
        yield Resource(reference, "", container=container)


def _alarm(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """An alarm; those that a target tracking policy made are whose its service is."""
    cloudwatch = clients("cloudwatch")
    for alarm in cloudwatch.describe_alarms(AlarmNames=[reference.id])["MetricAlarms"]:
        arn = alarm["AlarmArn"]
        tags = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
        tracking = _TRACKING.fullmatch(reference.id)
        service = tracking and Reference("service", tracking["name"], tracking["cluster"])
        yield Resource(reference, arn, tags, container=service or None)


def _namespace(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A namespace by its id, ARN or name, of whatever type; of one name there may be several."""
    cloud_map = clients("servicediscovery")
    for page in cloud_map.get_paginator("list_namespaces").paginate():
        for namespace in page["Namespaces"]:
            arn = namespace["Arn"]
            if reference.id in (namespace["Id"], arn, namespace["Name"]):
                tags = cloud_map.list_tags_for_resource(ResourceARN=arn)["Tags"]
                named = replace(reference, kind=_NAMESPACE_KINDS.get(namespace["Type"], reference.kind))
                yield Resource(named, arn, tags, since=namespace["CreateDate"])


def _discovery_service(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A service of Cloud Map: without a tag it is whose namespace it is in."""
    cloud_map = clients("servicediscovery")
    answer = or_none_if_missing(cloud_map.get_service, Id=reference.id)
    if answer:
        service = answer["Service"]
        tags = cloud_map.list_tags_for_resource(ResourceARN=service["Arn"])["Tags"]
        namespace = Reference("namespace", service["NamespaceId"])
        yield Resource(
            reference, service["Arn"], tags, since=service.get("CreateDate"), container=namespace
        )


_NAMESPACE_KINDS: Final = {"HTTP": cluster_namespaces.KIND}
_SERVICE_ID: Final = re.compile(r"service/(?P<cluster>[^/]+)/(?P<name>[^/]+)")
_TRACKING: Final = re.compile(
    rf"TargetTracking-{_SERVICE_ID.pattern}-Alarm(High|Low)-[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"
)
_READERS: Final[Mapping[str, Callable[[Clients, Reference], Iterator[Resource]]]] = {
    "cluster": _cluster, "service": _service, "task": _task, "task definition": _task_definition,
    "family": _family, "repository": _repository, "load balancer": _load_balancer, "listener": _listener,
    "target group": _target_group, "secret": _secret, "role": _role, "log group": _log_group,
    "security group": _security_group, "scalable target": _scalable_target, "alarm": _alarm,
    "namespace": _namespace, "discovery service": _discovery_service,
}  # fmt: skip
