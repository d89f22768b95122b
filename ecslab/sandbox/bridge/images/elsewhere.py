"""Whether a public image that the sandbox does not carry may well exist in the world.

The sandbox asks nobody, so of most names it cannot know. It does know the official images of Docker Hub,
which versions its own images have, and what a slip of the pen is: those that are in none fail as on AWS.
"""

import re
from typing import Final

from ecslab.sandbox.bridge.images import catalogue
from ecslab.sandbox.world.image_names import DOCKER_HUB, ImageName
from ecslab.sandbox.world.texts import tables

_TABLES: Final = tables(__file__)
OFFICIAL: Final = frozenset(_TABLES["official"].split())
_NAMESPACES: Final = (f"{DOCKER_HUB}/library/", "public.ecr.aws/docker/library/")
"""Where Docker Hub's official images are, and nothing else."""
_PATH: Final = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*")
_VARIANTS: Final = rf"(?:{'|'.join(_TABLES['variants'].split())})[\w.-]*"
_VARIANT: Final = re.compile(_VARIANTS)
_VERSION: Final = re.compile(rf"v?(\d+)(?:\.(\d+))?(?:\.\d+)*(?:-{_VARIANTS})?")


def may_have(name: ImageName) -> bool:
    """Whether a registry may have such a repository, though the sandbox carries none."""
    if not _PATH.fullmatch(name.repository) or "." not in name.registry:
        return False
    for namespace in _NAMESPACES:
        if name.uri.startswith(namespace):
            return name.uri.removeprefix(namespace) in OFFICIAL
    return not any(_is_slip(name.uri, known) for image in catalogue.CATALOGUE for known in image.names)


def may_have_tag(name: ImageName) -> bool:
    """Whether an image that the sandbox carries may have this tag, or this digest, in its real registry."""
    if ":" in name.reference or _VARIANT.fullmatch(name.reference):
        return True
    version = _VERSION.fullmatch(name.reference)
    newest = catalogue.newest(name.uri)
    if version is None or newest is None:
        return False
    return (1, 0) <= (int(version[1]), int(version[2] or 0)) <= newest


def _is_slip(written: str, meant: str) -> bool:
    """Whether one letter is wrong, missing or too many, or two have changed places."""
    if abs(len(written) - len(meant)) > 1 or written == meant:
        return False
    start = next((at for at, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b), len(meant))
    left, right = written[start:], meant[start:]
    swapped = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]
