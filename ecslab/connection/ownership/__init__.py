"""Whose a resource is: what the account shows of it now, held against the tag and the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection import cluster_namespaces
from ecslab.connection.guarded_calls import Reference
from ecslab.connection.ownership.arns import reference_of
from ecslab.connection.ownership.readers import READERS
from ecslab.connection.ownership.resource import CannotTell, Clients, Resource
from ecslab.connection.tags import made_by

if TYPE_CHECKING:
    from ecslab.connection.ledger import Ledger

__all__ = ["CannotTell", "Clients", "Ownership", "Resource"]


class Ownership:
    """Asks the account.

    Args:
        clients: to read with.
        ledger: what the lab has made.
    """

    def __init__(self, clients: Clients, ledger: Ledger):
        self._clients, self._ledger = clients, ledger

    def find(self, reference: Reference) -> list[Resource]:
        """What a reference stands for; empty where there is no such thing.

        Raises:
            CannotTell: nobody can find out.
            ClientError: the account does not show it.
        """
        if reference.kind == "any":
            reference = reference_of(reference.id)
        if reference.id.startswith("arn:") and (reason := self._elsewhere(reference.id)):
            raise CannotTell(f"{reference.id} is {reason}")
        if reference.kind == "namespace":
            cluster_namespaces.recover(self._clients, self._ledger)
        return list(READERS[reference.kind](self._clients, reference))

    def ours(self, resource: Resource, owners: frozenset[str]) -> bool:
        """Whether a lab of these owners made it, or what contains it. Raises as `find` does."""
        recorded = self._ledger.knows(resource.reference.kind, resource.arn, resource.born)
        if any(made_by(owner, resource.tags, recorded=recorded) for owner in owners):
            return True
        if resource.owner is not None or resource.container is None:
            return False
        containers = self.find(resource.container)
        return bool(containers) and all(self.ours(container, owners) for container in containers)

    def _elsewhere(self, arn: str) -> str:
        _, _, _, region, account, *_ = [*arn.split(":"), "", "", "", "", ""]
        if account not in ("", self._ledger.account):
            return f"in account {account}, and this lab is in {self._ledger.account}"
        if region not in ("", self._ledger.region):
            return f"in {region}, and this lab is in {self._ledger.region}"
        return ""
