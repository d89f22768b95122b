"""Pages of ECR's long lists."""

from collections.abc import Sequence
from typing import Final

from moto.ecr.responses import ECRResponse

from ecslab.sandbox.bridge.ecr.errors import invalid_parameter

PAGE: Final = 100
"""Results on a page unless `maxResults` says otherwise (API_DescribeImages)."""


def page(request: ECRResponse, member: str, rows: Sequence[object]) -> dict[str, object]:
    """The page of `rows` that is asked for; the token is the place where the next one begins."""
    token = request._get_param("nextToken")
    if token is not None and not str(token).isdecimal():
        raise invalid_parameter("nextToken", "Invalid token")  # U
    start = int(token or 0)
    end = start + int(request._get_param("maxResults") or PAGE)
    answer: dict[str, object] = {member: list(rows[start:end])}
    if end < len(rows):
        answer["nextToken"] = str(end)
    return answer
