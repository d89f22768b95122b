"""A private ECR registry as docker speaks to it: manifests, layers and uploads of one account and Region."""

import re
from collections.abc import Callable
from typing import Final

from moto.core.exceptions import ServiceException

from ecslab.sandbox.bridge.ecr.backend import EcrBackend
from ecslab.sandbox.bridge.ecr.blobs import DIGEST, digest_of
from ecslab.sandbox.bridge.ecr.errors import refusal
from ecslab.sandbox.bridge.ecr.image import StoredImage
from ecslab.sandbox.bridge.ecr.layers import Upload
from ecslab.sandbox.bridge.ecr.lookup import find
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.registry.reply import API, Refused, content, tag_list
from ecslab.sandbox.registry.route import Route

_SPAN: Final = re.compile(r"(?:bytes )?(\d+)-(\d+)(?:/.*)?")
_CODES: Final = {
    "RepositoryNotFoundException": (404, "NAME_UNKNOWN"),
    "UploadNotFoundException": (404, "BLOB_UPLOAD_UNKNOWN"),
    "InvalidLayerException": (400, "DIGEST_INVALID"),
    "ImageDigestDoesNotMatchException": (400, "DIGEST_INVALID"),
    "ImageTagAlreadyExistsException": (400, "TAG_INVALID"),
    "LayersNotFoundException": (400, "MANIFEST_BLOB_UNKNOWN"),
    "ReferencedImagesNotFoundException": (404, "MANIFEST_UNKNOWN"),
    "InvalidParameterException": (400, "MANIFEST_INVALID"),
    "LimitExceededException": (413, "SIZE_INVALID"),
}


