"""Do the requests for `/api/*` reach the back of the guestbook, and is it well?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks import lesson_service
from ecslab.course.checks.similar_name import similar_name
from ecslab.course.stages.stage_07 import load_balancing
from ecslab.course.stages.stage_07.service import doors
from ecslab.display.verdict import Verdict, not_yet
from ecslab.operations.guestbook import back as guestbook
from ecslab.resources.load_balancer import load_balancer_reader, target_group_reader
from ecslab.resources.load_balancer.path_rules import fits, patterns
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef
    from mypy_boto3_elbv2.type_defs import RuleTypeDef, TargetGroupTypeDef


def back(lab: Connection) -> Verdict:
    """A rule sends `/api/entries` to the back's target group, and its service has a healthy task in it."""
    name = lab.name(guestbook.BACK)
    rules = _rules(lab)
    if rules is None:
        return not_yet(f"`{lab.names.load_balancer}` has no listener on port 80 that could have a rule.")
    group = target_group_reader.find_target_group(lab, name)
    service = service_reader.describe(lab, name)
    if not group:
        if other := similar_name(lab, name, target_group_reader.names(lab)):
            return verdicts.wrong("07.book-other-name", other=other, name=name)
        return not_yet(f"There is no target group `{name}`.")
    if trouble := _led_elsewhere(rules, group):
        return trouble
    if not service or service["status"] != "ACTIVE":
        return not_yet(f"The rule for `{guestbook.PATTERN}` is there. There is no service `{name}` yet.")
    return _unfit(lab, service, group) or doors(lab, service) or _health(lab, service, group)


def _rules(lab: Connection) -> list[RuleTypeDef] | None:
    """The rules of the listener on port 80, in their order; None without a listener."""
    balancer = load_balancer_reader.find(lab, lab.names.load_balancer)
    listeners = load_balancer_reader.listeners(lab, balancer) if balancer else []
    listener = next((each for each in listeners if each["Port"] == load_balancing.PORT), None)
    if not listener:
        return None
    rules = load_balancer_reader.rules(lab, listener["ListenerArn"])
    return sorted(rules, key=lambda rule: int(rule["Priority"]))


def _led_elsewhere(rules: list[RuleTypeDef], group: TargetGroupTypeDef) -> Verdict | None:
    """Where a request for the entries goes, if not to the target group."""
    path, name = guestbook.ENTRIES, group["TargetGroupName"]
    rule = next((rule for rule in rules if fits(rule, path)), None)
    if not rule:
        ours = [rule for rule in rules if group["TargetGroupArn"] in _forwards(rule)]
        if listed := [pattern for rule in ours for pattern in patterns(rule)]:
            shown = ", ".join(f"`{pattern}`" for pattern in listed)
            return verdicts.wrong("07.book-rule-other-path", listed=shown, path=path, name=name)
        return verdicts.not_yet("07.book-no-rule", pattern=guestbook.PATTERN, name=name)
    if besides := sorted({each["Field"] for each in rule["Conditions"]} - {"path-pattern"}):
        return verdicts.wrong("07.book-rule-conditions", fields=" and ".join(besides))
    if group["TargetGroupArn"] not in _forwards(rule):
        return verdicts.wrong(
            "07.book-rule-elsewhere", priority=rule["Priority"], path=path, where=_where(rule), name=name
        )
    if fits(rule, "/index.html"):
        return verdicts.wrong("07.book-rule-takes-all", priority=rule["Priority"], name=name)
    return None


def _forwards(rule: RuleTypeDef) -> list[str]:
    return [arn for action in rule["Actions"] for arn in load_balancer_reader.forwards_to(action)]


def _where(rule: RuleTypeDef) -> str:
    """Where a rule sends requests, in words."""
    names = [f"to `{target_group_reader.name_in(arn)}`" for arn in _forwards(rule)]
    return ", ".join(names) or f"nowhere: its action is {rule['Actions'][-1]['Type']}"


def _unfit(lab: Connection, service: ServiceTypeDef, group: TargetGroupTypeDef) -> Verdict | None:
    """What keeps the service from being the back, if anything."""
    name, family = service["serviceName"], lab.name(guestbook.BACK)
    runs = service["taskDefinition"].rsplit("/", 1)[-1].rsplit(":", 1)[0]
    if runs != family:
        return verdicts.wrong("07.book-other-definition", name=name, runs=runs, family=family)
    if group["TargetGroupArn"] not in [each.get("targetGroupArn") for each in service["loadBalancers"]]:
        return verdicts.wrong("07.book-not-registered", name=name)
    if service["desiredCount"] == 0:
        return verdicts.wrong("07.desired-zero", name=name)
    return None


def _health(lab: Connection, service: ServiceTypeDef, group: TargetGroupTypeDef) -> Verdict:
    """What the health checks say of the back's task."""
    name, members = service["serviceName"], target_group_reader.health(lab, group["TargetGroupArn"])
    if load_balancing.in_state(members, "healthy"):
        return verdicts.done(
            "07.book-right", pattern=guestbook.PATTERN, name=name, front=lab.names.service
        )
    path, reasons = group.get("HealthCheckPath", "/"), load_balancing.verdicts(service)
    if path != guestbook.HEALTH and (reasons or load_balancing.in_state(members, "unhealthy")):
        return verdicts.wrong("07.book-health-path", name=name, path=path, health=guestbook.HEALTH)
    everything = task_reader.of_cluster(lab, lab.names.cluster)
    if task := lesson_service.last_failed(everything, service):
        return lesson_service.keeps_failing(name, task)
    return not_yet(f"`{name}` has no healthy target yet: a new target needs one health check that passes.")
