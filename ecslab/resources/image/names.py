"""Names of images: `registry/repository:tag`, completed as docker completes them."""

import re
from dataclasses import dataclass
from typing import Final

from ecslab.errors import BadName

DOCKER_HUB: Final = "docker.io"
_ECR: Final = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_WORD: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME: Final = re.compile(
    rf"(?P<repository>{_WORD}(?:/{_WORD})*)(?::(?P<tag>\w[\w.-]{{0,127}}))?(?:@(?P<digest>sha256:[a-f0-9]{{64}}))?",
    re.ASCII,
)


@dataclass(frozen=True)
class ImageName:
    """`reference` is a tag, or a digest (`sha256:…`)."""

    registry: str
    repository: str
    reference: str

    def __str__(self) -> str:
        mark = "@" if ":" in self.reference else ":"
        return f"{self.registry}/{self.repository}{mark}{self.reference}"

    @property
    def in_ecr(self) -> bool:
        """Whether it is in a private ECR registry."""
        return _ECR.fullmatch(self.registry) is not None


def parse(name: str) -> ImageName:
    """`httpd` is `docker.io/library/httpd:latest`.

    Raises:
        BadName: no registry would take it.
    """
    first, slash, rest = name.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        first, rest = DOCKER_HUB, name if slash else f"library/{name}"
    match = _NAME.fullmatch(rest)
    if match is None:
        raise BadName(
            f"{name!r} is no name of an image.\n"
            "  expected: REGISTRY/REPOSITORY:TAG, in lower case but for the tag\n"
            "  next:     for example public.ecr.aws/docker/library/httpd:2.4"
        )
    return ImageName(first, match["repository"], match["digest"] or match["tag"] or "latest")
