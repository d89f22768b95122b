"""How CloudWatch names load balancers and target groups: by the ends of their ARNs.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

from typing import Final

APPLICATION: Final = "AWS/ApplicationELB"
NETWORK: Final = "AWS/NetworkELB"
Dimensions = dict[str, str]


def namespace(balancer_arn: str) -> str:
    """The namespace of a load balancer's metrics."""
    return NETWORK if "/net/" in balancer_arn else APPLICATION


def of_balancer(balancer_arn: str) -> Dimensions:
    """The dimension LoadBalancer: `app/web/50dc6c495c0c9188`."""
    return {"LoadBalancer": balancer_arn.partition(":loadbalancer/")[2]}


def of_group(group_arn: str) -> Dimensions:
    """The dimension TargetGroup: `targetgroup/web/943f017f100becff`."""
    return {"TargetGroup": group_arn.rpartition(":")[2]}
