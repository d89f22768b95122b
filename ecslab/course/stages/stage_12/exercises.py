"""The exercises of stage 12, on a service of their own, `adgu-rush`: requests per target, and the game."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.stages.stage_12.checks import configuration_of
from ecslab.display.verdict import Verdict, not_yet
from ecslab.operations import prices, scaling_game
from ecslab.resources.scaling import SHOP, scaling_reader
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from ecslab.resources.scaling_shapes import PolicyShape

REQUESTS: Final = "ALBRequestCountPerTarget"
_FULL: Final = 750
"""Requests a minute that a task of the shop serves with all its CPU."""
_IDLE: Final = 150


def by_requests(lab: Connection) -> Verdict:
    """Exercise: `adgu-rush` follows the requests per target, and nothing else."""
    name = lab.name(scaling_game.NAME)
    if not service_reader.find(lab, name):
        return not_yet(f"There is no service `{name}`: the cell above makes it.")
    policies = scaling_reader.policies(lab, name)
    by_count = [policy for policy in policies if _metric(policy) == REQUESTS]
    if not by_count:
        if any(_metric(policy) == REQUESTS for policy in scaling_reader.policies(lab, lab.name(SHOP))):
            return verdicts.wrong("12.requests-of-shop", name=name, shop=lab.name(SHOP))
        if policies:
            metric = _metric(policies[0]) or policies[0]["PolicyType"]
            return verdicts.wrong("12.requests-other-metric", name=name, metric=metric, wanted=REQUESTS)
        return not_yet(f"`{name}` has no scaling policy yet.")
    configuration = configuration_of(by_count[0])
    value = configuration["TargetValue"]
    if value < _IDLE:
        return verdicts.wrong("12.requests-a-second", value=f"{value:g}", minute=f"{value * 60:g}")
    if value >= _FULL:
        return verdicts.wrong("12.requests-too-many", value=f"{value:g}", full=_FULL)
    if configuration.get("DisableScaleIn"):
        return verdicts.wrong("12.requests-no-scale-in", name=name)
    if len(policies) > 1:
        return verdicts.wrong("12.requests-and-others", name=name, count=len(policies))
    return verdicts.done("12.requests-there", name=name, value=f"{value:g}")


def _metric(policy: PolicyShape) -> str:
    specification = configuration_of(policy).get("PredefinedMetricSpecification", {})
    return specification.get("PredefinedMetricType", "")


def game(lab: Connection) -> Verdict:
    """Exercise: a day of the game with few errors, for less than a fixed number of tasks costs."""
    name = lab.name(scaling_game.NAME)
    if not service_reader.find(lab, name):
        return not_yet(f"There is no service `{name}`: the cell above makes it.")
    days = scaling_game.played(lab, name)
    if not days:
        return not_yet(f"`{name}` has not served a day of the game yet.")
    valid = [day for day in days if day.valid]
    if not valid:
        return verdicts.wrong("12.game-lost", lost=f"{days[-1].run.lost_percent:.2f}", most=scaling_game.LOST)
    best = min(valid, key=lambda day: day.dollars)
    cost, fixed = prices.dollars(best.dollars), prices.dollars(best.fixed_dollars)
    if not any(mark.kind == "activity" for mark in best.run.marks):
        return verdicts.wrong("12.game-by-hand", cost=cost)
    if best.dollars >= best.fixed_dollars:
        return verdicts.wrong("12.game-dear", cost=cost, fixed=fixed, count=scaling_game.FIXED)
    return verdicts.done("12.game-won", cost=cost, lost=f"{best.run.lost_percent:.3f}", fixed=fixed)
