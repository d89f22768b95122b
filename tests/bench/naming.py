"""What names cost: to register who comes and leaves, and to ask by one."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ecslab.connection.sandbox_place import SandboxPlace
from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.open_ports import program_of
from ecslab.sandbox.http_message import HttpRequest
from tests.bench.balancing import SERVED, public_network
from tests.bench.measure import Row, in_turns
from tests.bench.rows import sandbox
from tests.bench.stock import client

__all__ = ["NAMING_ROWS"]

ZONE = "lab.internal"
TASKS = 20
"""Of each service."""
TIMES = 300
WAIT = 300.0
"""Seconds within which tasks have come or gone, and namespaces are there."""


def registering() -> Row:
    """1,000 tasks in 50 services come and leave, registered in both namespaces; against 100 in 5."""
    with sandbox() as (_, many), sandbox() as (_, few):
        times = in_turns(_coming_and_leaving(many, 50), _coming_and_leaving(few, 5), rounds=3)
    return Row("1,000 tasks registering and leaving", "100 tasks", 12.0, *times)


def named_request() -> Row:
    """A request from task to task by a name of Cloud Map, with the TTL of 60 s that AWS proposes."""
    with tempfile.TemporaryDirectory(prefix="ecslab-bench-") as folder:
        place = SandboxPlace(in_process.start(Path(folder), seed=7))
        clients = {name: place.client(name) for name in ("ecs", "ec2", "servicediscovery")}
        network = _prepared(place, clients)
        _service(clients, "back", network, ttl=60)
        clients["ecs"].update_service(cluster="lab", service="back", desiredCount=1)
        _pass(place, WAIT)
        clients["ecs"].run_task(
            cluster="lab", taskDefinition="web", launchType="FARGATE", networkConfiguration=network
        )
        _pass(place, WAIT)
        asker = next(task for task in current_account().tasks_by_interface.values() if task.proxy is None)
        program: Any = program_of(asker.containers[0])
        host = program._process.host
        (address,) = host.resolve(f"back.{ZONE}")
        times = in_turns(_fetching(host, f"back.{ZONE}"), _fetching(host, address), rounds=15)
    return Row(
        "a request from task to task by name", "by address", 1.2, times[0] * 1e6, times[1] * 1e6, "µs"
    )


NAMING_ROWS = {row.__name__: row for row in (registering, named_request)}


def _prepared(place: Any, clients: dict[str, Any]) -> dict[str, Any]:
    """A cluster, a task definition that serves, and both namespaces; the network of tasks."""
    ecs, cloud_map = clients["ecs"], clients["servicediscovery"]
    subnets, vpc, group = public_network(clients["ec2"])
    ecs.create_cluster(clusterName="lab", serviceConnectDefaults={"namespace": "mesh"})
    port = {"containerPort": 80, "name": "http"}
    containers = [{**each, "portMappings": [port]} for each in SERVED["containerDefinitions"]]
    ecs.register_task_definition(**{**SERVED, "containerDefinitions": containers})
    cloud_map.create_private_dns_namespace(Name=ZONE, Vpc=vpc)
    _pass(place, WAIT)
    network = {"subnets": subnets[:1], "securityGroups": [group], "assignPublicIp": "ENABLED"}
    return {"awsvpcConfiguration": network}


def _service(clients: dict[str, Any], name: str, network: dict[str, Any], ttl: int) -> str:
    """A service without tasks, whose tasks both namespaces will name; the id of its registry in Cloud Map."""
    cloud_map = clients["servicediscovery"]
    namespace = next(each for each in cloud_map.list_namespaces()["Namespaces"] if each["Name"] == ZONE)
    dns = {"DnsRecords": [{"Type": "A", "TTL": ttl}]}
    made = cloud_map.create_service(Name=name, NamespaceId=namespace["Id"], DnsConfig=dns)["Service"]
    serves = {"portName": "http", "discoveryName": name, "clientAliases": [{"port": 80}]}
    clients["ecs"].create_service(
        cluster="lab", serviceName=name, taskDefinition="web", desiredCount=0, launchType="FARGATE",
        networkConfiguration=network, serviceRegistries=[{"registryArn": made["Arn"]}],
        serviceConnectConfiguration={"enabled": True, "services": [serves]},
    )  # fmt: skip
    return str(made["Id"])


def _coming_and_leaving(place: Any, services: int) -> Callable[[], float]:
    clients = {name: client(place, name) for name in ("ecs", "ec2", "servicediscovery")}
    network = _prepared(place, clients)
    names = [f"web-{number}" for number in range(services)]
    registries = [_service(clients, name, network, ttl=60) for name in names]

    def scaled(count: int) -> float:
        began = time.perf_counter()
        for name in names:
            clients["ecs"].update_service(cluster="lab", service=name, desiredCount=count)
        _pass(place, WAIT)
        took = time.perf_counter() - began
        for registry in registries:
            listed = clients["servicediscovery"].list_instances(ServiceId=registry)["Instances"]
            if len(listed) != count:
                raise RuntimeError(f"{len(listed)} instances are registered, and {count} tasks wanted")
        return took

    return lambda: scaled(TASKS) + scaled(0)


def _pass(place: Any, seconds: float) -> None:
    """Let time pass; one call works off a bounded number of events."""
    while seconds > 0.01:
        seconds -= place.control("advance", seconds=seconds)["moved"]


def _fetching(host: Any, name: str) -> Callable[[], float]:
    request = HttpRequest("GET", "/", "", {"host": name}, b"")

    def measured() -> float:
        began = time.perf_counter()
        for _ in range(TIMES):
            if host.fetch(name, 80, request).status != 200:
                raise RuntimeError(f"{name} does not serve")
        return (time.perf_counter() - began) / TIMES

    return measured
