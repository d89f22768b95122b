"""What an hour of a service that scales costs on a real account, before its visitors come. Stage 12.

https://aws.amazon.com/fargate/pricing/
https://aws.amazon.com/cloudwatch/pricing/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.display.tables import ShownAsTable, Table
from ecslab.errors import NotThere
from ecslab.operations import prices, scaling_machines
from ecslab.resources import metrics
from ecslab.resources.load_balancer import load_balancer_reader
from ecslab.resources.scaling import scaling_reader
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef

PAGE_BYTES: Final = 10_000
"""What one answer is taken to weigh."""
_LINE_BYTES: Final = 150
_CONNECTIONS_AN_LCU: Final = 25


def of_visitors(rate: float) -> float:
    """US dollars that an hour of so many requests a second costs, beside what runs anyway.

    The load balancer's capacity units (25 new connections a second, or 1 GB an hour, are one), data to the
    internet, and lines in CloudWatch Logs.
    """
    gigabytes = rate * 3600 * PAGE_BYTES / 1e9
    units = max(rate / _CONNECTIONS_AN_LCU, gigabytes)
    lines = rate * 3600 * _LINE_BYTES / 1e9
    return units * prices.ALB_LCU_HOUR + gigabytes * prices.DATA_OUT_GB + lines * prices.LOGS_GB


@dataclass(frozen=True)
class Item:
    """What one thing costs in an hour, in US dollars: as it is now, and at the most."""

    what: str
    now: float
    most: float


@dataclass(frozen=True, repr=False)
class ScalingPrice(ShownAsTable):
    """What an hour costs: with the tasks that are wanted now, and with as many as scaling may start.

    Shows itself.
    """

    load_balancer: str
    items: tuple[Item, ...]

    @property
    def now(self) -> float:
        """US dollars an hour, as it is now."""
        return sum(item.now for item in self.items)

    @property
    def most(self) -> float:
        """US dollars an hour at the most: scaled out as far as the maximum allows."""
        return sum(item.most for item in self.items)

    def _table(self) -> Table:
        rows = [(item.what, prices.dollars(item.now), prices.dollars(item.most)) for item in self.items]
        rows.append(("together", prices.dollars(self.now), prices.dollars(self.most)))
        title = f"an hour of {self.load_balancer}, us-east-1, {prices.AS_OF}"
        return Table(title, ("what", "now", "at the most"), tuple(rows))


def scaling_price(lab: Connection, load_balancer: str | None = None, rate: float = 0.0) -> ScalingPrice:
    """What an hour of a load balancer and of the services behind it costs on a real account.

    Args:
        load_balancer: its name; by default the lab's.
        rate: requests a second that come.

    Raises:
        NotThere: there is no such load balancer.
    """
    name = load_balancer or lab.names.load_balancer
    balancer = load_balancer_reader.find(lab, name)
    if balancer is None:
        raise NotThere(f"there is no load balancer {name}; it may have been deleted")
    services = _behind(lab, balancer)
    hour = prices.of_load_balancer(balancer)
    items = [Item("the load balancer", hour, hour)]
    counts = [(service, *_counts(lab, service)) for service in services]
    items += [_tasks(lab, *each) for each in counts if scaling_machines.on_fargate(each[0])]
    items += [Item(*each) for each in scaling_machines.hourly(lab, counts)]
    items += _alarms(lab, services)
    items += _insights(lab, [(now, most) for _, now, most in counts])
    if rate:
        items.append(Item(f"{rate:g} requests a second", of_visitors(rate), of_visitors(rate)))
    return ScalingPrice(name, tuple(items))


def _behind(lab: Connection, balancer: LoadBalancerTypeDef) -> list[ServiceTypeDef]:
    """The services of the lab's cluster whose tasks the load balancer leads to."""
    pages = lab.elbv2.get_paginator("describe_target_groups").paginate(
        LoadBalancerArn=balancer["LoadBalancerArn"]
    )
    groups = {group["TargetGroupArn"] for page in pages for group in page["TargetGroups"]}
    cluster = lab.names.cluster
    services = service_reader.described(lab, cluster, service_reader.names(lab, cluster))
    return [
        service
        for service in services
        if groups & {each.get("targetGroupArn", "") for each in service["loadBalancers"]}
    ]


def _counts(lab: Connection, service: ServiceTypeDef) -> tuple[int, int]:
    """How many tasks are wanted now, and how many scaling may make of them."""
    target = scaling_reader.target(lab, service["serviceName"])
    desired = service["desiredCount"]
    return desired, max(desired, target["MaxCapacity"] if target else 0)


def _tasks(lab: Connection, service: ServiceTypeDef, now: int, most: int) -> Item:
    described = lab.ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
    definition = described["taskDefinition"]
    public = service_reader.network_of(service).get("assignPublicIp") == "ENABLED"
    architecture = definition.get("runtimePlatform", {}).get("cpuArchitecture") or "X86_64"
    hour = prices.task_hour(definition["cpu"], definition["memory"], architecture, public)
    count = f"{now} tasks" if now == most else f"{now} to {most} tasks"
    return Item(f"{count} of {service['serviceName']}", now * hour, most * hour)


def _alarms(lab: Connection, services: list[ServiceTypeDef]) -> list[Item]:
    alarms = [alarm for service in services for alarm in metrics.alarms(lab, service["serviceName"])]
    hour = sum(prices.of_alarm(alarm.get("Period", metrics.MINUTE)) for alarm in alarms)
    return [Item(f"{len(alarms)} alarm{'s' * (len(alarms) > 1)}", hour, hour)] if alarms else []


def _insights(lab: Connection, counts: list[tuple[int, int]]) -> list[Item]:
    """Container Insights, where the cluster has it; a service without tasks sends nothing."""
    clusters = lab.ecs.describe_clusters(clusters=[lab.names.cluster], include=["SETTINGS"])["clusters"]
    settings = {each["name"]: each["value"] for cluster in clusters for each in cluster.get("settings", [])}
    setting = settings.get("containerInsights", "disabled")
    if setting == "disabled":
        return []
    now, most = (
        prices.of_insights(setting, sum(map(bool, tasks)), sum(tasks), clusters=1)
        for tasks in ([now for now, _ in counts], [most for _, most in counts])
    )
    return [Item(f"Container Insights, {setting}", now, most)]
