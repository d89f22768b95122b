"""EC2 instances as machines: their types, their images, and where they are found.

The images with the container agent are those whose ids the public parameters
`/aws/service/ecs/optimized-ami/…` have.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.instances import Instance as MotoInstance
from moto.ec2.utils import parse_user_data
from moto.iam.models import iam_backends
from moto.utilities.utils import load_resource

from ecslab.aws_api import instance_prices
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.world.managed_instances.instance_type import InstanceType

_IMAGES: Final = "ssm/resources/ecs/optimized_amis/{region}.json"
_TYPES: Final = "ec2/resources/instance_types.json"
_LARGE: Final = 2
"""vCPUs of a `large`, where it is not the smallest of its family."""
_ACCELERATORS: Final = ("Gpu", "Fpga", "InferenceAccelerator", "Neuron", "MediaAccelerator")


@dataclass(frozen=True, slots=True)
class AgentImage:
    """A machine image with the agent on it: what its parameter says."""

    image_id: str
    agent_version: str
    docker_version: str
    architecture: str


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


def run(
    region: str,
    image: str,
    kind: str,
    subnet: str,
    groups: Sequence[str],
    tags: Mapping[str, str],
    *,
    profile: str | None = None,
    user_data: str | None = None,
    key: str | None = None,
    public: bool | None = None,
) -> MotoInstance:
    """Launch an instance for somebody who is not the learner: a group, or a capacity provider.

    Args:
        kind: its type.
        profile: ARN of its instance profile.
        user_data: in base64.
        public: whether it gets a public address; None: as its subnet says.

    Raises:
        EC2ClientError: EC2 refuses it.
    """
    reservation = backend(region).run_instances(
        image, 1, parse_user_data(user_data), [], instance_type=kind, is_instance_type_default=False,
        region_name=region, subnet_id=subnet, key_name=key, placement=None, security_group_ids=list(groups),
        associate_public_ip=public, tags={"instance": dict(tags)}, nics=[], metadata_options={},
        monitoring_state="disabled",
    )  # fmt: skip
    instance: MotoInstance = reservation.instances[0]
    if profile:
        backend(region).associate_iam_instance_profile(instance.id, iam_instance_profile_arn=profile)
    return instance


def role_in(profile: str) -> str | None:
    """ARN of the role in an instance profile of this ARN; None without one, or without the profile."""
    profiles = iam_backends[current_account().id]["aws"].instance_profiles.values()
    roles = next((each.roles for each in profiles if each.arn == profile), ())
    return next((str(role.arn) for role in roles), None)


def agent_image(region: str, image_id: str) -> AgentImage | None:
    """The image of this id, if it has the agent."""
    return _images(region).get(image_id)


def is_image(region: str, image_id: str) -> bool:
    """Whether there is a machine image of this id: with the agent, or another."""
    return image_id in _images(region) or bool(
        backend(region).describe_images(filters={"image-id": image_id})
    )


def architecture_of(region: str, image_id: str) -> str:
    """`x86_64`, `arm64`, … of an image; empty for one that is not there."""
    known = agent_image(region, image_id)
    if known:
        return known.architecture
    images = backend(region).describe_images(filters={"image-id": image_id})
    return str(images[0].architecture) if images else ""


def known_type(name: str) -> InstanceType | None:
    """The type of this name; None for one that AWS does not have."""
    return instance_types().get(name)


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
def instance_types() -> dict[str, InstanceType]:
    """Every type, by name; one that runs no Linux has no architecture."""
    return {name: _type(name, row) for name, row in load_resource(_TYPES).items()}


def _architecture(row: dict[str, Any]) -> str:
    supported = row["ProcessorInfo"]["SupportedArchitectures"]
    return next((each for each in ("x86_64", "arm64") if each in supported), "")


def _type(name: str, row: dict[str, Any]) -> InstanceType:
    storage, network = row.get("InstanceStorageInfo") or {}, row["NetworkInfo"]
    optimized = row.get("EbsInfo", {}).get("EbsOptimizedInfo") or {}
    large = instance_prices.large(name.partition(".")[0])
    makers = {"Intel": "intel", "AMD": "amd", "AWS": "amazon-web-services"}
    return InstanceType(
        name, int(row["VCpuInfo"]["DefaultVCpus"]), int(row["MemoryInfo"]["SizeInMiB"]), _architecture(row),
        makers.get(row["ProcessorInfo"].get("Manufacturer", ""), ""),
        int(network["MaximumNetworkInterfaces"]), bool(row["CurrentGeneration"]), bool(row["BareMetal"]),
        bool(row["BurstablePerformanceSupported"]), bool(row["HibernationSupported"]),
        float(storage.get("TotalSizeInGB", 0)),
        frozenset(disk["Type"] for disk in storage.get("Disks", ())),
        int(optimized.get("BaselineBandwidthInMbps", 0)),
        sum(card.get("BaselineBandwidthInGbps", 0.0) for card in network.get("NetworkCards", ())),
        any(row.get(f"{kind}Info") for kind in _ACCELERATORS),
        instance_prices.hour(name), None if large is None else large / _LARGE,
    )  # fmt: skip
