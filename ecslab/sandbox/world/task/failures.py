"""Why a task stopped, in the words of ECS on Fargate; `failures.toml` has the sentences and their sources."""

from functools import cache
from typing import Final, NamedTuple

from ecslab.sandbox.world.image_names import DOCKER_HUB, ImageName
from ecslab.sandbox.world.task.surroundings import StartFailed
from ecslab.sandbox.world.texts import Sentences, tables

stopped_reason: Final = Sentences(__file__)


def refused(name: str, **parts: object) -> StartFailed:
    """A definite no from registry, role or service, in the sentence of this name."""
    return StartFailed(stopped_reason(name, **parts))


def unreachable(name: str, **parts: object) -> StartFailed:
    """There is no way to what the task needs, in the sentence of this name."""
    return StartFailed(stopped_reason(name, **parts), "unreachable")


def dial(host: str, source: str, resolver: str | None) -> str:
    """How Go says that a connection failed: nobody answered, or (by `resolver`) nobody knew the name."""
    if resolver is None:
        return stopped_reason("no_answer")
    return stopped_reason("no_name", host=host, source=source, resolver=resolver)


def host_of(image: ImageName) -> str:
    """The host that is asked for an image."""
    return "registry-1.docker.io" if image.registry == DOCKER_HUB else image.registry


def registry_unreachable(image: ImageName, dial: str) -> StartFailed:
    """No way to the registry that has the image."""
    if image.ecr:
        return unreachable("ecr_registry_unreachable", image=image)
    return unreachable("registry_unreachable", image=image, host=host_of(image), dial=dial)


def image_missing(image: ImageName, kind: str, architecture: str, carried: str) -> StartFailed:
    """The registry lacks the `kind` that is named: `repository`, `tag`, or the task's `platform`.

    Args:
        carried: the images that the sandbox has, for one that is `elsewhere`.
    """
    if kind == "elsewhere":
        return refused("not_carried", image=image, carried=carried)
    if kind == "platform":
        processor = "arm64" if architecture == "ARM64" else "amd64"
        return refused("platform_missing", platform=f"linux/{processor}")
    hidden = kind == "repository" and image.registry == DOCKER_HUB
    return refused("repository_hidden" if hidden else "image_missing", image=image)


def interface_refused(subnet_id: str, public: bool, why: str) -> str:
    """EC2 refused to make the interface."""
    name = "public_interface_refused" if public else "interface_refused"
    return stopped_reason(name, subnet_id=subnet_id, why=why)


class PlatformFailure(NamedTuple):
    """What Fargate itself can fail at: in which phase, with which `stoppedReason`, after how many seconds."""

    phase: str
    reason: str
    after: float


@cache
def platform_failures() -> dict[str, PlatformFailure]:
    """By the name that a fault has."""
    return {name: PlatformFailure(**row) for name, row in tables(__file__)["platform"].items()}
