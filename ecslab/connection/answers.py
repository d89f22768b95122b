"""What tasks were answered when the lab had them ask: the last answer at each address."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Answer:
    """What a request was answered.

    Attributes:
        client: the service whose task asked.
        url: what it asked for.
        text: the status of HTTP, as `200`; or in words why there is none.
        good: whether somebody answered, with a status below 500.
    """

    client: str
    url: str
    text: str
    good: bool


class Answers:
    """The last answer that each service got at each host and port."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str, int], Answer] = {}

    def note(self, answer: Answer) -> None:
        """Keep an answer, in place of the one before at the same host and port."""
        self._last[answer.client, *place_of(answer.url)] = answer

    def last(self, client: str, host: str, port: int) -> Answer | None:
        """What a service's task was last answered at this host and port."""
        return self._last.get((client, host.lower(), port))


def place_of(url: str) -> tuple[str, int]:
    """The host and the port of a URL. Raises ValueError: it is no address of HTTP."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is no address; one begins with http:// and a host")
    return parts.hostname, parts.port or _PORTS[parts.scheme]
