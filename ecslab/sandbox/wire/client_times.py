"""Times in answers that a client compares with its own clock: the end of keys that STS gives out."""

import re
from datetime import UTC, datetime
from typing import Final

from ecslab.sandbox.http_message import HttpResponse

_EXPIRATION: Final = re.compile(rb"(?<=<Expiration>)[^<]+(?=</Expiration>)")


def expiring_for_clients(response: HttpResponse, ahead: float) -> HttpResponse:
    """STS's answer, its keys' end moved by the seconds that the client's clock is ahead of the world's."""

    def moved(match: re.Match[bytes]) -> bytes:
        end = datetime.fromisoformat(match[0].decode()).timestamp() + ahead
        return datetime.fromtimestamp(end, UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()

    return response._replace(body=_EXPIRATION.sub(moved, response.body))
