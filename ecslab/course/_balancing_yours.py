"""The exercises of stage 07: a rule, a wrong health path and its repair, a Network Load Balancer."""

from fnmatch import fnmatchcase

import ecslab
from ecslab.connection.connection import Connection
from ecslab.course import _balancing, _services
from ecslab.course.account import Facts
from ecslab.course.step import Step
from ecslab.course.verdict import Verdict, done, not_yet, wrong
from ecslab.operations import prices

PATH, LOST = "/health", "/nothing-here"


def rule(lab: Connection) -> Verdict:
    """Exercise: the balancer answers `/health` by itself, with 200."""
    found = _balancing.balancer(lab, lab.names.load_balancer)
    there = _balancing.listeners(lab, found) if found else []
    listener = next((one for one in there if one["Port"] == _balancing.PORT), None)
    if not listener:
        return not_yet(f"`{lab.names.load_balancer}` has no listener on port 80 that could have a rule.")
    rules = _balancing.rules(lab, listener)
    if not rules:
        return not_yet("The listener on port 80 has only its default rule: everything goes to the tasks.")
    patterns = [pattern for one in rules for pattern in _patterns(one)]
    if not patterns:
        fields = ", ".join(sorted({c["Field"] for one in rules for c in one["Conditions"]}))
        return wrong(
            f"The rule looks at {fields}, not at the path.", "A condition with the field `path-pattern`."
        )
    fitting = next((one for one in rules if any(fnmatchcase(PATH, p) for p in _patterns(one))), None)
    if not fitting:
        listed = ", ".join(f"`{pattern}`" for pattern in patterns)
        return wrong(f"No path pattern fits `{PATH}`: there is {listed}.", f"The pattern `{PATH}` fits it.")
    return _answer(fitting)


def _answer(found: Facts) -> Verdict:
    """What the rule that fits the path does."""
    action = found["Actions"][-1]
    besides = sorted({c["Field"] for c in found["Conditions"]} - {"path-pattern"})
    if any(pattern in ("*", "/*") for pattern in _patterns(found)):
        return wrong(
            "The rule's pattern fits every page: no visitor sees a task any more.", f"Let it be `{PATH}`."
        )
    if besides:
        return wrong(
            f"The rule for `{PATH}` holds only where {' and '.join(besides)} fits too.",
            "All conditions of a rule have to hold: leave only the path.",
        )
    if action["Type"] != "fixed-response":
        return wrong(
            f"The rule for `{PATH}` has the action {action['Type']}; the balancer is to answer by itself.",
            "An action of type `fixed-response`.",
        )
    code = action["FixedResponseConfig"]["StatusCode"]
    if code != "200":
        return wrong(f"The balancer answers `{PATH}` with {code}; the exercise asks for 200.")
    return done(f"The balancer answers `{PATH}` by itself, with 200.")


def _patterns(found: Facts) -> list[str]:
    patterns: list[str] = []
    for condition in found["Conditions"]:
        if condition["Field"] == "path-pattern":
            patterns += condition.get("PathPatternConfig", {}).get("Values") or condition.get("Values", [])
    return patterns


def repaired(lab: Connection) -> Verdict:
    """Exercise: a wrong health path was seen to make targets unhealthy, and was put right."""
    group = _balancing.target_group(lab, lab.names.target_group)
    found = _services.service(lab, lab.names.service)
    if not group or not found:
        return not_yet("There is no service behind a target group whose health check could be broken.")
    members = _balancing.health(lab, group)
    healthy = _balancing.in_state(members, "healthy")
    unhealthy = _balancing.in_state(members, "unhealthy")
    events = [e["message"] for e in found["events"] if " is unhealthy in (target-group " in e["message"]]
    path = group["HealthCheckPath"]
    if trouble := _evaded(found, events):
        return trouble
    if not events and not unhealthy:
        if path in ("/", "/index.html"):
            return not_yet("All is well, and was: first give the health check a page that is not there.")
        return not_yet(
            f"The health checks ask for `{path}`; it takes two of them until a target is unhealthy."
        )
    if unhealthy and path not in ("/", "/index.html"):
        seen = unhealthy[0]["TargetHealth"]["Description"]
        return not_yet(f"{len(unhealthy)} targets are unhealthy: {seen}. Now put the path `{path}` right.")
    if len(healthy) < found["desiredCount"]:
        return not_yet(f"{len(healthy)} of {found['desiredCount']} targets are healthy: wait for the others.")
    if (codes := group["Matcher"]["HttpCode"]) != "200":
        return wrong(
            f"The targets are healthy because the health check takes {codes} for an answer: it would be "
            "content with a server that has lost its page.",
            "Take back `Matcher`, and put `HealthCheckPath` right.",
        )
    return done(f"The targets were unhealthy, and are healthy again: the health checks ask for `{path}`.")


