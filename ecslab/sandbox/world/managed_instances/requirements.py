"""Attribute-based selection: which instance types a capacity provider may launch.

What a request leaves out is as EC2 has it (API_InstanceRequirementsRequest of EC2); ECS's own page gives no
defaults. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_InstanceRequirementsRequest.html
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final, TypedDict, cast

from ecslab.sandbox.world.managed_instances.instance_type import InstanceType


class Range(TypedDict, total=False):
    """From where to where; without end where one is left out."""

    min: float
    max: float


class Requirements(TypedDict, total=False):
    """In the shape of the API; empty: AWS chooses among its general-purpose types."""

    vCpuCount: Range
    memoryMiB: Range
    memoryGiBPerVCpu: Range
    networkInterfaceCount: Range
    totalLocalStorageGB: Range
    baselineEbsBandwidthMbps: Range
    networkBandwidthGbps: Range
    bareMetal: str
    burstablePerformance: str
    localStorage: str
    localStorageTypes: Sequence[str]
    cpuManufacturers: Sequence[str]
    instanceGenerations: Sequence[str]
    allowedInstanceTypes: Sequence[str]
    excludedInstanceTypes: Sequence[str]
    requireHibernateSupport: bool
    onDemandMaxPricePercentageOverLowestPrice: int



GENERAL: Final = "cmr"
"""First letters of the families that ECS chooses from where nothing is asked for: compute, general purpose
and memory (the API's price protection names them)."""
PROTECTED: Final = 100
"""Per cent over the lowest price at which a type is too expensive, unless the request says otherwise. U: ECS
gives no figure; EC2 has 20 for On-Demand Instances, and more with target capacities in vCPUs or MiB."""
_MIB: Final = 1024
_RANGES: Final[Mapping[str, Callable[[InstanceType], float]]] = {
    "vCpuCount": lambda kind: kind.cpus,
    "memoryMiB": lambda kind: kind.memory,
    "memoryGiBPerVCpu": lambda kind: kind.memory / _MIB / kind.cpus,
    "networkInterfaceCount": lambda kind: kind.interfaces,
    "totalLocalStorageGB": lambda kind: kind.storage,
    "baselineEbsBandwidthMbps": lambda kind: kind.ebs,
    "networkBandwidthGbps": lambda kind: kind.bandwidth,
}
RANGES: Final = tuple(_RANGES)
"""Members that have `min` and `max`."""
_SWITCHES: Final[Mapping[str, tuple[Callable[[InstanceType], bool], str]]] = {
    # member: (what it is about, what holds unless the request says otherwise)
    "bareMetal": (lambda kind: kind.bare_metal, "excluded"),
    "burstablePerformance": (lambda kind: kind.burstable, "excluded"),
    "localStorage": (lambda kind: kind.storage > 0, "included"),
}


def of(template: Mapping[str, object]) -> Requirements:
    """What a launch template asks of its instances."""
    return cast("Requirements", template.get("instanceRequirements") or {})


def bounds(asked: Requirements, member: str) -> Range:
    """The limits of one of `RANGES`; empty where nothing is asked of it."""
    return cast("Range", asked.get(member) or {})


def candidates(types: Iterable[InstanceType], asked: Requirements) -> list[InstanceType]:
    """The types that meet the requirements, the cheapest first.

    Args:
        asked: as the capacity provider has them; empty: current types of the families C, M and R.
    """
    chosen = sorted((kind for kind in types if _meets(kind, asked)), key=lambda kind: kind.rank)
    limit = _price_limit(chosen, asked)
    return [kind for kind in chosen if kind.rate is None or kind.rate <= limit]


def _meets(kind: InstanceType, asked: Requirements) -> bool:
    allowed = asked.get("allowedInstanceTypes")
    if allowed and not _named(kind, allowed):
        return False
    if not allowed and (kind.price is None or kind.accelerated):  # nobody asks for one that has no price
        return False
    if not asked and not (kind.current and kind.name[0] in GENERAL):
        return False
    return not _named(kind, asked.get("excludedInstanceTypes") or ()) and all(
        meets(kind, asked) for meets in (_in_ranges, _switched, _listed)
    )


def _named(kind: InstanceType, names: Sequence[str]) -> bool:
    """Whether a type is named: itself, its family (`m5`), or by a pattern (`m5.*`)."""
    return any(fnmatchcase(kind.name, name) or kind.family == name for name in names)


def _in_ranges(kind: InstanceType, asked: Requirements) -> bool:
    for member, value in _RANGES.items():
        limits = bounds(asked, member)
        if not limits.get("min", 0) <= value(kind) <= limits.get("max", float("inf")):
            return False
    return True


def _switched(kind: InstanceType, asked: Requirements) -> bool:
    named = bool(asked.get("allowedInstanceTypes"))
    for member, (has, default) in _SWITCHES.items():
        wanted = asked.get(member) or ("included" if named else default)
        if (wanted == "excluded" and has(kind)) or (wanted == "required" and not has(kind)):
            return False
    return True


def _listed(kind: InstanceType, asked: Requirements) -> bool:
    makers, generations = asked.get("cpuManufacturers"), asked.get("instanceGenerations")
    disks = asked.get("localStorageTypes")
    return (
        (not makers or kind.manufacturer in makers)
        and (not generations or ("current" if kind.current else "previous") in generations)
        and (not disks or not kind.storage or bool(kind.storage_types & set(disks)))
        and (not asked.get("requireHibernateSupport") or kind.hibernates)
    )


def _price_limit(chosen: Sequence[InstanceType], asked: Requirements) -> float:
    """The most that a vCPU may cost: so much over the cheapest current type of C, M or R, or else of all.

    Without requirements, and where types are named, nothing is left out for its price (U). U: that prices are
    compared by the vCPU, of the family's `large`: smaller burstable sizes have as many vCPUs.
    """
    share = asked.get("onDemandMaxPricePercentageOverLowestPrice")
    if share is None and (not asked or asked.get("allowedInstanceTypes")):
        return float("inf")
    priced = [kind for kind in chosen if kind.rate is not None]
    general = [kind for kind in priced if kind.current and kind.name[0] in GENERAL]
    lowest = min((kind.rate or 0.0 for kind in general or priced), default=0.0)
    return lowest * (1 + (PROTECTED if share is None else share) / 100) + 1e-9
