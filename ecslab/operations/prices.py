"""What the lesson would cost on a real account, in US dollars, in us-east-1, on demand.

From price lists of 2026; other Regions differ (ap-northeast-1: about a quarter more). Show `AS_OF` beside
every amount.
Fargate bills per second from the start of the image pull to the task's stop, one minute at least.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.aws_api import instance_prices
from ecslab.errors import NotThere

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef
    from mypy_boto3_logs.type_defs import LogGroupTypeDef

AS_OF: Final = "2026-06"
VCPU_HOUR: Final = {"X86_64": 0.04048, "ARM64": 0.03238}
GB_HOUR: Final = {"X86_64": 0.004445, "ARM64": 0.00356}
PUBLIC_IPV4_HOUR: Final = 0.005
ECR_GB_MONTH: Final = 0.10
LOGS_GB: Final = 0.50
ALB_HOUR: Final = 0.0225
ALB_LCU_HOUR: Final = 0.008
NLB_HOUR: Final = 0.0225
NLB_LCU_HOUR: Final = 0.006
LOGS_GB_MONTH: Final = 0.03
MONTH_HOURS: Final = 730  # as AWS reckons it
SECRET_HOUR: Final = 0.40 / MONTH_HOURS
SPOT_SHARE: Final = 0.32
"""What Fargate Spot asks of the on-demand price: 68 % less in 2026 articles; AWS changes it with demand."""
NAT_HOUR: Final = 0.045
NAT_GB: Final = 0.045
DATA_OUT_GB: Final = 0.09
"""To the internet, beyond the first 100 GB of a month (https://aws.amazon.com/ec2/pricing/on-demand/)."""
INSIGHTS_METRIC_MONTH: Final = {"enabled": 0.30, "enhanced": 0.07}
"""Container Insights, each metric: a custom metric (of the first 10,000), or with enhanced observability."""
INSIGHTS_METRICS: Final = {"cluster": 10, "service": 21, "task": 8}
"""So many metrics it makes of a cluster, of a service with its family, and (enhanced alone) of a task.

Counted from the tables in https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
"""  # U: how many of them AWS bills
ALARM_MONTH: Final = 0.10
"""A metric alarm, each metric that it looks at; Application Auto Scaling itself is free."""
FINE_ALARM_MONTH: Final = 0.30
"""The same of periods below a minute."""
HOSTED_ZONE_HOUR: Final = 0.50 / MONTH_HOURS
"""Of a private namespace; what ECS registers in Cloud Map is free, and so are HTTP namespaces."""
EXTERNAL_INSTANCE_HOUR: Final = 0.01025
"""A machine outside AWS that is registered in a cluster (https://aws.amazon.com/ecs/anywhere/pricing/)."""
EKS_CLUSTER_HOUR: Final = 0.10
LAMBDA_GB_SECOND: Final = 0.0000166667
LAMBDA_REQUEST: Final = 0.20 / 1e6
"""On x86, beyond what is free each month (https://aws.amazon.com/lambda/pricing/)."""
INSTANCES_AS_OF: Final = instance_prices.AS_OF
"""That of EC2 instances, which have a table of their own."""
DATES: Final = f"{AS_OF}; EC2 instances: {INSTANCES_AS_OF}"
"""To be shown beside amounts that instances are part of."""
DISK_GB_MONTH: Final = 0.08
"""A gp3 volume (https://aws.amazon.com/ebs/pricing/)."""
INSTANCE_DISK_GB: Final = 30
"""The volume that an ECS-optimized image of Amazon Linux 2023 asks for."""
MANAGED_ROOT_GB: Final = 80
"""That of a managed instance, unless its provider's launch template says another."""
MANAGED_INSTANCE_SHARE: Final = 0.12
"""What ECS Managed Instances add, as a share of the instance's own price.

AWS's own calculator takes 12 % of the on-demand price of each type ("actual fees may vary"), 2026-05:
https://github.com/aws-samples/sample-ecs-managed-instances-pricing-calculator. The page has a fee for each
type, such as $0.037 for a c6a.2xlarge of $0.306, 2026-09: https://aws.amazon.com/ecs/pricing/
"""


def task_hour(
    cpu: int | str,
    memory: int | str,
    architecture: str = "X86_64",
    public_ip: bool = True,
    spot: bool = False,
) -> float:
    """Dollars an hour for one running Fargate task (Linux).

    Args:
        cpu: CPU units, 1024 to the vCPU.
        memory: MiB.
        architecture: `X86_64` or `ARM64`, as in `runtimePlatform`.
        public_ip: whether it has a public IPv4 address, which is billed by itself.
        spot: whether it runs on `FARGATE_SPOT`: what is said is about right, since AWS changes that price.
    """
    share = SPOT_SHARE if spot else 1.0
    compute = int(cpu) / 1024 * VCPU_HOUR[architecture] + int(memory) / 1024 * GB_HOUR[architecture]
    return share * compute + (PUBLIC_IPV4_HOUR if public_ip else 0)


def balancer_hour(zones: int = 2, network: bool = False, internal: bool = False) -> float:
    """Dollars an hour for one load balancer without visitors; on the internet each zone has a public IPv4.

    Capacity units (`ALB_LCU_HOUR`, `NLB_LCU_HOUR` each) come on top, by the busiest of connections and bytes.
    """
    return (NLB_HOUR if network else ALB_HOUR) + (0 if internal else zones * PUBLIC_IPV4_HOUR)


def instance_hour(instance_type: str, public_ip: bool = True, managed: bool = False) -> float:
    """Dollars an hour for one running EC2 instance with its disk, whether or not a task is on it.

    Args:
        instance_type: as EC2 spells it, such as `t3.medium`.
        public_ip: whether it has a public IPv4 address, which is billed by itself.
        managed: whether ECS manages it (Managed Instances), for a fee.

    Raises:
        NotThere: no price of this type is known here.
    """
    compute = on_demand_hour(instance_type) * (1 + MANAGED_INSTANCE_SHARE if managed else 1)
    disk = (MANAGED_ROOT_GB if managed else INSTANCE_DISK_GB) * DISK_GB_MONTH / MONTH_HOURS
    return compute + disk + (PUBLIC_IPV4_HOUR if public_ip else 0)


def on_demand_hour(instance_type: str) -> float:
    """Dollars an hour for an EC2 instance alone, on demand.

    Raises:
        NotThere: no price of this type is known here.
    """
    on_demand = instance_prices.hour(instance_type) if isinstance(instance_type, str) else None
    if on_demand is None:
        raise NotThere(
            f"the price of the instance type {instance_type!r} is not known here.\n"
            "  expected: a type of the families C, M, R or T, such as 't3.medium'\n"
            "  next:     https://aws.amazon.com/ec2/pricing/on-demand/ has the others"
        )
    return on_demand


def of_task(task: TaskTypeDef) -> float:
    """Dollars an hour for a task as DescribeTasks shows it.

    On EC2 and on machines of one's own it costs nothing beside them.
    """
    if not is_fargate(task):
        return 0.0
    return task_hour(task.get("cpu") or 0, task.get("memory") or 0, spot=is_spot(task))


def is_fargate(task: TaskTypeDef) -> bool:
    """Whether a task, as DescribeTasks shows it, runs on Fargate, and so is billed by itself."""
    return task.get("launchType", "FARGATE") == "FARGATE"


def is_spot(task: TaskTypeDef) -> bool:
    """Whether a task, as DescribeTasks shows it, runs on Fargate Spot."""
    return task.get("capacityProviderName") == "FARGATE_SPOT"


def of_load_balancer(balancer: LoadBalancerTypeDef) -> float:
    """Dollars an hour for a load balancer as DescribeLoadBalancers shows it."""
    zones = len(balancer.get("AvailabilityZones", []))
    internal = balancer.get("Scheme") == "internal"
    return balancer_hour(zones, network=balancer.get("Type") == "network", internal=internal)


def of_log_group(group: LogGroupTypeDef) -> float:
    """Dollars an hour for keeping the lines of a log group as DescribeLogGroups shows it."""
    return group.get("storedBytes", 0) / 1024**3 * LOGS_GB_MONTH / MONTH_HOURS


def of_images(stored_bytes: int) -> float:
    """Dollars an hour for keeping images of so many bytes."""
    return stored_bytes / 1e9 * ECR_GB_MONTH / MONTH_HOURS


def of_alarm(period: int) -> float:
    """Dollars an hour for an alarm on one metric, by its period in seconds."""
    return (ALARM_MONTH if period >= 60 else FINE_ALARM_MONTH) / MONTH_HOURS


def of_insights(setting: str, services: int = 0, tasks: int = 0, clusters: int = 0) -> float:
    """Dollars an hour for what Container Insights makes of so many services, tasks and clusters.

    Args:
        setting: `disabled`, `enabled` or `enhanced`, as the cluster's setting `containerInsights` says.
    """
    metrics = INSIGHTS_METRICS["cluster"] * clusters + INSIGHTS_METRICS["service"] * services
    if setting == "enhanced":
        metrics += INSIGHTS_METRICS["task"] * tasks
    return metrics * INSIGHTS_METRIC_MONTH.get(setting, 0.0) / MONTH_HOURS


def dollars(amount: float) -> str:
    """`$0.0173`: four places below a dollar, two above."""
    return f"${amount:.4f}" if amount < 1 else f"${amount:.2f}"
