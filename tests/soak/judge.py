"""What the soak judges by: what an account shows, what is left of it, and what the server takes of memory."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecslab.sandbox import process
from ecslab.sandbox.process import start
from tests.bench.measure import resident_mib
from tests.soak.account import CLUSTERS, LOGS
from tests.soak.client import Client

LONG_START = 1800.0  # wall seconds; replaying hours of eight clients takes longer than a learner's journal

COUNTS = ("runningTasksCount", "pendingTasksCount", "activeServicesCount")
Shown = dict[str, Any]


def everything(client: Client) -> Shown:
    """All that the account shows, by what it is; equal for two sandboxes in the same state."""
    described: Shown = {
        "clusters": client.ecs.describe_clusters(clusters=list(CLUSTERS), include=["STATISTICS"])
    }
    for cluster in CLUSTERS:
        services = client.ecs.list_services(cluster=cluster, maxResults=100)["serviceArns"]
        for at in range(0, len(services), 10):
            about = client.ecs.describe_services(cluster=cluster, services=services[at : at + 10])
            described[f"services of {cluster} from {at}"] = about
        for status in ("RUNNING", "STOPPED"):
            tasks = client.ecs.list_tasks(cluster=cluster, desiredStatus=status)["taskArns"]
            about = tasks and client.ecs.describe_tasks(cluster=cluster, tasks=tasks)
            described[f"{status} tasks of {cluster}"] = about
    described["definitions"] = client.ecs.list_task_definitions()
    described.update(_balancers(client))
    described["interfaces"] = client.ec2.describe_network_interfaces()
    described["subnets"] = client.ec2.describe_subnets()
    described["groups"] = client.ec2.describe_security_groups()
    described["streams"] = client.logs.describe_log_streams(logGroupName=LOGS)
    described["lines"] = client.logs.filter_log_events(logGroupName=LOGS, limit=2000)
    described["repositories"] = client.ecr.describe_repositories()
    for repository in described["repositories"]["repositories"]:
        name = repository["repositoryName"]
        described[f"images of {name}"] = client.ecr.describe_images(repositoryName=name)
    return {what: _lasting(about) for what, about in described.items()}


def _balancers(client: Client) -> Shown:
    described_balancers: Shown = {"balancers": client.elbv2.describe_load_balancers()}
    for balancer in described_balancers["balancers"]["LoadBalancers"]:
        arn = balancer["LoadBalancerArn"]
        described = client.elbv2.describe_listeners(LoadBalancerArn=arn)
        described_balancers[f"listeners of {arn}"] = described
        for listener in described["Listeners"]:
            arn = listener["ListenerArn"]
            described_balancers[f"rules of {arn}"] = client.elbv2.describe_rules(ListenerArn=arn)
    described_balancers["target groups"] = client.elbv2.describe_target_groups()
    for group in described_balancers["target groups"]["TargetGroups"]:
        arn = group["TargetGroupArn"]
        described_balancers[f"health of {arn}"] = client.elbv2.describe_target_health(TargetGroupArn=arn)
    return described_balancers


def _lasting(about: Any) -> Any:
    """Without what tells one request from another, and where a page of an answer ended."""
    passing = ("ResponseMetadata", "nextToken", "NextToken")
    return {name: value for name, value in about.items() if name not in passing} if about else about


def differences(before: Shown, after: Shown) -> list[str]:
    """What two accounts show differently, in words."""
    names = sorted(before.keys() | after.keys())
    return [f"{name}: {before.get(name)!r:.300} but {after.get(name)!r:.300}"
            for name in names if before.get(name) != after.get(name)]  # fmt: skip


def free_addresses(client: Client) -> dict[str, int]:
    """How many addresses each subnet has left."""
    subnets = client.ec2.describe_subnets()["Subnets"]
    return {subnet["SubnetId"]: subnet["AvailableIpAddressCount"] for subnet in subnets}


def left_over(client: Client, free_before: dict[str, int]) -> list[str]:
    """What is still held in an account that was cleared, in words."""
    interfaces = client.ec2.describe_network_interfaces()["NetworkInterfaces"]
    words = [f"interface {each['NetworkInterfaceId']} ({each['Description']}) is left" for each in interfaces]
    free = free_addresses(client)
    words += [f"subnet {subnet} has {free[subnet]} free addresses, not {count}"
              for subnet, count in free_before.items() if free[subnet] != count]  # fmt: skip
    for cluster in client.ecs.describe_clusters(clusters=list(CLUSTERS))["clusters"]:
        counts = {name: cluster[name] for name in COUNTS}
        if any(counts.values()) or cluster["status"] != "INACTIVE":
            words.append(f"cluster {cluster['clusterName']} is {cluster['status']} with {counts}")
    return words


@dataclass(frozen=True)
class Rest:
    """The server at rest, with nothing alive in it. `mib` is resident; `records` the journal's length."""

    mib: float
    records: int

    @classmethod
    def of(cls, place: Any) -> "Rest":
        return cls(resident_mib(place.pid), place.control("status")["position"])

    def growth(self, earlier: "Rest") -> str:
        more, records = self.mib - earlier.mib, self.records - earlier.records
        each = f", {more * 2**20 / records:.0f} bytes a record" if records else ""
        return f"{earlier.mib:.0f} → {self.mib:.0f} MiB over {records:,} journal records{each}"


@contextmanager
def restarted(home: Path, copy: Path) -> Iterator[tuple[Any, float]]:
    """A second sandbox that has replayed a copy of the first one's journal; with the wall seconds it took."""
    shutil.copytree(home, copy, ignore=shutil.ignore_patterns("*.lock", "server.json", "*.log"))
    limit, start.START = start.START, LONG_START
    began = time.perf_counter()
    try:
        yield process.ensure(copy), time.perf_counter() - began
    finally:
        start.START = limit
        process.stop(copy)
