"""The prices that the course speaks of, as one table, each with the page on which AWS lists it. Stage 00."""

from typing import Final

from ecslab.display.tables import Table
from ecslab.operations import prices
from ecslab.resources.instance_group import TYPE

SIZE: Final = ("256", "512")
"""CPU units and MiB of the course's task."""
_FARGATE: Final = "fargate/pricing"
_VPC: Final = "vpc/pricing"
_BALANCERS: Final = "elasticloadbalancing/pricing"
_CLOUDWATCH: Final = "cloudwatch/pricing"


def price_list(*about: str) -> Table:
    """What costs how much on a real account, by the hour and by the month (us-east-1). Shows itself.

    Args:
        about: words such as "secret": only the lines that name one of them; all lines unless given.
    """
    by_amount = (
        ("an image in ECR", f"${prices.ECR_GB_MONTH:.2f} a GB", "", "ecr/pricing"),
        ("lines in CloudWatch Logs", f"${prices.LOGS_GB:.2f} a GB", "when written", _CLOUDWATCH),
        ("lines that CloudWatch Logs keeps", f"${prices.LOGS_GB_MONTH:.2f} a GB", "", _CLOUDWATCH),
        ("a secret in Secrets Manager", f"${prices.SECRET_HOUR * prices.MONTH_HOURS:.2f}", "",
         "secrets-manager/pricing"),
        ("a metric of Container Insights, enhanced", f"${prices.INSIGHTS_METRIC_MONTH['enhanced']:.2f} each",
         "by the hour", _CLOUDWATCH),
    )  # fmt: skip
    rows = [(what, _hour(amount), _month(amount), note, page) for what, amount, note, page in _by_hour()]
    rows += [(what, "", amount, note, page) for what, amount, note, page in by_amount]
    rows = [row for row in rows if not about or any(word in row[0] for word in about)]
    as_of = prices.DATES if any("nstance" in row[0] for row in rows) else prices.AS_OF
    title = f"us-east-1, US dollars, prices of {as_of}; other Regions differ."
    return Table(title, ("what", "an hour", "a month", "", "aws.amazon.com/…"), tuple(rows))


def _by_hour() -> tuple[tuple[str, float, str, str], ...]:
    """What is paid for by the hour: what it is, dollars, a note, and its page."""
    task = prices.task_hour(*SIZE, public_ip=False)
    balancer = prices.balancer_hour()
    return (
        ("the course's task: 0.25 vCPU, 0.5 GB, x86", task, "", _FARGATE),
        ("the same on ARM", prices.task_hour(*SIZE, "ARM64", public_ip=False), "", _FARGATE),
        ("the same on Fargate Spot", task * prices.SPOT_SHARE, "about; AWS may stop it", _FARGATE),
        ("a task of 0.5 vCPU, 1 GB, x86", prices.task_hour(512, 1024, public_ip=False), "", _FARGATE),
        (f"an EC2 instance {TYPE}, with its disk", prices.instance_hour(TYPE, public_ip=False),
         "full or empty", "ec2/pricing/on-demand"),
        ("the same as a Managed Instance", prices.instance_hour(TYPE, public_ip=False, managed=True),
         f"with {prices.MANAGED_INSTANCE_SHARE:.0%} for that", "ecs/pricing"),
        ("a machine outside AWS (ECS Anywhere)", prices.EXTERNAL_INSTANCE_HOUR, "", "ecs/anywhere/pricing"),
        ("a public IPv4 address", prices.PUBLIC_IPV4_HOUR, "", _VPC),
        ("a load balancer in two zones", balancer, "and what it carries", _BALANCERS),
        ("two load balancers", 2 * balancer, "nothing is shared", _BALANCERS),
        ("a NAT gateway and its address", prices.NAT_HOUR + prices.PUBLIC_IPV4_HOUR,
         f"and ${prices.NAT_GB} a GB", _VPC),
        ("ECS: clusters, services, definitions", 0.0, "free", "ecs/pricing"),
        ("an alarm on one metric", prices.of_alarm(60), "scaling itself is free", _CLOUDWATCH),
        ("Container Insights, enhanced: a service", prices.of_insights("enhanced", services=1),
         f"about {prices.INSIGHTS_METRICS['service']} metrics", _CLOUDWATCH),
        ("the same, of each of its tasks", prices.of_insights("enhanced", tasks=1),
         f"about {prices.INSIGHTS_METRICS['task']} metrics", _CLOUDWATCH),
        ("an EKS cluster, before anything runs", prices.EKS_CLUSTER_HOUR, "", "eks/pricing"),
    )  # fmt: skip


def _hour(amount: float) -> str:
    return prices.dollars(amount) if amount else "$0"


def _month(amount: float) -> str:
    return f"${amount * prices.MONTH_HOURS:.2f}" if amount else "$0"
