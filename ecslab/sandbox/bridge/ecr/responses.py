"""ECR's answers where they differ from moto's: images, layers, the token, and pages of long lists."""

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from moto.core.responses import ActionResult
from moto.ecr.models import Repository
from moto.ecr.responses import ECRResponse
from moto.ecr.urls import url_bases as url_bases

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.ecr import constraints, tokens
from ecslab.sandbox.bridge.ecr.errors import invalid_parameter, refusal
from ecslab.sandbox.bridge.ecr.image import StoredImage, image_id

PAGE: Final = 100
"""Results on a page unless `maxResults` says otherwise (API_DescribeImages)."""


class EcrResponse(ECRResponse):  # type: ignore[misc]  # moto ships no types
    """One request."""

    def call_action(self) -> object:
        refusal = constraints.broken(self._get_action(), self.body)
        if refusal is None:
            return super().call_action()
        status, headers, body = self.serialized(ActionResult(refusal))
        headers, body = self._enrich_response({**headers, "status": status}, body)
        return status, headers, body

    def _repository(self) -> Repository:
        return self.ecr_backend.repository(self._get_param("repositoryName"), self._get_param("registryId"))

    def _page(self, member: str, rows: Sequence[object]) -> ActionResult:
        """One page of `rows`; the token is the place where the next one begins."""
        token = self._get_param("nextToken")
        if token is not None and not str(token).isdecimal():
            raise invalid_parameter("nextToken", "Invalid token")  # U
        start = int(token or 0)
        end = start + int(self._get_param("maxResults") or PAGE)
        answer: dict[str, object] = {member: list(rows[start:end])}
        if end < len(rows):
            answer["nextToken"] = str(end)
        return ActionResult(answer)

    def describe_repositories(self) -> ActionResult:
        repositories = self.ecr_backend.describe_repositories(
            repository_names=self._get_param("repositoryNames"), registry_id=self._get_param("registryId")
        )
        return self._page("repositories", repositories)

    def put_registry_scanning_configuration(self) -> ActionResult:
        """Both members may be left out (API_PutRegistryScanningConfiguration), which moto does not expect."""
        given = {"scanType": self._get_param("scanType") or "BASIC", "rules": self._get_param("rules") or []}
        self.ecr_backend.put_registry_scanning_configuration(given["scanType"], given["rules"])
        return ActionResult({"registryScanningConfiguration": given})

    def put_image(self) -> ActionResult:
        tag = self._get_param("imageTag")
        image = self.ecr_backend.put_image(
            self._get_param("repositoryName"),
            self._get_param("imageManifest"),
            tag,
            self._get_param("imageManifestMediaType"),
            self._get_param("imageDigest"),
            self._get_param("registryId"),
        )
        return ActionResult({"image": image.answer(tag)})

    def list_images(self) -> ActionResult:
        rows = [
            image_id(image.image_digest, tag)
            for image in self._images()
            for tag in image.image_tags or [None]
        ]
        return self._page("imageIds", rows)

    def describe_images(self) -> ActionResult:
        wanted = self._get_param("imageIds")
        if wanted and (self._get_param("nextToken") or self._get_param("maxResults")):
            raise refusal("ids_and_pages")
        if wanted:
            repository = self._repository()
            listed = [repository._get_image(row.get("imageTag"), row.get("imageDigest")) for row in wanted]
            images = list({image.image_digest: image for image in listed}.values())
        else:
            images = self._images()
        return self._page("imageDetails", [image.detail() for image in images])

    def _images(self) -> list[StoredImage]:
        keep: dict[str, Callable[[StoredImage], bool]] = {
            "TAGGED": lambda image: bool(image.image_tags),
            "UNTAGGED": lambda image: not image.image_tags,
        }
        status = (self._get_param("filter") or {}).get("tagStatus", "ANY")
        return list(filter(keep.get(status, lambda _: True), self._repository().images))

    def get_download_url_for_layer(self) -> ActionResult:
        digest, backend = self._get_param("layerDigest"), self.ecr_backend
        repository = self._repository()
        backend.layer(repository, digest)
        token = tokens.issue(
            backend.key, "layer", determinism.now() + tokens.URL_LIFETIME, digest=digest,
            account=self.current_account, region=self.region, repository=repository.name,
        )  # fmt: skip
        here = urlsplit(self.uri)
        return ActionResult(
            {"downloadUrl": f"{here.scheme}://{here.netloc}/_layers/{token}", "layerDigest": digest}
        )

    def get_authorization_token(self) -> ActionResult:
        rows = [self._authorization(r) for r in self._get_param("registryIds") or [self.current_account]]
        return ActionResult({"authorizationData": rows})

    def _authorization(self, registry: str) -> dict[str, object]:
        expires = determinism.now() + tokens.LIFETIME
        password = tokens.issue(
            self.ecr_backend.key, "registry", expires, account=self.current_account, region=self.region
        )
        return {
            "authorizationToken": base64.b64encode(f"AWS:{password}".encode()).decode(),
            "expiresAt": datetime.fromtimestamp(expires, UTC),
            "proxyEndpoint": f"https://{registry}.dkr.ecr.{self.region}.amazonaws.com",
        }


url_paths = {"{0}/$": EcrResponse.dispatch}  # where moto's router finds these answers
