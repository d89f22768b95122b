"""Scans of images: the sandbox looks into none, so each ends as AWS ends one of an image that it cannot scan.

A scan is the moment at which it began; everything else follows from the clock.
"""

from typing import Final

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.ecr.errors import refusal
from ecslab.sandbox.bridge.ecr.image import StoredImage

PENDING: Final = 2.0
"""Seconds until a scan is under way. U, as the next: the recording has the states, and no durations."""
LASTS: Final = 10.0
"""Seconds until it ends."""
QUOTA: Final = 24 * 3600.0
"""Seconds in which an image is scanned once (user guide, image scanning)."""
UNSUPPORTED: Final = "UnsupportedImageError: The operating system and/or package manager are not supported."


def start(image: StoredImage) -> None:
    """Let a scan begin.

    Raises:
        EcrError: it is an index, or was scanned a short time ago.
    """
    if image.is_index:
        raise refusal("not_scannable")
    if image.scanned_at is not None and determinism.now() - image.scanned_at < QUOTA:
        raise refusal("scan_quota")
    image.scanned_at = determinism.now()


def status(image: StoredImage) -> dict[str, str] | None:
    """The ImageScanStatus shape (API_ImageScanStatus); None if it was never scanned."""
    if image.scanned_at is None:
        return None
    seconds = determinism.now() - image.scanned_at
    if seconds < LASTS:
        return {"status": "PENDING" if seconds < PENDING else "IN_PROGRESS"}
    return {"status": "FAILED", "description": UNSUPPORTED}
