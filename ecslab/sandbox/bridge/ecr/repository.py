"""A repository: moto's, whose images the lifecycle policy expires as time goes on."""

from collections.abc import Sequence
from typing import Any, Final

from moto.ecr.models import Repository

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecr import lifecycle, lifecycle_policy
from ecslab.sandbox.bridge.ecr.image import StoredImage, descriptors
from ecslab.sandbox.bridge.ecr.lifecycle_preview import Preview

_UNNAMED: Final = "application/vnd.docker.image.rootfs.diff.tar.gzip"
"""Media type of a layer that no manifest names yet (the example in API_BatchCheckLayerAvailability)."""


class StoredRepository(Repository):  # type: ignore[misc]  # moto ships no types
    """A repository whose `images` are those that are left of the lifecycle policy.

    An evaluation is no event: it follows from the clock, the policy and the images, and is made up for when
    somebody next looks. So a journal holds none, and nobody can see an image that should have gone.

    Attributes:
        preview: the last preview of a lifecycle policy.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        self._images: list[StoredImage] = []
        self._rules: tuple[lifecycle_policy.Rule, ...] = ()
        self._due = 0.0
        self._evaluated_at = 0.0
        self.preview: Preview | None = None
        super().__init__(*args, **kwargs)

    @property
    def images(self) -> list[StoredImage]:
        if current_account().behaviour < 3:
            return self._images
        while self._rules and self._due <= (now := determinism.now()):
            if not self._images:  # nothing changes until somebody looks
                self._due += (now - self._due) // lifecycle.EVALUATED_EVERY * lifecycle.EVALUATED_EVERY
            self._evaluate(self._due)
            self._due += lifecycle.EVALUATED_EVERY
        return self._images

    @images.setter
    def images(self, images: list[StoredImage]) -> None:
        self._images = images

    @property
    def scans_on_push(self) -> bool:
        return bool((self.image_scanning_configuration or {}).get("scanOnPush"))

    def scanning(self) -> dict[str, object]:
        """The RepositoryScanningConfiguration shape; moto keeps what the registry's rules say of it."""
        on_push = {"scanFrequency": "SCAN_ON_PUSH"} if self.scans_on_push else {}
        return {**self.scanning_config, "scanOnPush": self.scans_on_push, **on_push}

    def set_lifecycle_policy(self, text: str | None) -> None:
        """Take the policy, in AWS's form of it; None removes it."""
        self.images  # noqa: B018  # what the policy before was to do is done
        self.lifecycle_policy, self._evaluated_at = text, 0.0
        self._rules = lifecycle_policy.rules(text) if text else ()
        self._due = determinism.now() + lifecycle.EVALUATED_EVERY

    def evaluated(self) -> float:
        """When the lifecycle policy was last evaluated, in epoch seconds; 0 for never, as AWS shows it."""
        self.images  # noqa: B018
        return self._evaluated_at

    def start_preview(self, text: str) -> Preview:
        """Look what a policy, in AWS's form of it, would expire now."""
        rules, now = lifecycle_policy.rules(text), determinism.now()
        expired = lifecycle.expired(rules, self.images, now)
        rows = tuple((image, tuple(image.image_tags), rule) for image, rule in expired)
        self.preview = Preview(text, now, rows)
        return self.preview

    def media_type(self, digest: str) -> str:
        """Of a layer: the manifests say so."""
        for image in self.images:
            for entry in descriptors(image.parsed):
                if entry.get("digest") == digest and entry.get("mediaType"):
                    return str(entry["mediaType"])
        return _UNNAMED  # U

    def _evaluate(self, moment: float) -> None:
        gone = {image.image_digest for image, _ in lifecycle.expired(self._rules, self._images, moment)}
        self._images = [image for image in self._images if image.image_digest not in gone]
        self._evaluated_at = moment


def described(repository: StoredRepository) -> dict[str, object]:
    """The Repository shape (API_Repository)."""
    filters: Sequence[object] | None = repository.image_tag_mutability_exclusion_filters
    mutability = repository.image_tag_mutability
    return {
        "repositoryArn": repository.arn,
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "repositoryUri": repository.uri,
        "createdAt": repository.created_at,
        "imageTagMutability": getattr(mutability, "value", mutability),
        "imageTagMutabilityExclusionFilters": filters or None,
        "imageScanningConfiguration": repository.image_scanning_configuration,
        "encryptionConfiguration": repository.encryption_configuration,
    }
