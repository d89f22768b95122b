"""The public addresses that somebody has, in all Regions: they share the pools."""

from typing import TYPE_CHECKING

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.ec2.backend import EC2Backend


def backends() -> "list[EC2Backend]":
    """Those of all Regions that have been looked at."""
    return list(ec2_backends[DEFAULT_ACCOUNT_ID].values())


class PublicInUse:
    """The public addresses that are held at this moment."""

    def __init__(self) -> None:
        self._backends = backends()

    def __contains__(self, address: object) -> bool:
        for backend in self._backends:  # asked for each address of a pool that is nearly full
            if address in backend.public and backend.public[address].public_ip == address:
                return True
            if backend.addresses and any(each.public_ip == address for each in backend.addresses):
                return True
        return False

    def __len__(self) -> int:
        """About how many: those held twice count twice."""
        return sum(len(backend.public) + len(backend.addresses) for backend in self._backends)
