"""Stage 07: one address for all tasks: two security groups, a target group, a load balancer, the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
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
            return verdicts.wrong(
                "07.group-in-other-vpc", name=name, vpc_id=group["VpcId"], home=load_balancing.home(lab)
            )
    if not balancer or not tasks:
        return not_yet(f"There is no security group `{back if balancer else front}` yet.")
    right = verdicts.done("07.groups-right", front=front, back=back)
    return _front(lab, balancer) or _back(lab, tasks, balancer) or right


def _front(lab: Connection, group: SecurityGroupTypeDef) -> Verdict | None:
    name, sources = group["GroupName"], load_balancing.sources(group)
    if network_rules.ANYWHERE in sources:
        return None
    if not sources:
        return verdicts.wrong("07.front-closed", name=name)
    return verdicts.wrong("07.front-other-sources", name=name, sources=load_balancing.spelled(lab, sources))


def _back(lab: Connection, group: SecurityGroupTypeDef, balancer: SecurityGroupTypeDef) -> Verdict | None:
    name, front, wanted = group["GroupName"], balancer["GroupName"], balancer["GroupId"]
    sources = load_balancing.sources(group)
    if network_rules.ANYWHERE in sources:
        return verdicts.wrong("07.back-open", name=name)
    if sources == [wanted]:
        return None
    if wanted in sources:
        others = [source for source in sources if source != wanted]
        return verdicts.wrong(
            "07.back-others-besides", name=name, front=front, others=load_balancing.spelled(lab, others)
        )
    if sources == [group["GroupId"]]:
        return verdicts.wrong("07.back-itself", name=name, front=front, wanted=wanted)
    if sources:
        return verdicts.wrong(
            "07.back-other-sources",
            name=name,
            sources=load_balancing.spelled(lab, sources),
            front=front,
            wanted=wanted,
        )
    return verdicts.wrong("07.back-closed", name=name, wanted=wanted)


def target_group(lab: Connection) -> Verdict:
    """A target group for addresses, that asks the web server's port."""
    name = lab.names.target_group
    group = target_group_reader.find_target_group(lab, name)
    if not group:
        if other := similar_name(lab, name, target_group_reader.names(lab)):
            return wrong(f"There is a target group `{other}`, but the lesson's is called `{name}`.")
        return not_yet(f"There is no target group `{name}`.")
    if group["TargetType"] != "ip":
        return verdicts.wrong("07.target-type", name=name, target_type=group["TargetType"])
    if group["Protocol"] != "HTTP":
        return verdicts.wrong("07.target-protocol", name=name, protocol=group["Protocol"])
    if group["VpcId"] != load_balancing.home(lab):
        return verdicts.wrong(
            "07.target-group-in-other-vpc", name=name, vpc_id=group["VpcId"], home=load_balancing.home(lab)
        )
    if group["HealthCheckPort"] not in ("traffic-port", "80"):
        return verdicts.wrong("07.health-check-port", name=name, health_check_port=group["HealthCheckPort"])
    return verdicts.done(
        "07.target-group-right",
        name=name,
        health_check_path=group["HealthCheckPath"],
        health_check_interval_seconds=group["HealthCheckIntervalSeconds"],
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
    if balancer["Type"] != "application":
        return verdicts.wrong("07.balancer-type", name=name, type=balancer["Type"])
    if balancer["Scheme"] != "internet-facing":
        return verdicts.wrong("07.balancer-internal", name=name, scheme=balancer["Scheme"])
    if balancer["VpcId"] != load_balancing.home(lab):
        return verdicts.wrong(
            "07.balancer-in-other-vpc", name=name, vpc_id=balancer["VpcId"], home=load_balancing.home(lab)
        )
    private = load_balancing.private(lab, [zone["SubnetId"] for zone in balancer["AvailabilityZones"]])
    if private:
        return verdicts.wrong("07.balancer-in-private-subnet", name=name, subnets=" and ".join(private))
    worn = network_reader.security_groups(lab, balancer.get("SecurityGroups", []))
    if front not in [group["GroupName"] for group in worn]:
        theirs = ", ".join(f"`{group['GroupName']}`" for group in worn)
        return verdicts.wrong("07.balancer-other-group", name=name, theirs=theirs, front=front)
    return None


def _listening(lab: Connection, balancer: LoadBalancerTypeDef) -> Verdict | None:
    """Where its port 80 leads, if not to the target group."""
    name, wanted = balancer["LoadBalancerName"], lab.names.target_group
    listeners = load_balancer_reader.listeners(lab, balancer)
    if not listeners:
        return verdicts.wrong("07.no-listener", name=name)
    listener = next((each for each in listeners if each["Port"] == load_balancing.PORT), None)
    if not listener:
        ports = ", ".join(str(each["Port"]) for each in listeners)
        return verdicts.wrong("07.listener-other-port", name=name, ports=ports)
    action = listener["DefaultActions"][-1]
    if action["Type"] != "forward":
        return verdicts.wrong("07.listener-other-action", type=action["Type"])
    names = [target_group_reader.name_in(arn) for arn in load_balancer_reader.forwards_to(action)]
    if wanted not in names:
        return verdicts.wrong(
            "07.listener-other-target-group",
            groups=", ".join(f"`{group}`" for group in names),
            wanted=wanted,
        )
    return None
