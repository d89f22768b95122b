"""The tag `ecslab`: what carries it was created by a lab, and by which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, cast

KEY: Final = "ecslab"
Tags = Mapping[str, str] | Iterable[Mapping[str, object]]
"""Tags in any service's spelling."""


@dataclass(frozen=True)
class TagSpelling:
    """How one service's create calls take tags.

    Attributes:
        parameter: the name of the parameter.
        key, value: the names of a tag's two parts; both "" where the tags are a mapping.
        more: what the lab's tag says besides.
    """

    parameter: str
    key: str = "Key"
    value: str = "Value"
    more: tuple[tuple[str, object], ...] = ()

    def tags(self, owner: str) -> Tags:
        """The lab's tag alone."""
        return [self._tag(owner)] if self.key else {KEY: owner}

    def beside(self, others: Tags | None, owner: str) -> Tags:
        """The lab's tag after the others, unless one of them is a lab's tag already."""
        if not self.key:
            return {KEY: owner, **cast("Mapping[str, str]", others or {})}
        listed = list(cast("Iterable[Mapping[str, object]]", others or ()))
        return listed if owner_in(listed) is not None else [*listed, self._tag(owner)]

    def _tag(self, owner: str) -> Mapping[str, object]:
        return {self.key: KEY, self.value: owner, **dict(self.more)}


SPELLINGS: Final = {
    "ecs": TagSpelling("tags", "key", "value"),
    "ecr": TagSpelling("tags"),
    "logs": TagSpelling("tags", "", ""),
    "ec2": TagSpelling("TagSpecifications"),
    "application-autoscaling": TagSpelling("Tags", "", ""),
    "autoscaling": TagSpelling("Tags", more=(("PropagateAtLaunch", True),)),  # so instances have it too
}
"""By service; the others spell them as IAM does."""
_AS_IAM: Final = TagSpelling("Tags")


def spelling(service: str) -> TagSpelling:
    """How the service, as boto3 names it, spells tags."""
    return SPELLINGS.get(service, _AS_IAM)


def owner_in(tags: Tags | None) -> str | None:
    """Which lab the tags name; None where they name none."""
    return value_in(tags, KEY)


def value_in(tags: Tags | None, key: str) -> str | None:
    """The value of a tag; None without it."""
    if isinstance(tags, Mapping):
        return tags.get(key)
    for tag in tags or ():
        if tag.get("key", tag.get("Key")) == key:
            return str(tag.get("value", tag.get("Value")))
    return None


def made_by(owner: str, tags: Tags | None, *, recorded: bool = False) -> bool:
    """Whether the lab of `owner` made a resource. Every question of that kind ends here.

    The tag decides, another owner's included; where there is none, the ledger does.

    Args:
        owner: what that lab writes into the tag.
        tags: the resource's own.
        recorded: whether the lab's ledger has this very resource, not one of its name; see `Ledger.knows`.
    """
    tagged = owner_in(tags)
    return recorded if tagged is None else tagged == owner
