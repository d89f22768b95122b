"""The instance types that ECS chooses from, with the prices by which it does."""

from collections.abc import Collection
from dataclasses import replace
from functools import cache
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ec2 import machines
from ecslab.sandbox.world.managed_instances.instance_type import InstanceType

_OF_THE_TYPE: Final = 9
"""The behaviour from which on a type has its own price; before, it was that of its vCPUs."""
_PRICED_BEFORE: Final = frozenset({
    "c5", "c5a", "c6a", "c6g", "c6i", "c7a", "c7g", "c7i", "c7i-flex", "c8g",
    "m5", "m5a", "m6a", "m6g", "m6i", "m7a", "m7g", "m7i", "m7i-flex", "m8g",
    "r5", "r5a", "r6a", "r6g", "r6i", "r7a", "r7g", "r7i", "r8g", "t3", "t3a", "t4g",
})  # fmt: skip
"""The families that had a price at all then."""


def known() -> Collection[InstanceType]:
    """Every type there is, as the account's behaviour prices it."""
    if current_account().behaviour < _OF_THE_TYPE:
        return _by_vcpu()
    return machines.instance_types().values()


@cache
def _by_vcpu() -> tuple[InstanceType, ...]:
    return tuple(_priced_by_vcpu(kind) for kind in machines.instance_types().values())


def _priced_by_vcpu(kind: InstanceType) -> InstanceType:
    if kind.rate is None or kind.family not in _PRICED_BEFORE:
        return replace(kind, price=None, rate=None)
    return replace(kind, price=kind.rate * kind.cpus)
