"""Pages of long lists, as Amazon EC2 Auto Scaling has them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ecslab.sandbox.bridge import page_tokens
from ecslab.sandbox.world.errors import AwsError

Answer = Mapping[str, object]
PAGE: Final = 50
MOST: Final = 100


def page(member: str, rows: Sequence[object], params: Mapping[str, Any], most: int = MOST) -> Answer:
    """One page of rows under a member, with a NextToken if there is more.

    Raises:
        AwsError: a token that this sandbox never gave, or a MaxRecords that is none. U: the sentences.
    """
    size, start = params.get("MaxRecords", PAGE), _start(params.get("NextToken"))
    if not 1 <= size <= most:
        bound = "greater than or equal to 1" if size < 1 else f"less than or equal to {most}"
        raise AwsError(
            "ValidationError",
            f"1 validation error detected: Value '{size}' at 'maxRecords' failed to satisfy constraint: "
            f"Member must have value {bound}",
        )
    answer: dict[str, object] = {member: list(rows[start : start + size])}
    if start + size < len(rows):
        answer["NextToken"] = page_tokens.token(start + size)
    return answer


def _start(token: str | None) -> int:
    start = page_tokens.start(token)
    if start is None:
        raise AwsError("InvalidNextToken", "The token is not valid.")
    return start
