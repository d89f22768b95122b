"""Whether a request takes the lab's tag off something, or writes another's: clean-up goes by that tag.

Tags are spelled in each service's own way; `_keys_off` and `_tags` know them all.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

from ecslab.connection.tags import KEY, Tags, owner_in

Params = Mapping[str, object]
_TAKES_OFF: Final = ("Untag", "DeleteTags", "RemoveTags")
"""How the operations begin that take tags off."""
_KEY_LISTS: Final = ("tagKeys", "TagKeys")


def unmarks(service: str, operation: str, params: Params, owners: frozenset[str]) -> bool:
    """Whether a request would take off the tag `ecslab`, or give it a value that is none of these owners'.

    Args:
        service: as boto3 names it.
        operation: as AWS spells it.
        params: of the request.
    """
    if operation.startswith(_TAKES_OFF):
        keys = list(_keys_off(params))
        return KEY in keys or (service == "ec2" and not keys)  # EC2 takes all off where none is named
    return any(owner_in(tags) not in (None, *owners) for tags in _tags(params))


def _keys_off(params: Params) -> Iterator[str]:
    for name in _KEY_LISTS:
        yield from cast("Iterable[str]", params.get(name) or ())
    tags = cast("Iterable[Mapping[str, str] | str]", params.get("Tags") or params.get("tags") or ())
    for tag in tags:
        yield tag.get("Key", "") if isinstance(tag, Mapping) else tag


def _tags(params: Params) -> Iterator[Tags | None]:
    specifications = cast("Iterable[Params]", params.get("TagSpecifications") or ())
    for part in (params, *specifications):
        yield cast("Tags | None", part.get("tags"))
        yield cast("Tags | None", part.get("Tags"))
