"""What is said of one member of a request."""

from typing import Final

from ecslab.sandbox.wire.fields.table import Member, refusal_code
from ecslab.sandbox.world.errors import AwsError

__all__ = ["judge"]

_NOTHING: Final[tuple[object, ...]] = (None, False, "", [], {}, "false")
"""Values that ask for nothing."""
_LONGEST: Final = 80  # characters of a name that is said again


def judge(service: str, path: str, member: Member | None, value: object) -> None:
    """Refuse a member that the table refuses, or that it does not know (None).

    Args:
        service: by boto3's name.
        path: where the member stands, as the request names it.

    Raises:
        AwsError: one plain sentence.
    """
    if member is None:
        sentence = f"{path[:_LONGEST]!r} is a member that this sandbox does not know."
        raise AwsError(refusal_code(service), sentence)
    words = member.refusal
    if words and value not in _NOTHING and value != words.unless:
        raise AwsError(words.code, words.message, words.status)
