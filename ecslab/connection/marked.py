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
        yield from map(str, _items(params.get(name)))
    for tag in _items(params.get("Tags") or params.get("tags")):
        yield str(tag.get("Key", "")) if isinstance(tag, Mapping) else str(tag)


def _tags(params: Params) -> Iterator[Tags]:
    specifications = [part for part in _items(params.get("TagSpecifications")) if isinstance(part, Mapping)]
    for value in (params.get("tags"), params.get("Tags"), *(part.get("Tags") for part in specifications)):
        if isinstance(value, Mapping):
            yield value
        else:  # botocore refuses the call later if there is something else in it
            yield [cast("Mapping[str, str]", tag) for tag in _items(value) if isinstance(tag, Mapping)]


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, Iterable) and not isinstance(value, str) else ()
