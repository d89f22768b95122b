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
    if problem := page_tokens.size_problem(size, most, "maxRecords"):
        raise AwsError("ValidationError", problem)
    return page_tokens.page(member, rows, start, size)


def _start(token: str | None) -> int:
    start = page_tokens.start(token)
    if start is None:
        raise AwsError("InvalidNextToken", "The token is not valid.")
    return start
