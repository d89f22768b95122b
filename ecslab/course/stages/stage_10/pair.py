"""The two services of the lesson, looked at by calls that read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.operations.guestbook.front import APP_BACK, APP_FRONT
from ecslab.resources.network import network_reader, rules
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceConnectConfigurationOutputTypeDef, ServiceTypeDef

PORT = 80


def front(lab: Connection) -> ServiceTypeDef | None:
    """The front's service while it is ACTIVE, or None."""
    return service_reader.find(lab, lab.name(APP_FRONT))


def back(lab: Connection) -> ServiceTypeDef | None:
    """The back's service while it is ACTIVE, or None."""
    return service_reader.find(lab, lab.name(APP_BACK))


def connect_of(service: ServiceTypeDef) -> ServiceConnectConfigurationOutputTypeDef | None:
    """What the newest deployment has of Service Connect; None if it has it not, or off."""
    newest = service_reader.primary(service)
    shown = newest.get("serviceConnectConfiguration") if newest else None
    return shown if shown and shown["enabled"] else None


def admits(lab: Connection, service: ServiceTypeDef, source: str) -> bool:
    """Whether a security group of a service lets a group (its id) in on port 80, or everybody."""
    held = service_reader.network_of(service).get("securityGroups", [])
    groups = network_reader.security_groups(lab, list(held))
    return any({source, rules.ANYWHERE} & {*rules.admitted(group, PORT)} for group in groups)


def closed_to(lab: Connection, service: ServiceTypeDef, caller: ServiceTypeDef) -> bool:
    """Whether no group of the caller is let in."""
    sources = service_reader.network_of(caller).get("securityGroups", [])
    return not any(admits(lab, service, source) for source in sources)
