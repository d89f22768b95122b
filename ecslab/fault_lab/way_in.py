"""Faults of the way in, and of the street itself: a closed door, and no house number left."""

from typing import TYPE_CHECKING, Final

import ecslab
from ecslab.connection.connection import Connection
from ecslab.fault_lab import _goals
from ecslab.fault_lab._case import Case, Clue, WrongFix
from ecslab.fault_lab._scene import Scene
from ecslab.fault_lab._workbench import Workbench
from ecslab.resources.network import rules

if TYPE_CHECKING:
    from ecslab.fault_lab._fault import Fault

_SMALL: Final = "172.31.240.0/28"  # 16 addresses, of which AWS keeps five
_FILLED: Final = 11


def _arrange_closed(bench: Workbench) -> None:
    bench.foundation()
    group = bench.group(bench.names.service)
    for port, source in bench.rng.choice(((), ((443, "0.0.0.0/0"),), ((80, "10.0.0.0/8"),))):
        bench.admit(group, port, source)
    bench.service(bench.register(bench.recipe()), bench.public(group))
    bench.lab.pass_time(150)


def _admits(scene: Scene) -> str:
    """What the tasks' groups let in, in words."""
    rules = [rule for group in scene.groups for rule in group["IpPermissions"]]
    said = [
        f"{rule['IpProtocol']} port {rule.get('FromPort', 'any')} from "
        f"{', '.join(one['CidrIp'] for one in rule['IpRanges']) or 'other groups'}"
        for rule in rules
    ]
    return "; ".join(said) or "nothing"


def _closed_hints(scene: Scene) -> list[str]:
    groups = ", ".join(group["GroupId"] for group in scene.groups)
    return [
        "The task runs, and has a public IP. So the visitor's packet gets as far as the door. Who stands "
        "there?",
        f"The tasks' security group {groups} lets in: {_admits(scene)}.",
        "`lab.ec2.authorize_security_group_ingress(GroupId=…, IpPermissions=[…])`: TCP port 80 from "
        "0.0.0.0/0.",
    ]


def _repair_closed(lab: Connection, fault: "Fault") -> None:
    group = fault.network()["securityGroups"][0]
    anyone = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    lab.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[anyone])


CLOSED_GROUP = Case(
    kind="closed-group",
    story="The {app}'s page is up, says the team: the task is RUNNING, everything is green. “And my "
    "browser turns and turns, and then it gives up.”",
    arrange=_arrange_closed,
    goal=_goals.page,
    tempting={
        "no-public-ip": "Tempting, because nobody gets through. But the task's interface has a public IP "
        "(and without one this task could not have fetched its image).",
        "no-way-out": "Tempting: something in the network. But a task without a way out never gets to "
        "RUNNING.",
        "wrong-port": "Tempting, because nobody answers. But where a packet arrives and nothing listens, "
        "the browser says at once “connection refused”; here it waits until it times out. And there is no "
        "load balancer.",
        "command-exits": "Tempting, if the server were not running. But the task stays, and its log says "
        "that the server has started.",
        "desired-0": "Tempting: nobody there. But the service wants one task, and one runs.",
    },
    telling=(
        Clue(
            "describe-security-groups",
            ("IpPermissions", "FromPort", "ToPort", "IpRanges", "CidrIp", "IpProtocol"),
            "no rule lets TCP port 80 in from everywhere.",
        ),
        Clue(
            "describe-security-group-rules",
            ("SecurityGroupRules", "FromPort", "ToPort", "CidrIpv4", "IsEgress"),
            "no rule lets TCP port 80 in from everywhere.",
        ),
    ),
    idle=(
        Clue(
            "http get",
            ("timeout", "answer", "status"),
            "that no answer comes is the complaint. (That it "
            "is a timeout, and no refusal, is worth a thought.)",
        ),
        Clue(
            "describe-tasks",
            ("lastStatus", "stoppedReason", "healthStatus"),
            "the task is well. It just has no visitors.",
        ),
        Clue(
            "describe-services",
            ("message", "events"),
            "“has reached a steady state”: ECS has nothing to complain of.",
        ),
        Clue("describe-services", ("securityGroups",), "which group it is, not what it lets in."),
        Clue(
            "describe-network-interfaces",
            ("Groups", "GroupId", "PublicIp"),
            "the address is there, and which group stands before it; not what that lets in.",
        ),
    ),
    wrong=(
        WrongFix(
            lambda scene: scene.admitted() and rules.ANYWHERE not in scene.admitted(),
            lambda scene: (
                f"Port 80 is open to {', '.join(scene.admitted())} only. The visitors are everywhere else."
            ),
            "The source of the rule: 0.0.0.0/0.",
            works=True,
        ),
        WrongFix(
            lambda scene: any(
                rule["IpProtocol"] == "udp" for g in scene.groups for rule in g["IpPermissions"]
            ),
            "There is a rule for UDP. HTTP is TCP.",
            "IpProtocol tcp.",
        ),
        WrongFix(
            lambda scene: not scene.admitted() and any(group["IpPermissions"] for group in scene.groups),
            lambda scene: f"The group lets in: {_admits(scene)}. The server listens on port 80.",
            "TCP port 80.",
        ),
        WrongFix(
            lambda scene: not scene.admitted() and scene.redeployed,
            "There are new tasks, behind a door that is as closed as before.",
            "Look at the group's rules.",
        ),
    ),
    hints=_closed_hints,
    answer="let TCP port 80 in from 0.0.0.0/0, or give the service another group that does.",
    repair=_repair_closed,
)


