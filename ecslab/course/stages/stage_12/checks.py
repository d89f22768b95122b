"""The shop, its scalable target and its policy: are they as the lesson asks?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources import metrics
from ecslab.resources.load_balancer import load_balancer_reader, target_group_reader
from ecslab.resources.scaling import SHOP, scaling_reader
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef

    from ecslab.resources.scaling_shapes import PolicyShape, TrackingShape

LEAST, MOST = 2, 10
CPU_TARGET: Final = 60
_CPU: Final = ("ECSServiceAverageCPUUtilization", "ECSServiceAverageCPUUtilizationHighResolution")


def shop(lab: Connection) -> Verdict:
    """The shop is ACTIVE, and visitors reach its tasks through a load balancer of its own."""
    name = lab.name(SHOP)
    service = service_reader.describe(lab, name)
    if not service:
        return not_yet(f"There is no service `{name}`.")
    if service["status"] != "ACTIVE":
        return wrong(f"`{name}` was deleted.", "`ecslab.scaling.shop(lab)`.")
    if trouble := _way_in(lab, name, service):
        return trouble
    if service["desiredCount"] == 0:
        return verdicts.wrong("12.shop-desired-0", name=name)
    if service["runningCount"] == 0:
        return not_yet(f"No task of `{name}` runs yet.")
    return done(f"`{name}` answers visitors with {service['runningCount']} tasks.")


def _way_in(lab: Connection, name: str, service: ServiceTypeDef) -> Verdict | None:
    """What is missing between the load balancer and the service's tasks."""
    groups = [entry.get("targetGroupArn", "") for entry in service["loadBalancers"]]
    if not groups:
        return verdicts.wrong("12.shop-without-balancer", name=name)
    balancer = load_balancer_reader.find(lab, name)
    if not balancer:
        return verdicts.wrong("12.shop-balancer-gone", name=name)
    listeners = load_balancer_reader.listeners(lab, balancer)
    if not listeners:
        return verdicts.wrong("12.shop-without-listener", name=name)
    forwards = [
        arn for each in listeners for arn in load_balancer_reader.forwards_to(each["DefaultActions"][-1])
    ]
    if not {*forwards} & {*groups}:
        named = ", ".join(f"`{target_group_reader.name_in(arn)}`" for arn in forwards) or "no target group"
        return verdicts.wrong("12.shop-forwards-elsewhere", name=name, named=named)
    return None


def target(lab: Connection) -> Verdict:
    """The shop is a scalable target, of 2 to 10 tasks."""
    name = lab.name(SHOP)
    registered = scaling_reader.target(lab, name)
    if not registered:
        others = [other for other in service_reader.names(lab)[:10] if scaling_reader.target(lab, other)]
        if others:
            return verdicts.wrong("12.target-of-another", name=name, other=others[0])
        return not_yet(f"`{name}` is no scalable target yet.")
    least, most = registered["MinCapacity"], registered["MaxCapacity"]
    raised = scaling_reader.schedules(lab, name)  # a scheduled action changes the bounds, which is right
    if least == most:
        return verdicts.wrong("12.target-fixed", name=name, least=least)
    if most != MOST:
        return verdicts.wrong("12.target-most", name=name, most=most, wanted=MOST)
    if least == 0 or (least != LEAST and not raised):
        return verdicts.wrong("12.target-least", name=name, least=least, wanted=LEAST)
    if suspended := [key for key, value in registered.get("SuspendedState", {}).items() if value]:
        return verdicts.wrong("12.target-suspended", name=name, what=", ".join(sorted(suspended)))
    return done(f"`{name}` may have {least} to {most} tasks.")


def policy(lab: Connection) -> Verdict:
    """A target tracking policy keeps the shop's CPU at 60 %, in both directions, and has its alarms."""
    name = lab.name(SHOP)
    policies = scaling_reader.policies(lab, name)
    if not policies:
        return not_yet(f"`{name}` has no scaling policy yet.")
    tracking = [each for each in policies if each["PolicyType"] == "TargetTrackingScaling"]
    if not tracking:
        return verdicts.wrong("12.policy-type", name=name, type=policies[0]["PolicyType"])
    by_cpu = [each for each in tracking if _metric(each) in _CPU]
    if not by_cpu:
        return verdicts.wrong("12.policy-metric", name=name, metric=_metric(tracking[0]))
    return _settings(lab, name, by_cpu[0]) or verdicts.done("12.policy-there", name=name, target=CPU_TARGET)


def _settings(lab: Connection, name: str, policy: PolicyShape) -> Verdict | None:
    configuration = configuration_of(policy)
    value = configuration["TargetValue"]
    if value < 1:
        return verdicts.wrong("12.policy-share", value=value, wanted=CPU_TARGET)
    if value != CPU_TARGET:
        return verdicts.wrong("12.policy-value", value=f"{value:g}", wanted=CPU_TARGET)
    if configuration.get("DisableScaleIn"):
        return verdicts.wrong("12.policy-no-scale-in", name=name)
    for made in policy.get("Alarms", []):
        if not metrics.alarm(lab, made["AlarmName"]):
            return verdicts.wrong(
                "12.policy-alarm-gone", policy=policy["PolicyName"], alarm=made["AlarmName"]
            )
    return None


def configuration_of(policy: PolicyShape) -> TrackingShape:
    """The configuration of a target tracking policy; empty of another one."""
    return policy.get("TargetTrackingScalingPolicyConfiguration", {})


def _metric(policy: PolicyShape) -> str:
    specification = configuration_of(policy).get("PredefinedMetricSpecification", {})
    return specification.get("PredefinedMetricType", "a metric of your own")