def _evaded(found: Facts, events: list[str]) -> Verdict | None:
    """Whether the failing checks were got rid of in another way, or failed for another reason."""
    name = found["serviceName"]
    if not found["loadBalancers"]:
        if not events:
            return not_yet(f"`{name}` is not behind a load balancer: nobody checks its tasks.")
        return wrong(
            f"`{name}` is no longer behind the load balancer: nobody checks its tasks now, and nobody gets "
            "there.",
            "`ecslab.load_balancer.attach(lab)` puts it back.",
        )
    if found["desiredCount"] == 0:
        return wrong(
            f"`{name}` is scaled to 0: nothing is unhealthy any more, and nothing answers.",
            "`ecslab.service.scale(lab, 2)`.",
        )
    if events and "codes: [" not in events[0]:
        return wrong(
            f"Targets were unhealthy, but for another reason: {events[0].rsplit('(reason ', 1)[-1][:-2]}.",
            "The exercise is about the path: leave the groups and the port as they were.",
        )
    return None


def network_balancer(lab: Connection) -> Verdict:
    """Exercise: the same service behind a Network Load Balancer, too."""
    name = lab.name("adgu-nlb")
    found = _balancing.balancer(lab, name)
    if not found:
        return not_yet(f"There is no load balancer `{name}`.")
    if found["Type"] != "network":
        return wrong(
            f"`{name}` is an {found['Type']} load balancer: the exercise asks for one that knows TCP only.",
            "Delete it, and make it anew with `Type='network'`.",
        )
    if found["Scheme"] != "internet-facing":
        return wrong(
            f"`{name}` is {found['Scheme']}: no visitor from the internet gets there.",
            "Delete it, and make it anew; without `Scheme` it is `internet-facing`.",
        )
    listener = next((o for o in _balancing.listeners(lab, found) if o["Port"] == _balancing.PORT), None)
    if not listener:
        return wrong(
            f"`{name}` has no listener on port 80.", "`lab.elbv2.create_listener(…)`, `Protocol='TCP'`."
        )
    arn = _balancing.forwards_to(listener["DefaultActions"][-1])[0]
    service = _services.service(lab, lab.names.service) or {}
    registers = [one.get("targetGroupArn") for one in service.get("loadBalancers", [])]
    if arn not in registers:
        return wrong(
            f"`{name}` leads to `{_balancing.called(arn)}`, in which `{lab.names.service}` does not register "
            "its tasks.",
            "`ecslab.service.update(lab, loadBalancers=[…])`, with both target groups.",
        )
    members = _balancing.health(lab, {"TargetGroupArn": arn})
    if _balancing.in_state(members, "healthy"):
        return done(f"`{name}` leads to {len(members)} tasks of `{lab.names.service}` as well.")
    if unhealthy := _balancing.in_state(members, "unhealthy"):
        return wrong(
            f"The targets of `{name}` are unhealthy: {unhealthy[0]['TargetHealth']['Description']}. The "
            f"tasks admit only whoever is in `{lab.names.balancer_group}`; is the new balancer?",
            "Make it anew with `SecurityGroups=[…]`: one that was made without any cannot get one later.",
        )
    if found["State"]["Code"] != "active":
        return not_yet(f"`{name}` is {found['State']['Code']}: it takes two to three minutes.")
    return not_yet(f"The targets of `{name}` are not healthy yet.")


