"""Readers of what leads to tasks: load balancers, target groups, security groups, Cloud Map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from ecslab.connection import cluster_namespaces
from ecslab.connection.guarded_calls import Reference
from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.ownership.resource import Clients, Resource
from ecslab.connection.tags import Tags

_NAMESPACE_KINDS: Final = {"HTTP": cluster_namespaces.KIND}


def load_balancer(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A load balancer by its name or ARN."""
    by = "LoadBalancerArns" if reference.id.startswith("arn:") else "Names"
    answer = or_none_if_missing(clients("elbv2").describe_load_balancers, **{by: [reference.id]})
    for balancer in answer["LoadBalancers"] if answer else []:
        arn = balancer["LoadBalancerArn"]
        yield Resource(reference, arn, _elb_tags(clients, arn), since=balancer.get("CreatedTime"))


def listener(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A listener or one of its rules: without a tag they are whose load balancer they stand at."""
    tags = _elb_tags(clients, reference.id)
    if tags is None:
        return
    path, _, _ = reference.id.replace(":listener-rule/", ":listener/").partition(":listener/")
    below = reference.id.rpartition(":")[2].split("/")[1:4]  # app/<name>/<id>, then the listener's own
    balancer = Reference("load balancer", f"{path}:loadbalancer/{'/'.join(below)}")
    yield Resource(reference, reference.id, tags, container=balancer)


def target_group(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A target group by its name or ARN."""
    by = "TargetGroupArns" if reference.id.startswith("arn:") else "Names"
    answer = or_none_if_missing(clients("elbv2").describe_target_groups, **{by: [reference.id]})
    for group in answer["TargetGroups"] if answer else []:
        yield Resource(reference, group["TargetGroupArn"], _elb_tags(clients, group["TargetGroupArn"]))


def _elb_tags(clients: Clients, arn: str) -> Tags | None:
    """The tags; None where there is no such thing."""
    answer = or_none_if_missing(clients("elbv2").describe_tags, ResourceArns=[arn])
    return answer["TagDescriptions"][0]["Tags"] if answer and answer["TagDescriptions"] else None


def security_group(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A security group by its id; of one name there may be one in each VPC."""
    asked: Mapping[str, object] = {"GroupIds": [reference.id]}
    if not reference.id.startswith("sg-"):
        wanted = {"group-name": reference.id} | ({"vpc-id": reference.vpc} if reference.vpc else {})
        asked = {"Filters": [{"Name": name, "Values": [value]} for name, value in wanted.items()]}
    answer = or_none_if_missing(clients("ec2").describe_security_groups, **asked)
    for group in answer["SecurityGroups"] if answer else []:
        yield Resource(reference, group["GroupId"], group.get("Tags"))


def namespace(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A namespace by its id, ARN or name, of whatever type; of one name there may be several."""
    cloud_map = clients("servicediscovery")
    for page in cloud_map.get_paginator("list_namespaces").paginate():
        for namespace in page["Namespaces"]:
            arn = namespace["Arn"]
            if reference.id in (namespace["Id"], arn, namespace["Name"]):
                tags = cloud_map.list_tags_for_resource(ResourceARN=arn)["Tags"]
                named = replace(reference, kind=_NAMESPACE_KINDS.get(namespace["Type"], reference.kind))
                yield Resource(named, arn, tags, since=namespace["CreateDate"])


def discovery_service(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """A service of Cloud Map: without a tag it is whose namespace it is in."""
    cloud_map = clients("servicediscovery")
    answer = or_none_if_missing(cloud_map.get_service, Id=reference.id)
    if answer:
        service = answer["Service"]
        tags = cloud_map.list_tags_for_resource(ResourceARN=service["Arn"])["Tags"]
        namespace = Reference("namespace", service["NamespaceId"])
        yield Resource(reference, service["Arn"], tags, since=service.get("CreateDate"), container=namespace)
