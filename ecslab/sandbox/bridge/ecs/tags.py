"""Tags: what ECS accepts, and how a new list changes an old one. All sentences here are **U**.

Source: API reference, data type Tag.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.world.errors import invalid

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TagTypeDef

Tags = list[dict[str, str]]

MOST: Final = 50
_KEY: Final = 128
_VALUE: Final = 256


def checked(given: "Sequence[TagTypeDef] | None") -> Tags:
    """The tags of a request, each with key and value; AwsError if one, or their number, is not allowed."""
    tags = [{"key": tag.get("key", ""), "value": tag.get("value", "")} for tag in given or []]
    for tag in tags:
        if not 1 <= len(tag["key"]) <= _KEY:
            raise invalid(f"Tag keys must have a length of 1 to {_KEY} characters.")
        if tag["key"].lower().startswith("aws:"):
            raise invalid("Tag keys and values cannot start with aws:, which is reserved for AWS use.")
        if len(tag["value"]) > _VALUE:
            raise invalid(f"Tag values must have a length of at most {_VALUE} characters.")
    if len({tag["key"] for tag in tags}) < len(tags):
        raise invalid("Duplicate tag keys found. Please note that tag keys are case insensitive.")
    _refuse_too_many(tags)
    return tags


def merged(old: Tags, new: Tags) -> Tags:
    """`old` with the values of `new`; keys not named stay."""
    values = {tag["key"]: tag["value"] for tag in [*old, *new]}
    tags = [{"key": key, "value": value} for key, value in values.items()]
    _refuse_too_many(tags)
    return tags


def without(old: Tags, keys: Sequence[str]) -> Tags:
    """`old` without these keys."""
    return [tag for tag in old if tag["key"] not in keys]


def _refuse_too_many(tags: Tags) -> None:
    if len(tags) > MOST:
        raise invalid(f"The maximum number of tags on a resource is {MOST}.")
