"""Stage 07: one address for all tasks: two security groups, a target group, a load balancer, the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course.checks.similar_name import similar_name
from ecslab.course.stages.stage_07 import load_balancing
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources.load_balancer import load_balancer_reader, target_group_reader
from ecslab.resources.network import network_reader
from ecslab.resources.network import rules as network_rules

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import SecurityGroupTypeDef
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef


def groups(lab: Connection) -> Verdict:
    """The balancer's group admits HTTP from anywhere, the tasks' group only from the balancer's."""
    front, back = lab.names.balancer_group, lab.names.tasks_group
    balancer, tasks = load_balancing.group(lab, front), load_balancing.group(lab, back)
    if not balancer and not tasks:
        return not_yet(f"There are no security groups `{front}` and `{back}`.")
    for name, group in ((front, balancer), (back, tasks)):
        if group and group["VpcId"] != load_balancing.home(lab):
            return wrong(
                f"`{name}` is in {group['VpcId']}; the service's tasks are in {load_balancing.home(lab)}. A "
                "security group belongs to one VPC.",
                "Make it there: `ecslab.load_balancer.groups(lab)`.",
            )
    if not balancer or not tasks:
        return not_yet(f"There is no security group `{back if balancer else front}` yet.")
    return _front(lab, balancer) or _back(lab, tasks, balancer) or done(
        f"`{front}` admits HTTP from anywhere, `{back}` only from `{front}`."
    )  # fmt: skip


def _front(lab: Connection, group: SecurityGroupTypeDef) -> Verdict | None:
    name, sources = group["GroupName"], load_balancing.sources(group)
    if network_rules.ANYWHERE in sources:
        return None
    if not sources:
        return wrong(
            f"`{name}` does not admit port 80: the balancer would run, and nobody would get in.",
            "Add the rule: TCP port 80 from 0.0.0.0/0.",
        )
    return wrong(
        f"`{name}` admits port 80 from {load_balancing.spelled(lab, sources)} only, not from anywhere "
        "(0.0.0.0/0).",
        "Add a rule whose source is 0.0.0.0/0.",
    )


def _back(lab: Connection, group: SecurityGroupTypeDef, balancer: SecurityGroupTypeDef) -> Verdict | None:
    name, front, wanted = group["GroupName"], balancer["GroupName"], balancer["GroupId"]
    sources = load_balancing.sources(group)
    if network_rules.ANYWHERE in sources:
        return wrong(
            f"`{name}` admits port 80 from anywhere (0.0.0.0/0): visitors can go round the balancer, "
            "straight to a task.",
            "Take that rule out: `lab.ec2.revoke_security_group_ingress(…)`.",
        )
    if sources == [wanted]:
        return None
    if wanted in sources:
        others = [source for source in sources if source != wanted]
        return wrong(
            f"`{name}` admits port 80 from `{front}`, and from {load_balancing.spelled(lab, others)} "
            "besides.",
            "The balancer alone is to get in: take the other rule out.",
        )
    if sources == [group["GroupId"]]:
        return wrong(
            f"`{name}` admits port 80 from itself: from one task to another. The balancer is in `{front}`.",
            f"Name the balancer's group as the source: {wanted}.",
        )
    if sources:
        return wrong(
            f"`{name}` admits port 80 from {load_balancing.spelled(lab, sources)}, not from `{front}`: the "
            "balancer's requests are dropped at the tasks' door.",
            f"Name the balancer's group as the source: {wanted}.",
        )
    return wrong(
        f"`{name}` does not admit port 80: the balancer's requests are dropped at the tasks' door.",
        f"Add a rule: TCP port 80, and as its source the group {wanted}.",
    )


def target_group(lab: Connection) -> Verdict:
    """A target group for addresses, that asks the web server's port."""
    name = lab.names.target_group
    group = target_group_reader.find_target_group(lab, name)
    if not group:
        if other := similar_name(lab, name, target_group_reader.names(lab)):
            return wrong(f"There is a target group `{other}`, but the lesson's is called `{name}`.")
        return not_yet(f"There is no target group `{name}`.")
    anew = (
        "That cannot be changed: delete it, and make it anew with `ecslab.load_balancer.target_group(lab)`."
    )
    if group["TargetType"] != "ip":
        return wrong(
            f"`{name}` has the target type {group['TargetType']}. A task on Fargate is no instance of yours: "
            "it has an address of its own, so the type has to be ip.",
            anew,
        )
    if group["Protocol"] != "HTTP":
        return wrong(f"`{name}` speaks {group['Protocol']}; the web server understands HTTP.", anew)
    if group["VpcId"] != load_balancing.home(lab):
        return wrong(
            f"`{name}` belongs to {group['VpcId']}; the service's tasks are in {load_balancing.home(lab)}.",
            anew,
        )
    if group["HealthCheckPort"] not in ("traffic-port", "80"):
        return wrong(
            f"The health checks of `{name}` ask port {group['HealthCheckPort']}, and the web server listens "
            "on 80: no target will be healthy.",
            "`lab.elbv2.modify_target_group(TargetGroupArn=…, HealthCheckPort='traffic-port')`.",
        )
    return done(
        f"`{name}` takes addresses, and asks each of them for `{group['HealthCheckPath']}` every "
        f"{group['HealthCheckIntervalSeconds']} s."
    )


