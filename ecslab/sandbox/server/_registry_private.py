"""A private ECR registry as docker speaks to it: manifests, layers and uploads of one account and Region."""

import re
from collections.abc import Callable
from typing import Final

from moto.core.exceptions import ServiceException

from ecslab.sandbox.bridge.ecr import errors
from ecslab.sandbox.bridge.ecr.backend import EcrBackend, Upload
from ecslab.sandbox.bridge.ecr.blobs import DIGEST, digest_of
from ecslab.sandbox.bridge.ecr.image import StoredImage
from ecslab.sandbox.bridge.ecr.lookup import find
from ecslab.sandbox.server._registry_reply import API, Refused, Reply, Request, content, tag_list

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
    """Answers for one repository.

    Args:
        backend: the registry.
        name: of the repository.
    """

    def __init__(self, backend: EcrBackend, name: str):
        self._backend, self._name = backend, name

    def answer(self, request: Request) -> Reply:
        """Answer a request that may be made.

        Raises:
            Refused: with ECR's own sentence where it has one.
        """
        verbs: dict[tuple[str, str], Callable[[Request], Reply]] = {
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
        verb = verbs.get((request.method, request.kind))
        if verb is None:
            raise Refused(405, "UNSUPPORTED", "The operation is unsupported.")
        try:
            self._repository = self._backend.repository(self._name)
            return verb(request)
        except ServiceException as error:
            status, code = _CODES.get(error.code, (400, "UNSUPPORTED"))
            raise Refused(status, code, error.message) from None

    # Images -------------------------------------------------------------------------------------------------

    def _manifest(self, request: Request) -> Reply:
        image = self._image(request.rest)
        media_type = str(image.image_manifest_media_type)
        return content(request, media_type, image.image_digest, image.image_manifest.encode())

    def _put_manifest(self, request: Request) -> Reply:
        tag = None if ":" in request.rest else request.rest
        try:
            text = request.body.decode()
        except UnicodeDecodeError:
            raise Refused(400, "MANIFEST_INVALID", "the manifest is not UTF-8") from None
        digest = digest_of(request.body)
        if tag is None and digest != request.rest:
            raise Refused(400, "DIGEST_INVALID", f"the manifest's digest is {digest}")
        try:
            self._backend.put_image(
                self._name, text, tag, request.headers.get("content-type", "").partition(";")[0] or None
            )
        except ServiceException as error:
            if error.code != "ImageAlreadyExistsException":  # docker pushes again what is there
                raise
        return _made(request, f"manifests/{request.rest}", digest)

    def _delete_manifest(self, request: Request) -> Reply:
        wanted = {"imageDigest" if ":" in request.rest else "imageTag": request.rest}
        failures = self._backend.batch_delete_image(self._name, image_ids=[wanted])["failures"]
        if failures and failures[0]["failureCode"] == "ImageNotFound":
            raise Refused(404, "MANIFEST_UNKNOWN", failures[0]["failureReason"])
        if failures:
            raise Refused(403, "DENIED", failures[0]["failureReason"])
        return 202, dict(API), b""

    def _tags(self, request: Request) -> Reply:
        return tag_list(request, [tag for image in self._repository.images for tag in image.image_tags])

    def _image(self, reference: str) -> StoredImage:
        wanted = {"digest": reference} if ":" in reference else {"tag": reference}
        image = find(self._repository, **wanted)
        if image is None:
            raise Refused(404, "MANIFEST_UNKNOWN", "Requested image not found")
        return image

    # Layers -------------------------------------------------------------------------------------------------

    def _blob(self, request: Request) -> Reply:
        digest = request.rest
        if not DIGEST.fullmatch(digest):
            raise Refused(400, "DIGEST_INVALID", f"{digest} is not a SHA-256 digest")
        blob = self._backend.blobs.get(digest) if digest in self._repository.layers else None
        if blob is None:
            raise Refused(404, "BLOB_UNKNOWN", f"The layer with digest '{digest}' does not exist")
        return content(request, "application/octet-stream", digest, blob)

    def _begin(self, request: Request) -> Reply:
        mount, source = request.query.get("mount"), request.query.get("from")
        if mount and source and self._backend.mount(self._repository, mount, source):
            return _made(request, f"blobs/{mount}", mount)
        upload = self._backend.begin(self._repository)
        if "digest" in request.query:
            return self._complete(upload, request)
        return _accepted(request, upload)

    def _append(self, request: Request) -> Reply:
        upload = self._upload(request)
        span = _SPAN.fullmatch(request.headers.get("content-range", ""))
        if span and (
            int(span[1]) != len(upload.data) or int(span[2]) - int(span[1]) + 1 != len(request.body)
        ):
            raise Refused(
                416, "BLOB_UPLOAD_INVALID", "the chunk does not begin where the last one ended",
                _progress(request, upload),
            )  # fmt: skip
        upload.add(request.body)
        return _accepted(request, upload)

    def _where(self, request: Request) -> Reply:
        return 204, {**API, **_progress(request, self._upload(request))}, b""

    def _finish(self, request: Request) -> Reply:
        return self._complete(self._upload(request), request)

    def _cancel(self, request: Request) -> Reply:
        del self._repository.uploads[self._upload(request).upload_id]
        return 204, dict(API), b""

    def _upload(self, request: Request) -> Upload:
        return self._backend.upload(self._repository, request.rest)

    def _complete(self, upload: Upload, request: Request) -> Reply:
        digest = request.query.get("digest", "")
        if not DIGEST.fullmatch(digest):
            raise Refused(400, "DIGEST_INVALID", "the request names no SHA-256 digest")
        if digest_of(bytes(upload.data) + request.body) != digest:
            raise errors.digest_differs()  # before the body is added: a refusal changes nothing
        upload.add(request.body)
        self._backend.finish(self._repository, upload, [digest])
        return _made(request, f"blobs/{digest}", digest)


def _accepted(request: Request, upload: Upload) -> Reply:
    return 202, {**API, **_progress(request, upload)}, b""


def _progress(request: Request, upload: Upload) -> dict[str, str]:
    return {
        "Location": f"/v2/{request.name}/blobs/uploads/{upload.upload_id}",
        "Range": f"0-{max(0, len(upload.data) - 1)}",
        "Docker-Upload-UUID": upload.upload_id,
    }


def _made(request: Request, path: str, digest: str) -> Reply:
    where = {"Location": f"/v2/{request.name}/{path}", "Docker-Content-Digest": digest}
    return 201, {**API, **where}, b""
