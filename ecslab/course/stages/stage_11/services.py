"""The services of stage 11: the page on instances by a capacity provider, and one on Fargate and Spot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.display.verdict import Verdict, not_yet
from ecslab.operations.capacity import MIXED, PAGE
from ecslab.resources.instance_group import GROUP
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

MANY: Final = 6
BASE, FIVE = 1, 5
_MIXED: Final = ("FARGATE", "FARGATE_SPOT")
Strategy = dict[str, tuple[int, int]]
"""Base and weight of each capacity provider."""


def page(lab: Connection) -> Verdict:
    """The page has six tasks, which the capacity provider finds instances for."""
    name, provider = lab.name(PAGE), lab.name(GROUP)
    service = service_reader.describe(lab, name)
    if not service:
        return not_yet(f"There is no service `{name}`: the first cells of this notebook make it.")
    if service["status"] != "ACTIVE":
        return verdicts.wrong("11.service-deleted", name=name)
    strategy = strategy_of(service)
    if not strategy:
        return not_yet(
            f"`{name}` has the launch type {service.get('launchType', 'EC2')}: nothing scales for it."
        )
    if provider not in strategy:
        return verdicts.wrong("11.service-provider", name=name, given=", ".join(strategy), wanted=provider)
    if service["desiredCount"] < MANY:
        return verdicts.wrong("11.service-few", name=name, count=service["desiredCount"], wanted=MANY)
    return running(service) or verdicts.done(
        "11.service-there", name=name, count=service["runningCount"], provider=provider
    )


def strategy_of(service: ServiceTypeDef) -> Strategy:
    """The service's capacity provider strategy; empty with a launch type."""
    return {
        item["capacityProvider"]: (item.get("base", 0), item.get("weight", 0))
        for item in service.get("capacityProviderStrategy", [])
    }


def running(service: ServiceTypeDef) -> Verdict | None:
    """What a service says whose tasks do not all run yet."""
    name, count, wanted = service["serviceName"], service["runningCount"], service["desiredCount"]
    if count >= wanted:
        return None
    return not_yet(f"{count} of {wanted} tasks of `{name}` run; the others wait for capacity, or start.")


def mixed(lab: Connection) -> Verdict:
    """Five tasks: one on demand at any time, and of the others three on Spot for each on demand."""
    name = lab.name(MIXED)
    service = service_reader.describe(lab, name)
    if not service:
        return not_yet(f"There is no service `{name}`.")
    if service["status"] != "ACTIVE":
        return verdicts.wrong("11.mixed-deleted", name=name)
    strategy = strategy_of(service)
    if not strategy:
        return verdicts.wrong("11.mixed-launch-type", name=name, type=service.get("launchType", "none"))
    if missing := [each for each in _MIXED if each not in strategy]:
        return verdicts.wrong("11.mixed-one", name=name, missing=missing[0])
    (on_demand, weight), (spot_base, spot_weight) = (strategy[each] for each in _MIXED)
    if spot_base:
        return verdicts.wrong("11.mixed-spot-base", name=name, base=spot_base)
    if on_demand != BASE:
        return verdicts.wrong("11.mixed-base", name=name, base=on_demand, wanted=BASE)
    if spot_weight != 3 * weight:
        return verdicts.wrong("11.mixed-weights", name=name, given=f"{weight} : {spot_weight}")
    if service["desiredCount"] != FIVE:
        return verdicts.wrong("11.mixed-count", name=name, count=service["desiredCount"], wanted=FIVE)
    return running(service) or verdicts.done("11.mixed-there", name=name, count=FIVE, base=BASE)
