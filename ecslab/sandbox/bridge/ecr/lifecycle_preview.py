"""A preview of what a lifecycle policy would expire (API_StartLifecyclePolicyPreview)."""

from dataclasses import dataclass
from typing import Final

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.ecr.image import StoredImage
from ecslab.sandbox.bridge.ecr.lifecycle_policy import Rule

LASTS: Final = 5.0
"""Seconds until it is complete; its waiter asks every five. U"""


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview that was asked for: its policy, and what it found when it began."""

    text: str
    began: float
    expiring: tuple[tuple[StoredImage, tuple[str, ...], Rule], ...]

    @property
    def is_complete(self) -> bool:
        return determinism.now() - self.began >= LASTS

    @property
    def status(self) -> str:
        return "COMPLETE" if self.is_complete else "IN_PROGRESS"

    def results(self) -> list[dict[str, object]]:
        """The LifecyclePolicyPreviewResult shapes; none before it is complete."""
        return [_result(*row) for row in self.expiring] if self.is_complete else []


def _result(image: StoredImage, tags: tuple[str, ...], rule: Rule) -> dict[str, object]:
    return {
        "imageTags": list(tags),
        "imageDigest": image.image_digest,
        "imagePushedAt": image.image_pushed_at,
        "action": {"type": "EXPIRE"},
        "appliedRulePriority": rule.priority,
        "storageClass": "STANDARD",
    }
