"""One resource as the account shows it, and what readers of the account have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ecslab.connection.cluster_namespaces import Clients
from ecslab.connection.guarded_calls import Reference
from ecslab.connection.tags import Tags, owner_in

__all__ = ["CannotTell", "Clients", "Resource"]


class CannotTell(Exception):
    """A request names something in a way by which nobody can find out whose it is."""


@dataclass(frozen=True)
class Resource:
    """One resource as the account shows it.

    Attributes:
        reference: how it was asked for.
        arn: what the ledger calls it.
        tags: in its service's spelling.
        born: what a re-creation under the same name changes, as the ledger keeps it; "" where nothing does.
        since: when it was created, where AWS says so.
        container: what it counts as a part of, where it has no owner of its own.
    """

    reference: Reference
    arn: str
    tags: Tags | None = None
    born: str = ""
    since: datetime | None = None
    container: Reference | None = None

    @property
    def owner(self) -> str | None:
        """Which lab its tag names."""
        return owner_in(self.tags)
