"""What a resolver remembers of names: an answer for its TTL, and that a name is not there for the zone's.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/route-53-concepts.html#route-53-concepts-time-to-live
"""

from dataclasses import dataclass, field
from typing import Final

MOST: Final = 1000
"""Names that are remembered at most; ours."""


@dataclass(frozen=True, slots=True)
class NameAnswer:
    """What a name stands for.

    Attributes:
        addresses: none where there is no such name.
        ttl: seconds for which it may be remembered; 0 where it may not.
    """

    addresses: tuple[str, ...]
    ttl: int = 0


@dataclass(slots=True, eq=False)
class NameCache:
    """The names that have been asked of a resolver, with the virtual second until which each is kept."""

    names: dict[str, tuple[float, tuple[str, ...]]] = field(default_factory=dict)

    def recall(self, name: str, now: float) -> tuple[str, ...] | None:
        """The addresses of a name, none if it is known not to be there; None where nothing is remembered."""
        until, addresses = self.names.get(name, (0.0, ()))
        return addresses if now < until else None

    def keep(self, name: str, answer: NameAnswer, now: float) -> None:
        """Remember an answer from this virtual second on."""
        if answer.ttl <= 0:
            self.names.pop(name, None)
            return
        if len(self.names) >= MOST:
            self.names = {known: until for known, until in self.names.items() if now < until[0]}
        if len(self.names) < MOST:
            self.names[name] = (now + answer.ttl, answer.addresses)
