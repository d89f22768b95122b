"""Which images a lifecycle policy expires, and when it is evaluated.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html: all rules are evaluated at
once, and applied by priority; an image that a rule is about is never expired by a rule of a higher
number, though that rule counts it; the oldest go first; an image that an index names is not expired.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from ecslab.sandbox.bridge.ecr.image import StoredImage
from ecslab.sandbox.bridge.ecr.lifecycle_policy import Rule

EVALUATED_EVERY: Final = 12 * 3600.0
"""Seconds from one evaluation to the next. U: AWS says only that images go within 24 hours."""
DAY: Final = 24 * 3600.0


def expired(
    rules: Sequence[Rule], images: Sequence[StoredImage], now: float
) -> list[tuple[StoredImage, Rule]]:
    """The images that go, and the rule that each goes by; oldest first.

    Args:
        now: epoch seconds.
    """
    oldest_first = sorted(images, key=lambda image: image.image_pushed_at)
    held = {digest for image in images for digest in image.children}
    marked: list[tuple[StoredImage, Rule]] = []
    for position, rule in enumerate(rules):
        for image in _exceeding(rule, oldest_first, now):
            is_higher_rules = any(higher.selects(image.image_tags) for higher in rules[:position])
            if not is_higher_rules and image.image_digest not in held:
                marked.append((image, rule))
    return sorted(marked, key=lambda row: row[0].image_pushed_at)


def _exceeding(rule: Rule, oldest_first: Sequence[StoredImage], now: float) -> Iterator[StoredImage]:
    selected = [image for image in oldest_first if rule.selects(image.image_tags)]
    if rule.count_type == "imageCountMoreThan":
        yield from selected[: max(0, len(selected) - rule.number)]
        return
    for image in selected:
        since = image.image_pushed_at
        if rule.count_type == "sinceImagePulled":
            since = image.last_pulled_at or since  # U: what was never pulled counts from its push
        if now - since > rule.number * DAY:
            yield image