def _make_rule(lab: Connection) -> None:
    listener = ecslab.load_balancer.listener(lab)["ListenerArn"]
    words = {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": "the balancer is well"}
    there = lab.elbv2.describe_rules(ListenerArn=listener)["Rules"]
    if "10" not in [rule["Priority"] for rule in there]:
        lab.elbv2.create_rule(
            ListenerArn=listener,
            Priority=10,
            Conditions=[{"Field": "path-pattern", "Values": ["/health"]}],
            Actions=[{"Type": "fixed-response", "FixedResponseConfig": words}],
        )


def _break_and_repair(lab: Connection) -> None:
    group = ecslab.load_balancer.target_group(lab)["TargetGroupArn"]
    lab.elbv2.modify_target_group(TargetGroupArn=group, HealthCheckPath="/nothing-here")
    lab.wait(lambda: "is unhealthy in" in str(ecslab.service.events(lab)), "ECS to notice")
    print(ecslab.load_balancer.targets(lab))  # noqa: T201
    lab.elbv2.modify_target_group(TargetGroupArn=group, HealthCheckPath="/")
    ecslab.load_balancer.wait_until_healthy(lab)


def _make_network_balancer(lab: Connection) -> None:
    first = ecslab.load_balancer.create(lab)
    second = lab.elbv2.create_load_balancer(
        Name=lab.name("adgu-nlb"),
        Type="network",
        Subnets=[zone["SubnetId"] for zone in first["AvailabilityZones"]],
        SecurityGroups=first["SecurityGroups"],
    )["LoadBalancers"][0]
    group = lab.elbv2.create_target_group(
        Name=lab.name("adgu-web-tcp"), TargetType="ip", Protocol="TCP", Port=80, VpcId=first["VpcId"]
    )["TargetGroups"][0]
    if not ecslab.load_balancer.listener(lab, second):
        forward = {"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}
        lab.elbv2.create_listener(
            LoadBalancerArn=second["LoadBalancerArn"], Protocol="TCP", Port=80, DefaultActions=[forward]
        )
    behind = ecslab.load_balancer.attach(lab)["loadBalancers"]
    another = {**behind[0], "targetGroupArn": group["TargetGroupArn"]}
    if another not in behind:
        ecslab.service.update(lab, loadBalancers=[*behind, another])
    ecslab.service.wait_until_stable(lab)


STEPS = (
    Step(
        "07.yours-1",
        "Your turn: an answer of the balancer's own",
        6,
        rule,
        _make_rule,
        (
            "A rule belongs to a listener: conditions, one action, and a priority.",
            "The condition's field is `path-pattern`; the action's type is `fixed-response`.",
            "`lab.elbv2.create_rule(ListenerArn=…, Priority=10, Conditions=[…], Actions=[…])`.",
        ),
        frozenset({"CreateRule"}),
    ),
    Step(
        "07.yours-2",
        "Your turn: the wrong health path",
        8,
        repaired,
        _break_and_repair,
        (
            "The path belongs to the target group: ELB's `ModifyTargetGroup`.",
            "After two failed checks a target is unhealthy; a while later ECS says so in its events.",
            "`lab.elbv2.modify_target_group(TargetGroupArn=…, HealthCheckPath='/nothing-here')`; see "
            "`ecslab.load_balancer.targets(lab)` and `ecslab.service.events(lab)`; then the same with `/`.",
        ),
        frozenset({"ModifyTargetGroup"}),
    ),
    Step(
        "07.yours-3",
        "Your turn: a Network Load Balancer",
        10,
        network_balancer,
        _make_network_balancer,
        (
            "It needs a target group and a listener that speak TCP, and the service has to know both groups.",
            "The tasks admit only the balancer's security group: give it to the new balancer too.",
            "`lab.elbv2.create_load_balancer(Name=…, Type='network', Subnets=[…], SecurityGroups=[…])`; "
            "`create_target_group` and `create_listener` with `Protocol='TCP'`; then "
            "`ecslab.service.update(lab, loadBalancers=[…])`.",
        ),
        frozenset({"CreateLoadBalancer", "CreateTargetGroup", "CreateListener", "UpdateService"}),
        prices.balancer_hour(network=True),
    ),
)
