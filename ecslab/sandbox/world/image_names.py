"""Names of images, as the container engine completes them: registry, repository, and tag or digest."""

import re
from dataclasses import dataclass
from typing import Final

DOCKER_HUB: Final = "docker.io"
_ECR: Final = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")


@dataclass(frozen=True)
class ImageName:
    """`registry` is a host; `reference` is a tag, or a digest (`sha256:…`)."""

    registry: str
    repository: str
    reference: str

    @property
    def uri(self) -> str:
        """Without tag or digest."""
        return f"{self.registry}/{self.repository}"

    @property
    def canonical(self) -> str:
        return f"{self.uri}{'@' if ':' in self.reference else ':'}{self.reference}"

    @property
    def ecr(self) -> tuple[str, str] | None:
        """Account and region of a private ECR registry; None for every other."""
        match = _ECR.fullmatch(self.registry)
        return (match["account"], match["region"]) if match else None


def parse(name: str) -> ImageName:
    """Complete a name: `httpd` is `docker.io/library/httpd:latest`."""
    first, slash, rest = name.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        first, rest = DOCKER_HUB, name if slash else f"library/{name}"
    rest, _, digest = rest.partition("@")
    repository, _, tag = rest.partition(":")
    return ImageName(first, repository, digest or tag or "latest")
