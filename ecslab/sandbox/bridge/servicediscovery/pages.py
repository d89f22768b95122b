"""Lists in pages, filters, moments: what several operations share."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from ecslab.sandbox.bridge.cloudwatch.caller import moment as moment
from ecslab.sandbox.bridge.cloudwatch.caller import page as page_of
from ecslab.sandbox.bridge.servicediscovery.requests import Answer, Filter, InstancesRequest, ListRequest
from ecslab.sandbox.bridge.servicediscovery.validation import invalid
from ecslab.sandbox.world.errors import AwsError

__all__ = ["listed", "moment", "page"]

_Resource = TypeVar("_Resource")
PAGE: Final = 100
_NUMBER: Final = re.compile(r"\d{1,13}(\.\d+)?")


def page(member: str, rows: Sequence[object], params: ListRequest | InstancesRequest) -> Answer:
    """One page of rows under a member, with a NextToken if there is more.

    Raises:
        AwsError: InvalidInput; nobody gave the token. U: the sentence.
    """
    try:
        shown, token = page_of(rows, params.get("NextToken"), params.get("MaxResults", PAGE))
    except AwsError:
        raise invalid("The NextToken value is invalid.") from None
    return {member: list(shown)} | ({"NextToken": token} if token else {})


def listed(
    member: str, resources: Iterable[_Resource], params: ListRequest,
    values: Callable[[_Resource], Mapping[str, str | float | None]], view: Callable[[_Resource], object],
) -> Answer:  # fmt: skip
    """A page of the resources that pass the request's filters, as `view` shows them; `values` is what `fits`
    asks for.
    """
    filters = params.get("Filters", ())
    return page(member, [view(each) for each in resources if fits(filters, values(each))], params)


def fits(filters: Sequence[Filter], values: Mapping[str, str | float | None]) -> bool:
    """Whether a resource passes all filters.

    Args:
        values: what it has, by the filter's name; moments are numbers.

    Raises:
        AwsError: InvalidInput; a filter has no sense. U: the sentences.
    """
    return all(_fits(each, values.get(each["Name"])) for each in filters)


def _fits(asked: Filter, value: str | float | None) -> bool:
    wanted, condition = asked["Values"], asked.get("Condition", "EQ")
    if isinstance(value, float):
        if condition != "BETWEEN" or len(wanted) != 2:
            raise invalid(f"The filter {asked['Name']} takes the condition BETWEEN, and two values.")
        first, last = map(_seconds, wanted)
        return first <= value <= last
    if condition == "BETWEEN":
        raise invalid(f"The filter {asked['Name']} does not take the condition BETWEEN.")
    if condition in ("EQ", "BEGINS_WITH") and len(wanted) != 1:
        raise invalid(f"The condition {condition} takes one value.")
    if condition == "BEGINS_WITH":
        return value is not None and value.startswith(wanted[0])
    return value in wanted


def _seconds(text: str) -> float:
    """A moment in Unix time: seconds, or milliseconds."""
    if _NUMBER.fullmatch(text):
        number = float(text)
        return number / 1000 if number > 1e11 else number
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"{text[:80]} is no date.") from None
    return (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp()
