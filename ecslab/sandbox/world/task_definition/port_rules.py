"""The refusals of RegisterTaskDefinition for port mappings: one alone, and those of a task together.

Sentences without a mark: cdk-preflight, aws/aws-cli#7288, aws/amazon-ecs-agent#1220.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef as ContainerDefinition
    from mypy_boto3_ecs.type_defs import PortMappingTypeDef as PortMapping

PORTS: Final = range(1, 65_536)
_RANGE: Final = re.compile(r"(\d{1,5})-(\d{1,5})")


class _Used(NamedTuple):
    """Ports of the task's network that a mapping takes."""

    protocol: str
    ports: range
    is_range: bool


def of_container(container: "ContainerDefinition", network_mode: str | None) -> Iterator[str]:
    """What is wrong with each of a container's mappings."""
    where = f"for container '{container['name']}'"
    for mapping in container.get("portMappings", []):
        port, host, ports = (
            mapping.get("containerPort"), mapping.get("hostPort"), mapping.get("containerPortRange"),
        )  # fmt: skip
        if ports is not None:
            if port is not None or host is not None:
                yield f"Invalid port mapping {where}, cannot specify both single port and port range."
            if not _range(ports):
                yield f"Invalid 'containerPortRange' setting {where}."
            continue
        if port not in PORTS:
            yield f"Invalid 'containerPort' setting {where}."
        if host is not None and host != 0 and host not in PORTS:
            yield f"Invalid 'hostPort' setting {where}."  # U
        if network_mode in ("awsvpc", "host") and host not in (None, port):
            yield (
                f"When networkMode={network_mode}, the host ports and container ports in port mappings must "
                "match."
            )


def of_task(containers: list["ContainerDefinition"], network_mode: str | None) -> Iterator[str]:
    """What the mappings of all containers have twice."""
    mappings = [mapping for container in containers for mapping in container.get("portMappings", [])]
    seen: list[_Used] = []
    for used in (_used(mapping, network_mode) for mapping in mappings):
        for other in seen:
            shared = range(max(used.ports.start, other.ports.start), min(used.ports.stop, other.ports.stop))
            if used.protocol == other.protocol and shared:
                yield _twice(used.protocol.upper(), shared.start, used.is_range or other.is_range)
        seen.append(used)
    names = [mapping["name"] for mapping in mappings if mapping.get("name")]
    if network_mode == "awsvpc" and len(set(names)) < len(names):
        yield "When networkMode=awsvpc, port mapping name is already used"


def _twice(protocol: str, port: int, in_range: bool) -> str:
    if in_range:
        return f"{protocol} container port '{port}' is used multiple times in task when networkMode=awsvpc."
    return f"{protocol} host port '{port}' is mapped multiple times in task."


def _used(mapping: "PortMapping", network_mode: str | None) -> _Used:
    """With bridge, only a host port that is named; ranges get free ones there."""
    shared = network_mode in ("awsvpc", "host")
    protocol = mapping.get("protocol") or "tcp"
    if "containerPortRange" in mapping:
        return _Used(protocol, _range(mapping["containerPortRange"]) if shared else range(0), True)
    port = mapping.get("hostPort") or (mapping.get("containerPort", 0) if shared else 0)
    return _Used(protocol, range(port, port + 1) if port else range(0), False)


def _range(text: str) -> range:
    """The ports of `8080-8090`; none if it is no range, or a reversed one."""
    match = _RANGE.fullmatch(text)
    first, last = (int(match[1]), int(match[2])) if match else (0, 0)
    return range(first, last + 1) if first in PORTS and last in PORTS else range(0)
