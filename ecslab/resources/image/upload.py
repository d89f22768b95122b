"""Pushing an image through the ECR API, as docker's push does through the registry.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from ecslab.connection.batches import batches
from ecslab.connection.connection import Connection
from ecslab.connection.missing import error_code, error_message, or_none_if_missing
from ecslab.display.progress_line import Progress
from ecslab.errors import CannotBeDone, EcslabError, NotThere
from ecslab.resources import ecr
from ecslab.resources.image.types import MANIFEST, Image, Layer, Pushed

_AT_ONCE: Final = 100  # digests in one BatchCheckLayerAvailability


class SyntheticImage(EcslabError, ValueError):
    """An image on one of the sandbox's stand-ins was to be sent to a real account."""


class TagTaken(EcslabError, FileExistsError):
    """The tag belongs to another image, and the repository's tags cannot move."""


def push(lab: Connection, image: Image, repository: str | None = None, tag: str = "latest") -> Pushed:
    """Send the image to the account's registry: the layers it does not have yet, then the manifest.

    Pushing the same again sends nothing. A tag that another image has moves to this one.

    Args:
        image: what `build` gave.
        repository: of this account and Region; it must be there. The lesson's unless given.
        tag: 1 to 128 letters, digits, `_`, `.` and `-`.

    Raises:
        SyntheticImage: the image stands on a stand-in of the sandbox, and this is a real account.
        NotThere: there is no such repository.
        TagTaken: its tags are immutable, and another image has this one.
        CannotBeDone: the repository is full.
    """
    if image.synthetic and lab.where == "aws":
        raise SyntheticImage(
            f"the image was built in the sandbox, on its stand-in for {image.base}.\n"
            "  expected: an image built on the real base\n"
            "  next:     build it again: ecslab.image.build(page, lab=lab)"
        )
    name = repository or lab.names.repository
    with Progress(f"{name}:{tag} to be pushed", shown=not lab.stepped) as progress:
        missing = _missing(lab, name, [*image.layers, image.config_blob])
        for count, layer in enumerate(missing, 1):
            _upload(lab, name, layer, _report(progress, count, len(missing), layer.size))
        _put(lab, name, image, tag)
    uploaded = sum(layer is not image.config_blob for layer in missing)
    host = ecr.image_uri(lab).partition("/")[0]
    distinct = len({layer.digest for layer in image.layers})
    return Pushed(f"{host}/{name}:{tag}", image.digest, uploaded, distinct - uploaded)


def _missing(lab: Connection, repository: str, layers: Sequence[Layer]) -> list[Layer]:
    """Those that the repository does not have, each once."""
    missing = {layer.digest: layer for layer in layers}
    for batch in batches(missing, _AT_ONCE):
        response = or_none_if_missing(
            lab.ecr.batch_check_layer_availability, repositoryName=repository, layerDigests=batch
        )
        if response is None:
            raise NotThere(
                f"there is no repository {repository!r} in account {lab.account}, {lab.region}.\n"
                "  next: ecslab.ecr.create_repository(lab) makes the lesson's own; ECR makes none by itself"
            )
        for layer in response["layers"]:
            if layer["layerAvailability"] == "AVAILABLE":
                missing.pop(layer["layerDigest"], None)
    return list(missing.values())


def _upload(lab: Connection, repository: str, layer: Layer, report: Callable[[int], None]) -> None:
    report(0)
    blob = layer.read()
    upload = lab.ecr.initiate_layer_upload(repositoryName=repository)
    for first, part in _parts(blob, upload["partSize"]):
        lab.ecr.upload_layer_part(
            repositoryName=repository,
            uploadId=upload["uploadId"],
            partFirstByte=first,
            partLastByte=first + len(part) - 1,
            layerPartBlob=part,
        )
        report(first + len(part))
    with suppress(lab.ecr.exceptions.LayerAlreadyExistsException):  # another push was a moment quicker
        lab.ecr.complete_layer_upload(
            repositoryName=repository, uploadId=upload["uploadId"], layerDigests=[layer.digest]
        )


def _parts(blob: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    return ((first, blob[first : first + size]) for first in range(0, len(blob), size))


def _put(lab: Connection, repository: str, image: Image, tag: str) -> None:
    try:
        lab.ecr.put_image(
            repositoryName=repository,
            imageTag=tag,
            imageManifest=image.manifest.decode(),
            imageManifestMediaType=MANIFEST,
        )
    except lab.ecr.exceptions.ImageAlreadyExistsException:
        pass  # this very image has this very tag
    except lab.ecr.exceptions.ImageTagAlreadyExistsException as error:
        raise TagTaken(
            f"the tag {tag!r} of {repository} stays with the image that has it.\n"
            f"  ECR said: {error_message(error)}\n"
            "  next:     push under a tag that is still free: push(lab, image, tag='…')"
        ) from None
    except lab.ecr.exceptions.LimitExceededException as error:
        raise CannotBeDone(
            f"{repository} is full.\n  ECR said: {error_message(error)} ({error_code(error)})\n"
            "  next:     delete images that nobody runs, or ask for a higher quota"
        ) from None


def _report(progress: Progress, count: int, of: int, size: int) -> Callable[[int], None]:
    def report(done: int) -> None:
        progress.tick(f"pushing layer {count} of {of}: {done / 1e6:.1f} of {size / 1e6:.1f} MB")

    return report
