"""The public registries, read only, as far as the catalogue reaches: `/v2/public.ecr.aws/nginx/nginx/…`."""

from typing import Final

from ecslab.sandbox.bridge.images import catalogue
from ecslab.sandbox.server._registry_reply import Refused, Reply, Request, content, tag_list

HOSTS: Final = tuple(sorted({name.partition("/")[0] for one in catalogue.CATALOGUE for name in one.names}))


def answer(request: Request) -> Reply:
    """Answer a request whose name begins with one of `HOSTS`.

    Raises:
        Refused: not there, or an attempt to change something.
    """
    if request.method not in ("GET", "HEAD"):
        raise Refused(
            405,
            "UNSUPPORTED",
            f"{request.name} is a public image of the sandbox's catalogue: it is read only",
        )
    repository = catalogue.repository(request.name)
    if repository is None:
        raise Refused(404, "NAME_UNKNOWN", f"the sandbox's catalogue has no public image {request.name}")
    if request.kind == "tags":
        return tag_list(request, list(repository.tags))
    if request.kind == "manifests":
        found = repository.manifest(request.rest)
        if found is None:
            raise Refused(404, "MANIFEST_UNKNOWN", "Requested image not found")
        digest, media_type, body = found
        return content(request, media_type, digest, body)
    blob = repository.blobs.get(request.rest)
    if blob is None:
        raise Refused(404, "BLOB_UNKNOWN", f"{request.name} has no layer {request.rest}")
    return content(request, "application/octet-stream", request.rest, blob)