def balancer(lab: Connection) -> Verdict:
    """An Application Load Balancer on the internet, whose port 80 leads to the target group."""
    name = lab.names.load_balancer
    balancer = load_balancer_reader.find(lab, name)
    if not balancer:
        if other := similar_name(lab, name, load_balancer_reader.names(lab)):
            return wrong(f"There is a load balancer `{other}`, but the lesson's is called `{name}`.")
        return not_yet(f"There is no load balancer `{name}`.")
    if trouble := _misplaced(lab, balancer) or _listening(lab, balancer):
        return trouble
    if balancer["State"]["Code"] != "active":
        return not_yet(f"`{name}` is {balancer['State']['Code']}: it takes two to three minutes.")
    zones = " and ".join(sorted(zone["ZoneName"] for zone in balancer["AvailabilityZones"]))
    return done(f"`{name}` is active in {zones}; port 80 leads to `{lab.names.target_group}`.")


def _misplaced(lab: Connection, balancer: LoadBalancerTypeDef) -> Verdict | None:
    """What cannot be right about it, wherever it leads."""
    name, front = balancer["LoadBalancerName"], lab.names.balancer_group
    anew = "Delete it, and make it anew with `ecslab.load_balancer.create(lab)`."
    if balancer["Type"] != "application":
        return wrong(
            f"`{name}` is a {balancer['Type']} load balancer; the lesson's is an application one.", anew
        )
    if balancer["Scheme"] != "internet-facing":
        return wrong(
            f"`{name}` is {balancer['Scheme']}: its name leads to private addresses, and no visitor from the "
            "internet gets there.",
            anew,
        )
    if balancer["VpcId"] != load_balancing.home(lab):
        return wrong(
            f"`{name}` stands in {balancer['VpcId']}; the service's tasks are in {load_balancing.home(lab)}.",
            anew,
        )
    private = load_balancing.private(lab, [zone["SubnetId"] for zone in balancer["AvailabilityZones"]])
    if private:
        return wrong(
            f"`{name}` stands in {' and '.join(private)}, from which no route leads to an internet gateway: "
            "visitors do not get there.",
            "`lab.elbv2.set_subnets(…)` with public subnets, one in each zone.",
        )
    worn = network_reader.security_groups(lab, balancer.get("SecurityGroups", []))
    if front not in [group["GroupName"] for group in worn]:
        theirs = ", ".join(f"`{group['GroupName']}`" for group in worn)
        return wrong(
            f"`{name}` is in the group {theirs}, not in `{front}`, from which alone the tasks take requests.",
            "`lab.elbv2.set_security_groups(LoadBalancerArn=…, SecurityGroups=[…])`.",
        )
    return None


def _listening(lab: Connection, balancer: LoadBalancerTypeDef) -> Verdict | None:
    """Where its port 80 leads, if not to the target group."""
    name, wanted = balancer["LoadBalancerName"], lab.names.target_group
    listeners = load_balancer_reader.listeners(lab, balancer)
    if not listeners:
        return wrong(
            f"`{name}` has no listener: it takes requests on no port.",
            "`lab.elbv2.create_listener(…)`; `ecslab.load_balancer.create(lab)` makes what is missing.",
        )
    listener = next((each for each in listeners if each["Port"] == load_balancing.PORT), None)
    if not listener:
        ports = ", ".join(str(each["Port"]) for each in listeners)
        return wrong(
            f"`{name}` listens on port {ports}, not on 80, which a browser asks.",
            "`ecslab.load_balancer.create(lab)` makes the listener on port 80.",
        )
    action = listener["DefaultActions"][-1]
    change = "`lab.elbv2.modify_listener(ListenerArn=…, DefaultActions=[…])`."
    if action["Type"] != "forward":
        return wrong(
            f"The listener on port 80 answers by itself ({action['Type']}): no request gets to a task.",
            change,
        )
    names = [target_group_reader.name_in(arn) for arn in load_balancer_reader.forwards_to(action)]
    if wanted not in names:
        return wrong(
            f"The listener on port 80 forwards to {', '.join(f'`{group}`' for group in names)}, not to "
            f"`{wanted}`.",
            change,
        )
    return None
