"""Readers of what scales: scalable targets and alarms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ecslab.connection.guarded_calls import Reference
from ecslab.connection.ownership import ecs_readers
from ecslab.connection.ownership.arns import reference_of
from ecslab.connection.ownership.resource import CannotTell, Clients, Resource

_UUID: Final = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SERVICE_ID: Final = re.compile(r"service/(?P<cluster>[^/]+)/(?P<name>[^/]+)")
_TRACKING: Final = re.compile(rf"TargetTracking-(?P<scaled>.+)-Alarm(High|Low)-{_UUID}")


def scalable_target(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """By its ARN or its resource id; one that is not registered yet is whose its service is, too."""
    scaling = clients("application-autoscaling")
    by_arn = reference.id.startswith("arn:")
    chosen = {} if by_arn else {"ResourceIds": [reference.id]}
    asked: dict[str, object] = {"ServiceNamespace": "ecs", **chosen}
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
    elif any(ecs_readers.service(clients, container)):
        yield Resource(reference, "", container=container)


def alarm(clients: Clients, reference: Reference) -> Iterator[Resource]:
    """An alarm; one that a target tracking policy made is whose the service or the group is."""
    cloudwatch = clients("cloudwatch")
    for alarm in cloudwatch.describe_alarms(AlarmNames=[reference.id])["MetricAlarms"]:
        arn = alarm["AlarmArn"]
        tags = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
        yield Resource(reference, arn, tags, container=_scaled(reference.id, alarm.get("AlarmActions") or ()))


def _scaled(alarm_name: str, actions: Sequence[str]) -> Reference | None:
    """What is scaled by the policy that made an alarm: both its name and all its actions say so."""
    named = _TRACKING.fullmatch(alarm_name)
    try:
        scaled = {(acted.kind, acted.id) for acted in map(reference_of, actions)}
    except CannotTell:
        return None
    if named is None or {id_ for _, id_ in scaled} != {named["scaled"]}:
        return None
    [(kind, id_)] = scaled
    service = _SERVICE_ID.fullmatch(id_)
    return Reference("service", service["name"], service["cluster"]) if service else Reference(kind, id_)
