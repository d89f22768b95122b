"""What an ARN, or an id of EC2's or Systems Manager's, stands for."""

import re
from typing import Final

from ecslab.connection.guarded_calls import Reference
from ecslab.connection.ownership.resource import CannotTell

_KIND_IN_ARN: Final = (
    (r"arn:[^:]+:ecs:[^:]*:\d*:cluster/(?P<id>[^/]+)", "cluster"),
    (r"arn:[^:]+:ecs:[^:]*:\d*:service/(?P<cluster>[^/]+)/(?P<id>[^/]+)", "service"),
    (r"arn:[^:]+:ecs:[^:]*:\d*:service-deployment/(?P<cluster>[^/]+)/(?P<id>[^/]+)/[^/]+", "service"),
    (r"arn:[^:]+:ecs:[^:]*:\d*:task/(?P<cluster>[^/]+)/(?P<id>[^/]+)", "task"),
    (r"arn:[^:]+:ecs:[^:]*:\d*:container-instance/(?P<cluster>[^/]+)/(?P<id>[^/]+)", "container instance"),
    (r"arn:[^:]+:ecs:[^:]*:\d*:capacity-provider/(?P<id>[^/]+)", "capacity provider"),
    (r"arn:[^:]+:ecs:[^:]*:\d*:task-definition/(?P<id>[^/]+:\d+)", "task definition"),
    (r"arn:[^:]+:ecs:[^:]*:\d*:daemon-task-definition/(?P<id>[^/]+:\d+)", "daemon task definition"),
    (r"(?P<id>arn:[^:]+:ecs:[^:]*:\d*:daemon/[^/]+/[^/]+)", "daemon"),
    (r"arn:[^:]+:ecr:[^:]*:\d*:repository/(?P<id>.+)", "repository"),
    (r"arn:[^:]+:logs:[^:]*:\d*:log-group:(?P<id>[^:]+)(:\*)?", "log group"),
    (r"(?P<id>arn:[^:]+:elasticloadbalancing:[^:]*:\d*:loadbalancer/.+)", "load balancer"),
    (r"(?P<id>arn:[^:]+:elasticloadbalancing:[^:]*:\d*:targetgroup/.+)", "target group"),
    (r"(?P<id>arn:[^:]+:elasticloadbalancing:[^:]*:\d*:listener(-rule)?/.+)", "listener"),
    (r"(?P<id>sg-\w+)", "security group"),
    (r"(?P<id>i-\w+)", "instance"),
    (r"(?P<id>lt-\w+)", "launch template"),
    (r"(?P<id>mi-\w+)", "managed node"),
    (r"arn:[^:]+:autoscaling:[^:]*:\d*:autoScalingGroup:[^:]*:autoScalingGroupName/(?P<id>.+)",
     "Auto Scaling group"),
    (r"arn:[^:]+:autoscaling:[^:]*:\d*:scalingPolicy:[^:]*:autoScalingGroupName/(?P<id>[^:]+):policyName/.+",
     "Auto Scaling group"),
    (r"arn:[^:]+:autoscaling:[^:]*:\d*:scalingPolicy:[^:]*:resource/ecs/(?P<id>service/[^:]+):policyName/.+",
     "scalable target"),
    (r"(?P<id>arn:[^:]+:application-autoscaling:[^:]*:\d*:scalable-target/.+)", "scalable target"),
    (r"arn:[^:]+:cloudwatch:[^:]*:\d*:alarm:(?P<id>.+)", "alarm"),
    (r"(?P<id>arn:[^:]+:servicediscovery:[^:]*:\d*:namespace/.+)", "namespace"),
    (r"(?P<id>arn:[^:]+:servicediscovery:[^:]*:\d*:service/.+)", "discovery service"),
)  # fmt: skip


def reference_of(arn: str) -> Reference:
    """What an ARN, or an id of EC2's, stands for."""
    for pattern, kind in _KIND_IN_ARN:
        if match := re.fullmatch(pattern, arn):
            where = match.groupdict()
            return Reference(kind, where["id"], where.get("cluster") or "default")
    raise CannotTell(f"whose {arn} is, this lab does not know how to find out")
