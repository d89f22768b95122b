"""Two services of one team: the application asks the helper for a page over and over, and logs the answer."""

import re
from typing import TYPE_CHECKING, Final

from ecslab.fault_lab.engine import goals
from ecslab.fault_lab.engine.application import Application
from ecslab.fault_lab.engine.builder import Builder
from ecslab.resources.network import rules
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import SecurityGroupTypeDef
    from mypy_boto3_ecs.type_defs import (
        AwsVpcConfigurationTypeDef,
        ServiceConnectClientAliasTypeDef,
        ServiceTypeDef,
    )

IMAGE: Final = "public.ecr.aws/docker/library/busybox:latest"
PORT_NAME: Final = "prices"
PAGE: Final = "Open as usual."
"""What stands on the page of every application."""
_ASKS: Final = "while true; do wget -O - -T 5 {url}; sleep 20; done"
_URL: Final = re.compile(r"http://([^/:\s]+)(?::(\d+))?/")


def client(builder: Builder, url: str, network: "AwsVpcConfigurationTypeDef", **more: object) -> None:
    """The application: a task that asks for the URL every 20 seconds."""
    command = ["sh", "-c", _ASKS.format(url=url)]
    definition = builder.task_definition(image=IMAGE, command=command, portMappings=[])
    builder.service(builder.register(definition), network, **more)  # type: ignore[arg-type]


def server(builder: Builder, group: str, **more: object) -> None:
    """The helper: a service with a page on port 80, whose port is named, in a group of its own."""
    named = [{"containerPort": 80, "name": PORT_NAME, "protocol": "tcp"}]
    definition = builder.task_definition(portMappings=named) | {"family": builder.names.helper}  # type: ignore[arg-type]
    network = builder.public(group)
    builder.service(builder.register(definition), network, name=builder.names.helper, **more)  # type: ignore[arg-type]


def open_group(builder: Builder) -> "tuple[str, AwsVpcConfigurationTypeDef]":
    """The helper's group, which lets the application in at port 80, and the application's network."""
    group, network = builder.group(builder.names.helper), builder.public()
    builder.admit(group, 80, network["securityGroups"][0])
    return group, network


def join_namespace(builder: Builder) -> None:
    """Give the cluster a namespace, in which services of Service Connect are unless they name another."""
    names = builder.names
    builder.lab.ecs.update_cluster(
        cluster=names.cluster, serviceConnectDefaults={"namespace": f"{names.app}-team"}
    )
    builder.pass_time(30)


def private_name(builder: Builder, ttl: int) -> tuple[str, str]:
    """A name in a private namespace, for tasks to be registered under: it, and the ARN of its registry.

    Args:
        ttl: seconds for which resolvers may keep an answer.
    """
    cloud_map, zone = builder.lab.client("servicediscovery"), f"{builder.names.app}.internal"
    cloud_map.create_private_dns_namespace(Name=zone, Vpc=builder.vpc)
    builder.pass_time(60)
    (namespace,) = [each for each in cloud_map.list_namespaces()["Namespaces"] if each["Name"] == zone]
    made = cloud_map.create_service(
        Name=PORT_NAME,
        NamespaceId=namespace["Id"],
        DnsConfig={"DnsRecords": [{"Type": "A", "TTL": ttl}]},
    )["Service"]
    return f"{PORT_NAME}.{zone}", made["Arn"]


def answered(app: Application) -> str:
    """The application runs, and what it was answered last is the helper's page; else what is lacking."""
    lacking = goals.worker(app)
    if lacking:
        return lacking
    lines = app.log(1)
    if lines and PAGE in lines[-1]:
        return ""
    return f"The service runs, but the last line in its log is: {lines[-1] if lines else '(none)'}"


def url(app: Application) -> str:
    """What the application asks for; "" if its command names no URL."""
    match = _URL.search(" ".join(app.web.get("command", [])))
    return match[0] if match else ""


def host_and_port(app: Application) -> tuple[str, int]:
    """Whom the application asks, and at which port."""
    match = _URL.search(url(app))
    return (match[1], int(match[2] or 80)) if match else ("", 0)


def asks_an_address(app: Application) -> bool:
    """Whether the application asks by an IP address, and no longer by a name."""
    return re.fullmatch(r"[\d.]+", host_and_port(app)[0]) is not None


def helper(app: Application) -> "ServiceTypeDef | None":
    """The other service; None if it is not there."""
    return service_reader.find(app.lab, app.names.helper, app.names.cluster)


def helper_starts(app: Application) -> int:
    """How many times the helper has started tasks."""
    asked = helper(app)
    return sum("has started" in event["message"] for event in asked["events"]) if asked else 0


def helper_groups(app: Application) -> "list[SecurityGroupTypeDef]":
    """The helper's security groups."""
    asked = helper(app)
    ids = service_reader.network_of(asked).get("securityGroups", []) if asked else []
    return list(app.lab.ec2.describe_security_groups(GroupIds=ids)["SecurityGroups"]) if ids else []


def let_in(app: Application) -> list[str]:
    """From where the helper's groups let port 80 in."""
    return [source for group in helper_groups(app) for source in rules.admitted(group, 80)]


def alias(app: Application) -> "ServiceConnectClientAliasTypeDef | None":
    """The alias of Service Connect under which the helper can be asked for; None if it has none."""
    asked = helper(app)
    primary = (service_reader.primary(asked) if asked else None) or {}
    served = primary.get("serviceConnectConfiguration", {}).get("services", [])
    return served[0]["clientAliases"][0] if served and served[0].get("clientAliases") else None
