"""What a service has that starts no deployment: percents, circuit breaker, grace period, rebalancing.

Sentences marked U are put together from ones that AWS is known to use; the refusal itself is real.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from ecslab.sandbox.bridge.ecs.services import zone_rebalancing
from ecslab.sandbox.world.errors import invalid
from ecslab.sandbox.world.service.service import CircuitBreaker, Service

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        CreateServiceRequestTypeDef,
        ServiceTypeDef,
        UpdateServiceRequestTypeDef,
    )

MOST_GRACE: Final = 2_147_483_647


def configure(
    service: Service,
    params: "CreateServiceRequestTypeDef | UpdateServiceRequestTypeDef",
    described: "CreateServiceRequestTypeDef",
) -> None:
    """Take into a service what of a request starts no deployment; if AwsError is raised, it is as it was.

    `described` is what describes its tasks, with what the request leaves out filled in.
    """
    settings = cast("dict[str, Any]", dict(service.settings))
    given = params.get("deploymentConfiguration") or {}
    configuration = {**settings["deploymentConfiguration"], **given}
    least, most = configuration["minimumHealthyPercent"], configuration["maximumPercent"]
    _check_percents(least, most, service.daemon)
    configuration["deploymentCircuitBreaker"] = _merged_breaker(
        settings["deploymentConfiguration"]["deploymentCircuitBreaker"], given.get("deploymentCircuitBreaker")
    )
    breaker = _breaker(configuration["deploymentCircuitBreaker"])
    grace = params.get("healthCheckGracePeriodSeconds", settings["healthCheckGracePeriodSeconds"])
    _check_range("healthCheckGracePeriodSeconds", grace, 0, MOST_GRACE)
    before = settings["availabilityZoneRebalancing"]
    rebalancing = zone_rebalancing.checked(params, described, before, service.daemon, most)
    for member in ("enableECSManagedTags", "propagateTags", "enableExecuteCommand"):
        settings[member] = params.get(member, settings[member])
    settings |= {"deploymentConfiguration": configuration, "healthCheckGracePeriodSeconds": grace,
                 "availabilityZoneRebalancing": rebalancing}  # fmt: skip
    service.settings = cast("ServiceTypeDef", settings)
    service.grace, service.breaker = float(grace), breaker
    service.minimum_percent, service.maximum_percent = least, most
    service.rebalances = rebalancing == "ENABLED"


def _check_percents(least: int, most: int, daemon: bool) -> None:
    _check_range("minimumHealthyPercent", least, 0, 100)
    if daemon and most > 100:
        raise invalid("The daemon scheduling strategy does not support values above 100 for maximumPercent")
    if least == most == 100:
        raise invalid(
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments."
        )
    _check_range("maximumPercent", most, 100, 200)


def _check_range(name: str, value: int, least: int, most: int) -> None:
    if value < least:
        raise invalid(f"{name} must be at least {least}")
    if value > most:
        raise invalid(f"{name} must be at most {most}")


def _merged_breaker(old: Mapping[str, Any], given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The circuit breaker after a request: what it leaves out stays.

    Recorded: a roll-back is accepted of one that is switched off. U: that it is shown as it was given.
    """
    breaker = {**old, **(given or {})}
    threshold = breaker["thresholdConfiguration"]
    value = threshold.get("value", 0)
    if value < 1 or (threshold.get("type") != "COUNT" and value > 100):
        raise invalid("Invalid deployment circuit breaker threshold value.")
    return breaker


def _breaker(shown: Mapping[str, Any]) -> CircuitBreaker:
    threshold = shown["thresholdConfiguration"]
    return CircuitBreaker(
        enabled=shown["enable"],
        rollback=shown["rollback"],
        kind=threshold.get("type", "BOUNDED_PERCENT"),
        value=threshold["value"],
        resets=shown["resetOnHealthyTask"],
    )
