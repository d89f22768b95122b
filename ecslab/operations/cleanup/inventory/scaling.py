"""What scales the services of a lab, and the alarms that it made itself."""

from __future__ import annotations

from collections.abc import Iterator

from ecslab.connection.batches import batches
from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.tags import owner_in
from ecslab.operations import prices
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey

_MOST = 50  # resource ids in one DescribeScalableTargets
_MOST_ALARMS = 100


def targets(survey: Survey) -> Iterator[Resource]:
    """The scalable targets that the ledger names. Their policies and alarms go with them."""
    for names in batches(survey.names("scalable target"), _MOST):
        scaling = survey.lab.client("application-autoscaling")
        shown = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=names)
        for target in shown["ScalableTargets"]:
            arn, name = target["ScalableTargetARN"], target["ResourceId"]
            tags = scaling.list_tags_for_resource(ResourceARN=arn)["Tags"]
            ours = survey.ours(tags, "scalable target", arn)
            if owner_in(tags) is None and name in _ids_of_services(survey):
                ours = True
            yield Resource("scalable target", name, name, ours=ours)


def _ids_of_services(survey: Survey) -> set[str]:
    """Resource ids of the lab's services: what scales them is the lab's, unless it says otherwise."""
    return {
        f"service/{cluster.shown['clusterName']}/{service['serviceName']}"
        for cluster in survey.clusters
        for service in cluster.services
    }


def deregister(lab: Connection, resource: Resource) -> None:
    """Deregister a scalable target, and with it its policies, their alarms, and its scheduled actions."""
    scaling = lab.client("application-autoscaling")
    or_none_if_missing(
        scaling.deregister_scalable_target,
        ServiceNamespace="ecs",
        ResourceId=resource.id,
        ScalableDimension="ecs:service:DesiredCount",
    )


def alarms(survey: Survey) -> Iterator[Resource]:
    """The alarms that the ledger names; those of policies go with their scalable targets."""
    for names in batches(survey.names("alarm"), _MOST_ALARMS):
        cloudwatch = survey.lab.client("cloudwatch")
        shown = cloudwatch.describe_alarms(AlarmNames=names, AlarmTypes=["MetricAlarm"])
        for alarm in shown["MetricAlarms"]:
            arn, name = alarm["AlarmArn"], alarm["AlarmName"]
            ours = survey.ours(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"])
            hourly = prices.of_alarm(alarm.get("Period", 60))
            yield Resource("alarm", name, name, hourly=hourly, ours=ours)


def delete_alarm(lab: Connection, resource: Resource) -> None:
    """Delete an alarm; one that is gone is no error."""
    or_none_if_missing(lab.client("cloudwatch").delete_alarms, AlarmNames=[resource.id])
