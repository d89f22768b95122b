"""EC2 instances as machines: their types, their images, and where they are found.

The images with the container agent are those whose ids the public parameters
`/aws/service/ecs/optimized-ami/…` have.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.instances import Instance as MotoInstance
from moto.utilities.utils import load_resource

from ecslab.sandbox.bridge.account import current_account

_IMAGES: Final = "ssm/resources/ecs/optimized_amis/{region}.json"
_TYPES: Final = "ec2/resources/instance_types.json"


@dataclass(frozen=True, slots=True)
class AgentImage:
    """A machine image with the agent on it: what its parameter says."""

    image_id: str
    agent_version: str
    docker_version: str
    architecture: str


@dataclass(frozen=True, slots=True)
class Type:
    """An instance type: vCPUs, memory in MiB, and how many network interfaces an instance may have."""

    name: str
    cpus: int
    memory: int
    interfaces: int


def find(region: str, ec2_id: str) -> MotoInstance | None:
    """The instance with this id, unless it is terminated."""
    try:
        instance = backend(region).get_instance(ec2_id)
    except EC2ClientError:
        return None
    return None if instance.state == "terminated" else instance


def backend(region: str) -> EC2Backend:
    """EC2 in a Region."""
    return ec2_backends[current_account().id][region]


def agent_image(region: str, image_id: str) -> AgentImage | None:
    """The image of this id, if it has the agent."""
    return _images(region).get(image_id)


def is_image(region: str, image_id: str) -> bool:
    """Whether there is a machine image of this id: with the agent, or another."""
    return image_id in _images(region) or bool(
        backend(region).describe_images(filters={"image-id": image_id})
    )


def known_type(name: str) -> Type | None:
    """The type of this name; None for one that AWS does not have."""
    return _types().get(name)


@cache
def _images(region: str) -> dict[str, AgentImage]:
    try:
        tree = load_resource(_IMAGES.format(region=region))
    except FileNotFoundError:
        return {}
    return {row["image_id"]: _image(row) for row in _rows(tree) if "ecs_agent_version" in row}


def _image(row: dict[str, Any]) -> AgentImage:
    name = str(row["image_name"])
    docker = str(row.get("ecs_runtime_version", "")).removeprefix("Docker version ")
    return AgentImage(
        str(row["image_id"]), str(row["ecs_agent_version"]), f"DockerVersion: {docker}",
        "arm64" if "arm64" in name else "x86_64",
    )  # fmt: skip


def _rows(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    value = tree.get("Value")
    if isinstance(value, dict) and "image_id" in value:
        yield value
    for branch in tree.values():
        if isinstance(branch, dict):
            yield from _rows(branch)


@cache
def _types() -> dict[str, Type]:
    return {name: _type(name, row) for name, row in load_resource(_TYPES).items()}


def _type(name: str, row: dict[str, Any]) -> Type:
    return Type(
        name, int(row["VCpuInfo"]["DefaultVCpus"]), int(row["MemoryInfo"]["SizeInMiB"]),
        int(row["NetworkInfo"]["MaximumNetworkInterfaces"]),
    )  # fmt: skip
