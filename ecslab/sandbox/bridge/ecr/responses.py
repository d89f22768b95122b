"""ECR's answers where they differ from moto's: images, layers, the token, and pages of long lists."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from moto.core.responses import ActionResult
from moto.ecr.urls import url_bases as url_bases

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecr import access, constraints, kms_key, scans, tokens
from ecslab.sandbox.bridge.ecr.errors import refusal
from ecslab.sandbox.bridge.ecr.image import StoredImage, image_id
from ecslab.sandbox.bridge.ecr.paging import page
from ecslab.sandbox.bridge.ecr.policy_responses import PolicyResponse
from ecslab.sandbox.bridge.ecr.repository import described

_NOT_OF_DELETED: Final = ("imageScanningConfiguration", "encryptionConfiguration")


class EcrResponse(PolicyResponse):
    """One request."""

    def call_action(self) -> object:
        refusal = constraints.broken(self._get_action(), self.body)
        if refusal is None:
            return super().call_action()
        status, headers, body = self.serialized(ActionResult(refusal))
        headers, body = self._enrich_response({**headers, "status": status}, body)
        return status, headers, body

    def create_repository(self) -> ActionResult:
        encryption = kms_key.with_arn(self._get_param("encryptionConfiguration"), self.region)
        repository = self.ecr_backend.create_repository(
            repository_name=self._get_param("repositoryName"),
            registry_id=self._get_param("registryId"),
            encryption_config=encryption,
            image_scan_config=self._get_param("imageScanningConfiguration"),
            image_tag_mutability=self._get_param("imageTagMutability"),
            image_tag_mutability_exclusion_filters=self._get_param("imageTagMutabilityExclusionFilters"),
            tags=self._get_param("tags", []),
        )
        return ActionResult({"repository": described(repository)})

    def delete_repository(self) -> ActionResult:
        """Of what is gone AWS shows less."""
        repository = self.ecr_backend.delete_repository(
            self._get_param("repositoryName"), self._get_param("registryId"), self._get_param("force")
        )
        shown = described(repository).items()
        return ActionResult(
            {"repository": {name: each for name, each in shown if name not in _NOT_OF_DELETED}}
        )

    def describe_repositories(self) -> ActionResult:
        repositories = self.ecr_backend.describe_repositories(
            repository_names=self._get_param("repositoryNames"), registry_id=self._get_param("registryId")
        )
        return ActionResult(page(self, "repositories", [described(each) for each in repositories]))

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

    def batch_get_image(self) -> str:
        """As JSON, since botocore's model lacks a member of AWS's answer: `imageManifestSize`."""
        return json.dumps(
            self.ecr_backend.batch_get_image(
                self._get_param("repositoryName"), self._get_param("registryId"), self._get_param("imageIds")
            )
        )

    def list_images(self) -> ActionResult:
        rows = [
            image_id(image.image_digest, tag)
            for image in self._images()
            for tag in image.image_tags or [None]
        ]
        return ActionResult(page(self, "imageIds", rows))

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
        return ActionResult(page(self, "imageDetails", [_detail(image) for image in images]))

    def _images(self) -> list[StoredImage]:
        keep: dict[str, Callable[[StoredImage], bool]] = {
            "TAGGED": lambda image: bool(image.image_tags),
            "UNTAGGED": lambda image: not image.image_tags,
        }
        given, images = self._get_param("filter") or {}, self._repository().images
        if given.get("imageStatus", "ANY") not in ("ANY", "ACTIVE"):
            return []  # nothing is ever archived here
        return list(filter(keep.get(given.get("tagStatus", "ANY"), lambda _: True), images))

    def get_download_url_for_layer(self) -> ActionResult:
        digest, backend = self._get_param("layerDigest"), self.ecr_backend
        repository = self._repository()
        backend.layers.check(repository, digest)
        token = tokens.issue(
            backend.key, "layer", current_account().client_time() + tokens.URL_LIFETIME, digest=digest,
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
        expires = current_account().client_time() + tokens.LIFETIME
        who = access.principal(self.access_key)
        about = {"account": self.current_account, "region": self.region, "caller": who.arn}
        if who.role:
            about["role"] = who.role
        password = tokens.issue(self.ecr_backend.key, "registry", expires, **about)
        return {
            "authorizationToken": base64.b64encode(f"AWS:{password}".encode()).decode(),
            "expiresAt": datetime.fromtimestamp(expires, UTC),
            "proxyEndpoint": f"https://{registry}.dkr.ecr.{self.region}.amazonaws.com",
        }


def _detail(image: StoredImage) -> dict[str, object]:
    return {**image.detail(), "imageScanStatus": scans.status(image)}


url_paths = {"{0}/$": EcrResponse.dispatch}  # where moto's router finds these answers