def _arrange_full(bench: Workbench) -> None:
    lab = bench.lab
    bench.foundation()
    zone = lab.ec2.describe_subnets(SubnetIds=bench.subnets()[:1])["Subnets"][0]["AvailabilityZone"]
    made = lab.ec2.create_subnet(
        VpcId=bench.vpc,
        CidrBlock=_SMALL,
        AvailabilityZone=zone,
        TagSpecifications=[{"ResourceType": "subnet", "Tags": lab.tags("ec2")}],
    )
    place = bench.public() | {"subnets": [made["Subnet"]["SubnetId"]]}
    quiet = bench.recipe(command=["sleep", "infinity"], portMappings=[]) | {"family": bench.names.helper}
    bench.service(bench.register(quiet), place, serviceName=bench.names.helper, desiredCount=_FILLED)
    lab.pass_time(120)
    bench.service(bench.register(bench.recipe()), place)
    lab.pass_time(120)


def _full(scene: Scene) -> bool:
    return bool(scene.subnets) and all(subnet.free == 0 for subnet in scene.subnets)


def _full_hints(scene: Scene) -> list[str]:
    free = ", ".join(f"{subnet.id} ({subnet.cidr}, {subnet.free} free)" for subnet in scene.subnets)
    return [
        "The task never got an interface: see the `stoppedReason`. An interface needs an address, and the "
        "subnet gives it.",
        f"The service's subnet: {free}. AWS keeps five addresses of each subnet, and every task takes one.",
        "Let the service use other public subnets of the VPC (`ecslab.network.subnets` counts what is "
        f"free), or let the other tenant, `{scene.names.helper}`, make room.",
    ]


def _repair_full(lab: Connection, fault: "Fault") -> None:
    vpc = next(vpc.id for vpc in ecslab.network.vpcs(lab) if vpc.default)
    roomy = [subnet.id for subnet in ecslab.network.subnets(lab, vpc) if subnet.public and subnet.free > 100]
    place = fault.network() | {"subnets": roomy[:2]}
    fault.deploy(networkConfiguration={"awsvpcConfiguration": place})


SUBNET_FULL = Case(
    kind="subnet-full",
    story="The {app}'s page was to come up in the network team's new subnet, where the nightly jobs "
    "already are, and are well. “Theirs run. Ours does not. The same subnet, the same group, the same "
    "image!”",
    arrange=_arrange_full,
    goal=_goals.page,
    tempting={
        "no-way-out": "Tempting: the subnet is to blame. But the nightly jobs came up in it, and the "
        "reason speaks of making the interface, not of a connection.",
        "no-public-ip": "Tempting, because the reason mentions “public IP assignment”. It says “enabled”: "
        "the task asked for one.",
        "closed-group": "Tempting, because it is the network. But a group stops visitors, not the making "
        "of an interface.",
        "no-execution-role": "Tempting, because nothing starts. But no role was needed yet: the interface "
        "comes first. And the neighbours use the same role.",
        "desired-0": "Tempting, because no task runs. But one is wanted, and tried again and again.",
    },
    telling=(
        Clue(
            "describe-tasks",
            ("stoppedReason",),
            "Unexpected EC2 error while attempting to Create Network Interface: the subnet gives no address.",
        ),
        Clue(
            "describe-services",
            ("message", "events"),
            "the event repeats it: attempting to Create Network Interface.",
        ),
        Clue("describe-subnets", ("AvailableIpAddressCount",), "0 addresses are free."),
    ),
    idle=(
        Clue("describe-subnets", ("CidrBlock",), "a /28 is small; whether it is full is said beside it."),
        Clue("describe-tasks", ("stopCode",), "TaskFailedToStart covers a dozen causes."),
        Clue(
            "describe-services",
            ("subnets", "networkConfiguration"),
            "which subnet it is, not what is left of it.",
        ),
        Clue("describe-route-tables", ("Routes", "GatewayId"), "the road is there; the house number is not."),
    ),
    wrong=(
        WrongFix(
            lambda scene: _full(scene) and not scene.has_public_ip,
            "Without a public IP the task still needs a private one, from the same full subnet.",
            "Every interface takes an address of its subnet.",
        ),
        WrongFix(
            lambda scene: scene.subnets and not any(subnet.public for subnet in scene.subnets),
            "The service uses another subnet now, and that one is private: there is room in it, and no way "
            "out.",
            "Take a public one.",
        ),
        WrongFix(
            lambda scene: _full(scene) and scene.desired > 1,
            lambda scene: f"{scene.desired} tasks are wanted now, where there was no room for one.",
            "Count the free addresses.",
        ),
        WrongFix(
            lambda scene: _full(scene) and scene.redeployed,
            "The service was updated, and still has that one subnet, in which no address is free.",
            "Another subnet, or a smaller neighbour.",
        ),
    ),
    hints=_full_hints,
    answer="give the service subnets with free addresses, or scale the neighbour down so that it gives "
    "some back.",
    repair=_repair_full,
)

CASES: Final = (CLOSED_GROUP, SUBNET_FULL)
