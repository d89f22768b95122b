"""The public registries, read only, as far as the catalogue reaches: `/v2/public.ecr.aws/nginx/nginx/…`."""

from typing import Final

from ecslab.sandbox.bridge.images import catalogue
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.registry.reply import Refused, content, tag_list
from ecslab.sandbox.registry.route import Route

HOSTS: Final = tuple(
    sorted({name.partition("/")[0] for image in catalogue.CATALOGUE for name in image.names})
)


def answer(request: HttpRequest, route: Route) -> HttpResponse:
    """Answer a request whose name begins with one of `HOSTS`.

    Raises:
        Refused: not there, or an attempt to change something.
    """
    if request.method not in ("GET", "HEAD"):
        text = f"{route.name} is a public image of the sandbox's catalogue: it is read only"
        raise Refused(405, "UNSUPPORTED", text)
    repository = catalogue.repository(route.name)
    if repository is None:
        raise Refused(404, "NAME_UNKNOWN", f"the sandbox's catalogue has no public image {route.name}")
    if route.kind == "tags":
        return tag_list(route, list(repository.tags))
    if route.kind == "manifests":
        manifest = repository.manifest(route.reference)
        if manifest is None:
            raise Refused(404, "MANIFEST_UNKNOWN", "Requested image not found")
        digest, media_type, body = manifest
        return content(request, media_type, digest, body)
    blob = repository.blobs.get(route.reference)
    if blob is None:
        raise Refused(404, "BLOB_UNKNOWN", f"{route.name} has no layer {route.reference}")
    return content(request, "application/octet-stream", route.reference, blob)
