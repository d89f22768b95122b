"""What Cloud Map holds of an account in a Region, and who asks."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from ecslab.sandbox.bridge.account import Account, current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.world.service_discovery.registry import DiscoveryService, Namespace, Registry

_LETTERS: Final = string.ascii_lowercase + string.digits
_ID: Final = 16
"""Letters and digits after `ns-` and `srv-`."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An account in a Region, with what Cloud Map holds of it."""

    account: Account
    region: str
    registry: Registry

    def arn(self, kind: str, resource_id: str) -> str:
        """The ARN of a `namespace` or a `service`."""
        return f"arn:aws:servicediscovery:{self.region}:{self.account.id}:{kind}/{resource_id}"


def of(region: str) -> Registry:
    """The current account's registry of a Region, empty at first."""
    registries = current_account().service_discovery
    if region not in registries:
        registries[region] = Registry()
    return registries[region]


class _Named(Protocol):
    @property
    def arn(self) -> str: ...


_Resource = TypeVar("_Resource", bound=_Named)


def by_id_or_arn(resources: Mapping[str, _Resource], identifier: str) -> _Resource | None:
    """The resource, of those by id, with this id or ARN; None if there is none."""
    resource = resources.get(identifier.rpartition("/")[2])
    is_other = resource is not None and identifier.startswith("arn:") and resource.arn != identifier
    return None if is_other else resource


def service_named(region: str, arn: str) -> DiscoveryService | None:
    """The service with this ARN; None if there is none."""
    registry = current_account().service_discovery.get(region)
    service = registry.services.get(arn.rpartition("/")[2]) if registry else None
    return service if service and service.arn == arn else None


def namespace_named(region: str, name: str) -> Namespace | None:
    """The namespace with this name or ARN; of several of one name the first."""
    registry = current_account().service_discovery.get(region)
    if registry is None:
        return None
    if name.startswith("arn:"):
        namespace = registry.namespaces.get(name.rpartition("/")[2])
        return namespace if namespace and namespace.arn == name else None
    return next(registry.named(name), None)


def new_id(prefix: str) -> str:
    """A fresh id: `ns-…` or `srv-…`."""
    return f"{prefix}-{letters(_ID)}"


def letters(count: int) -> str:
    """So many small letters and digits."""
    return "".join(rng.choices(_LETTERS, k=count))
