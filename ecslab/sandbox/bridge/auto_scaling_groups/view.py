"""Groups, their instances, activities and tags in the shapes of the API; timestamps are datetimes."""

from datetime import UTC, datetime
from typing import Any, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.auto_scaling_groups.requests import KIND
from ecslab.sandbox.world.auto_scaling_group.activity import Activity
from ecslab.sandbox.world.auto_scaling_group.group import Group, GroupInstance, Template

Shape = dict[str, Any]
LINKED_ROLE: Final = "AWSServiceRoleForAutoScaling"
GROUP_METRICS: Final[list[Shape]] = []
"""No group metrics are collected: nothing turns them on."""


def group(shown: Group, instances: bool = True) -> Shape:
    """API_AutoScalingGroup."""
    role = f"role/aws-service-role/autoscaling.amazonaws.com/{LINKED_ROLE}"
    answer = {
        "AutoScalingGroupName": shown.name,
        "AutoScalingGroupARN": shown.arn,
        "LaunchTemplate": _template(shown.template),
        "MinSize": shown.minimum,
        "MaxSize": shown.maximum,
        "DesiredCapacity": shown.desired,
        "DefaultCooldown": shown.cooldown,
        "AvailabilityZones": shown.zones(),
        "LoadBalancerNames": [],
        "TargetGroupARNs": [],
        "HealthCheckType": "EC2",
        "HealthCheckGracePeriod": shown.grace,
        "Instances": [_instance(each) for each in shown.instances.values()] if instances else [],
        "CreatedTime": _moment(shown.created_at),
        "SuspendedProcesses": [],
        "VPCZoneIdentifier": ",".join(subnet for subnet, _ in shown.subnets),
        "EnabledMetrics": GROUP_METRICS,
        "Tags": tags(shown),
        "TerminationPolicies": ["Default"],
        "NewInstancesProtectedFromScaleIn": shown.protects_new,
        "ServiceLinkedRoleARN": f"arn:aws:iam::{current_account().id}:{role}",
        "TrafficSources": [],
    }
    return answer | ({"Status": "Delete in progress"} if shown.deleting else {})


def _template(template: Template) -> Shape:
    shown = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name}
    return shown | ({"Version": template.version} if template.version else {})


def _instance(shown: GroupInstance) -> Shape:
    """API_Instance."""
    return {
        "InstanceId": shown.id,
        "InstanceType": shown.type,
        "AvailabilityZone": shown.zone,
        "LifecycleState": shown.state,
        "HealthStatus": "Healthy" if shown.healthy else "Unhealthy",
        "LaunchTemplate": _template(shown.template),
        "ProtectedFromScaleIn": shown.protected,
    }


def instance_details(of: Group, shown: GroupInstance) -> Shape:
    """API_AutoScalingInstanceDetails, which spells the health in capitals."""
    health = "HEALTHY" if shown.healthy else "UNHEALTHY"
    return {**_instance(shown), "AutoScalingGroupName": of.name, "HealthStatus": health}


def activity(shown: Activity, arn: str) -> Shape:
    """API_Activity."""
    answer = {
        "ActivityId": shown.id,
        "AutoScalingGroupName": shown.resource,
        "Description": shown.description,
        "Cause": shown.cause,
        "StartTime": _moment(shown.started_at),
        "StatusCode": shown.status,
        "Progress": shown.progress,
        "Details": shown.details,
    }
    if arn:
        answer["AutoScalingGroupARN"] = arn
    if shown.ended_at is not None:
        answer["EndTime"] = _moment(shown.ended_at)
    return answer | ({"StatusMessage": shown.message} if shown.message else {})


def tags(of: Group) -> list[Shape]:
    """API_TagDescription."""
    return [
        {"ResourceId": of.name, "ResourceType": KIND, "Key": key, "Value": value, "PropagateAtLaunch": launch}
        for key, (value, launch) in sorted(of.tags.items())
    ]


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
