"""What several operations share: pages of long lists, ARNs and names, failures, tags."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NotRequired, TypedDict

from ecslab.sandbox.bridge import page_tokens
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.world.errors import AwsError, invalid

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TagTypeDef

PAGE: Final = 100
MOST_TAGS: Final = 50
_KEY: Final = 128
_VALUE: Final = 256

Tags = list[dict[str, str]]

Answer = Mapping[str, object]
"""What an operation answers, timestamps in epoch seconds."""


class PagedRequest(TypedDict):
    """What the requests of all lists have."""

    maxResults: NotRequired[int]
    nextToken: NotRequired[str]


def page(member: str, rows: Sequence[object], params: PagedRequest, default: int = PAGE) -> Answer:
    """One page of `rows` under `member`, with a `nextToken` if there is more.

    Args:
        params: the request; `maxResults` from 1 to 100, and `nextToken`.
        default: rows on a page unless the request says otherwise.
    """
    size = params.get("maxResults", default)
    if size > PAGE:  # recorded for ListServices
        raise invalid(f"Max results can not be greater than {PAGE}")
    if size < 1:  # U
        raise invalid("Max results can not be lesser than 1")
    start = _start(params.get("nextToken"))
    answer: dict[str, object] = {member: list(rows[start : start + size])}
    if start + size < len(rows):
        answer["nextToken"] = page_tokens.token(start + size)
    return answer


def at_most(member: str, given: Sequence[object], most: int = PAGE) -> None:
    """Refuse a list that is too long. The sentence is confirmed for `taskIds`."""
    if len(given) > most:
        raise invalid(f"{member} can have at most {most} items.")


def name_in(kind: str, identifier: str, caller: Caller) -> str | None:
    """The name in a name or ARN of this kind (`cluster`); None for another region's or kind's ARN."""
    if not identifier.startswith("arn:"):
        return identifier
    prefix = caller.ecs_arn(f"{kind}/")
    return identifier.removeprefix(prefix) if identifier.startswith(prefix) else None


def missing(kind: str, identifier: str, caller: Caller) -> dict[str, str]:
    """The failure for a resource that is not there; its `arn` is built from the name."""
    known = identifier.startswith("arn:")
    return failure(identifier if known else caller.ecs_arn(f"{kind}/{identifier}"), "MISSING")


def failure(arn: str, reason: str) -> dict[str, str]:
    """The Failure shape."""
    return {"arn": arn, "reason": reason}


def times(resource: object, names: Iterable[str]) -> dict[str, float]:
    """`created_at` as `createdAt`, and so on; what has not come yet is left out."""
    moments = {_camel(name): getattr(resource, name) for name in names}
    return {name: round(moment, 3) for name, moment in moments.items() if moment is not None}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def _start(token: str | None) -> int:
    start = page_tokens.start(token)
    if start is None:
        raise invalid("Invalid token.")  # U
    return start


# tags, as the data type Tag of the API reference has them; sentences are U but for that of a null value


def checked_tags(given: "Sequence[TagTypeDef] | None") -> Tags:
    """The tags of a request, each with key and value; AwsError if one, or their number, is not allowed."""
    for member in ("key", "value"):
        if any(member not in each for each in given or []):
            raise AwsError("ClientException", f"Tag {member} can not be null.")
    tags = [{"key": tag["key"], "value": tag["value"]} for tag in given or []]
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


def merged_tags(old: Tags, new: Tags) -> Tags:
    """`old` with the values of `new`; keys not named stay."""
    values = {tag["key"]: tag["value"] for tag in [*old, *new]}
    tags = [{"key": key, "value": value} for key, value in values.items()]
    _refuse_too_many(tags)
    return tags


def without_tags(old: Tags, keys: Sequence[str]) -> Tags:
    """`old` without these keys."""
    return [tag for tag in old if tag["key"] not in keys]


def _refuse_too_many(tags: Tags) -> None:
    if len(tags) > MOST_TAGS:
        raise invalid(f"The maximum number of tags on a resource is {MOST_TAGS}.")