class PrivateRegistry:
    """Answers one request for one repository.

    Args:
        backend: the registry.
        name: of the repository.
        route: where the request leads.
    """

    def __init__(self, backend: EcrBackend, name: str, route: Route, request: HttpRequest):
        self._backend, self._name, self._route, self._request = backend, name, route, request

    def answer(self) -> HttpResponse:
        """Answer it.

        Raises:
            Refused: with ECR's own sentence where it has one.
        """
        verbs: dict[tuple[str, str], Callable[[], HttpResponse]] = {
            ("GET", "manifests"): self._manifest,
            ("HEAD", "manifests"): self._manifest,
            ("PUT", "manifests"): self._put_manifest,
            ("DELETE", "manifests"): self._delete_manifest,
            ("GET", "blobs"): self._blob,
            ("HEAD", "blobs"): self._blob,
            ("POST", "uploads"): self._begin,
            ("GET", "uploads"): self._where,
            ("PATCH", "uploads"): self._append,
            ("PUT", "uploads"): self._finish,
            ("DELETE", "uploads"): self._cancel,
            ("GET", "tags"): self._tags,
        }
        verb = verbs.get((self._request.method, self._route.kind))
        if verb is None:
            raise Refused(405, "UNSUPPORTED", "The operation is unsupported.")
        try:
            self._repository = self._backend.repository(self._name)
            return verb()
        except ServiceException as error:
            status, code = _CODES.get(error.code, (400, "UNSUPPORTED"))
            raise Refused(status, code, error.message) from None

    # Images -------------------------------------------------------------------------------------------------

    def _manifest(self) -> HttpResponse:
        image = self._image(self._route.reference)
        media_type = str(image.image_manifest_media_type)
        return content(self._request, media_type, image.image_digest, image.image_manifest.encode())

    def _put_manifest(self) -> HttpResponse:
        tag = None if ":" in self._route.reference else self._route.reference
        try:
            text = self._request.body.decode()
        except UnicodeDecodeError:
            raise Refused(400, "MANIFEST_INVALID", "the manifest is not UTF-8") from None
        digest = digest_of(self._request.body)
        if tag is None and digest != self._route.reference:
            raise Refused(400, "DIGEST_INVALID", f"the manifest's digest is {digest}")
        try:
            self._backend.put_image(
                self._name, text, tag, self._request.headers.get("content-type", "").partition(";")[0] or None
            )
        except ServiceException as error:
            if error.code != "ImageAlreadyExistsException":  # docker pushes again what is there
                raise
        return _made(self._route, f"manifests/{self._route.reference}", digest)

    def _delete_manifest(self) -> HttpResponse:
        wanted = {"imageDigest" if ":" in self._route.reference else "imageTag": self._route.reference}
        failures = self._backend.batch_delete_image(self._name, image_ids=[wanted])["failures"]
        if failures and failures[0]["failureCode"] == "ImageNotFound":
            raise Refused(404, "MANIFEST_UNKNOWN", failures[0]["failureReason"])
        if failures:
            raise Refused(403, "DENIED", failures[0]["failureReason"])
        return HttpResponse(202, dict(API))

    def _tags(self) -> HttpResponse:
        return tag_list(self._route, [tag for image in self._repository.images for tag in image.image_tags])

    def _image(self, reference: str) -> StoredImage:
        wanted = {"digest": reference} if ":" in reference else {"tag": reference}
        image = find(self._repository, **wanted)
        if image is None:
            raise Refused(404, "MANIFEST_UNKNOWN", "Requested image not found")
        return image

    # Layers -------------------------------------------------------------------------------------------------

    def _blob(self) -> HttpResponse:
        digest = self._route.reference
        if not DIGEST.fullmatch(digest):
            raise Refused(400, "DIGEST_INVALID", f"{digest} is not a SHA-256 digest")
        blob = self._backend.blobs.get(digest) if digest in self._repository.layers else None
        if blob is None:
            raise Refused(404, "BLOB_UNKNOWN", f"The layer with digest '{digest}' does not exist")
        return content(self._request, "application/octet-stream", digest, blob)

    def _begin(self) -> HttpResponse:
        mount, source = self._route.query.get("mount"), self._route.query.get("from")
        layers, repositories = self._backend.layers, self._backend.repositories
        if mount and source and layers.mount(self._repository, mount, repositories.get(source)):
            return _made(self._route, f"blobs/{mount}", mount)
        upload = layers.begin(self._repository)
        if "digest" in self._route.query:
            return self._complete(upload)
        return _accepted(self._route, upload)

    def _append(self) -> HttpResponse:
        upload = self._upload()
        span = _SPAN.fullmatch(self._request.headers.get("content-range", ""))
        if span and (
            int(span[1]) != len(upload.data) or int(span[2]) - int(span[1]) + 1 != len(self._request.body)
        ):
            raise Refused(
                416, "BLOB_UPLOAD_INVALID", "the chunk does not begin where the last one ended",
                _progress(self._route, upload),
            )  # fmt: skip
        upload.add(self._request.body)
        return _accepted(self._route, upload)

    def _where(self) -> HttpResponse:
        return HttpResponse(204, {**API, **_progress(self._route, self._upload())})

    def _finish(self) -> HttpResponse:
        return self._complete(self._upload())

    def _cancel(self) -> HttpResponse:
        del self._repository.uploads[self._upload().upload_id]
        return HttpResponse(204, dict(API))

    def _upload(self) -> Upload:
        return self._backend.layers.upload(self._repository, self._route.reference)

    def _complete(self, upload: Upload) -> HttpResponse:
        digest = self._route.query.get("digest", "")
        if not DIGEST.fullmatch(digest):
            raise Refused(400, "DIGEST_INVALID", "the request names no SHA-256 digest")
        if digest_of(upload.data, self._request.body) != digest:
            raise refusal("digest_differs")  # before the body is added: a refusal changes nothing
        upload.add(self._request.body)
        self._backend.layers.finish(self._repository, upload, [digest])
        return _made(self._route, f"blobs/{digest}", digest)


def _accepted(route: Route, upload: Upload) -> HttpResponse:
    return HttpResponse(202, {**API, **_progress(route, upload)})


def _progress(route: Route, upload: Upload) -> dict[str, str]:
    return {
        "Location": f"/v2/{route.name}/blobs/uploads/{upload.upload_id}",
        "Range": f"0-{max(0, len(upload.data) - 1)}",
        "Docker-Upload-UUID": upload.upload_id,
    }


def _made(route: Route, path: str, digest: str) -> HttpResponse:
    where = {"Location": f"/v2/{route.name}/{path}", "Docker-Content-Digest": digest}
    return HttpResponse(201, {**API, **where})
