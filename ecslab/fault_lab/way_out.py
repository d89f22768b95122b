"""Faults of the way out: the image has to be fetched over the task's own interface."""

from typing import TYPE_CHECKING, Final

import ecslab
from ecslab.connection.connection import Connection
from ecslab.fault_lab import _goals
from ecslab.fault_lab._case import Case, Clue, WrongFix
from ecslab.fault_lab._scene import Scene
from ecslab.fault_lab._workbench import Workbench
from ecslab.resources import network

if TYPE_CHECKING:
    from ecslab.fault_lab._fault import Fault

_GIVES_UP: Final = 360.0  # seconds: Fargate tries for some five minutes
_TELLS_ONE: Final = (
    "it names a connection issue, and no more: every way out that is missing gives this text. Where is it "
    "missing?"
)
_TEMPTING: Final = {
    "closed-group": "Tempting, because the security group is the wall that everybody knows. But its rules "
    "for what comes in have no say in a pull, which goes out; and outwards this group lets everything.",
    "secret-denied": "Tempting: “unable to pull secrets or registry auth”. But nobody denied anything: "
    "there was no answer at all (i/o timeout). And the definition asks for no secret.",
    "wrong-tag": "Tempting, because the image does not come. But the task did not get as far as asking for "
    "it: it could not even sign in to the registry.",
    "no-execution-role": "Tempting: signing in to ECR takes the execution role. But a role that is missing "
    "is noticed at once and by name; this took five minutes, and names a connection.",
}


def _arrange_no_way_out(bench: Workbench) -> None:
    bench.foundation()
    vpc = next(vpc.id for vpc in network.vpcs(bench.lab) if vpc.name == "workshop")
    place = {
        "subnets": bench.subnets(public=False, vpc=vpc),
        "securityGroups": [bench.group(bench.names.service, vpc)],
        "assignPublicIp": "DISABLED",
    }
    quiet = bench.recipe(command=["sleep", "infinity"], portMappings=[])
    bench.service(bench.register(quiet), place)
    bench.lab.pass_time(_GIVES_UP)


def _private(scene: Scene) -> bool:
    return any(not subnet.way_out for subnet in scene.subnets)


def _idle_gateway(scene: Scene) -> bool:
    """Whether there is a NAT gateway, and the tasks' subnets have no route to it."""
    answer = scene.lab.ec2.describe_nat_gateways()
    there = [one for one in answer["NatGateways"] if one["State"] in ("pending", "available")]
    return bool(there) and _private(scene)


def _few_endpoints(scene: Scene) -> bool:
    """Whether the VPC has some of the endpoints that a pull needs, and not all."""
    if not scene.subnets or not _private(scene):
        return False
    first = scene.lab.ec2.describe_subnets(SubnetIds=[scene.subnets[0].id])["Subnets"][0]
    return 0 < len(network.missing_endpoints(scene.lab, first["VpcId"])) < 4


def _no_way_out_hints(scene: Scene) -> list[str]:
    subnets = ", ".join(f"{subnet.id} ({subnet.way_out or 'no route out'})" for subnet in scene.subnets)
    ip = "with" if scene.has_public_ip else "without"
    return [
        "“Connection issue”, after five minutes: the task could not get out. Which way out does its subnet "
        "have? The route tables say so.",
        f"The service's subnets, and where their routes to 0.0.0.0/0 lead: {subnets}. Its tasks are {ip} a "
        "public IP.",
        "Put the service into the public subnets of the same VPC, with assignPublicIp ENABLED. Or make a NAT "
        "gateway in a public subnet, and a route to it from the private ones.",
    ]


def _repair_no_way_out(lab: Connection, fault: "Fault") -> None:
    place = fault.network()
    vpc = next(vpc.id for vpc in ecslab.network.vpcs(lab) if vpc.name == "workshop")
    public = [subnet.id for subnet in ecslab.network.subnets(lab, vpc) if subnet.public]
    place |= {"subnets": public, "assignPublicIp": "ENABLED"}
    fault.deploy(networkConfiguration={"awsvpcConfiguration": place})


NO_WAY_OUT = Case(
    kind="no-way-out",
    story="The {app}'s nightly worker moved to the VPC `workshop`. It has no visitors; it only has to run. "
    "“It hangs in PENDING for minutes, then it is gone, then another one hangs.”",
    arrange=_arrange_no_way_out,
    goal=_goals.worker,
    tempting={
        "no-public-ip": "Tempting: the tasks have no public IP, that is true. But their subnets have no "
        "route to an internet gateway either, so a public IP alone would lead nowhere: look at the route "
        "tables.",
        **_TEMPTING,
    },
    telling=(
        Clue(
            "describe-route-tables",
            ("Routes", "GatewayId", "NatGatewayId", "DestinationCidrBlock", "RouteTables"),
            "no route to 0.0.0.0/0: the subnets have no way out.",
        ),
    ),
    idle=(
        Clue("describe-tasks", ("stoppedReason",), _TELLS_ONE),
        Clue("describe-services", ("message", "events"), _TELLS_ONE),
        Clue(
            "describe-services",
            ("assignPublicIp",),
            "DISABLED is as it should be in a private subnet that has a NAT gateway. Has this one?",
        ),
        Clue(
            "describe-services",
            ("subnets", "networkConfiguration"),
            "which subnets they are is the beginning. What do their routes say?",
        ),
        Clue(
            "describe-subnets",
            ("SubnetId", "MapPublicIpOnLaunch", "Tags", "CidrBlock"),
            "a subnet's name and settings do not make it private; its route table does.",
        ),
        Clue(
            "describe-nat-gateways",
            ("NatGateways", "State", "NatGatewayId"),
            "that there is none is half of it: a route could lead elsewhere.",
        ),
    ),
    wrong=(
        WrongFix(
            lambda scene: scene.has_public_ip and _private(scene),
            "The tasks get a public IP now, and their subnets still have no route to an internet gateway: "
            "nothing comes back to that address.",
            "A public IP needs a public subnet.",
        ),
        WrongFix(
            _idle_gateway,
            "There is a NAT gateway, and no route leads to it from the tasks' subnets.",
            "In the route table of the private subnets: 0.0.0.0/0 to the NAT gateway.",
        ),
        WrongFix(
            lambda scene: (
                not _private(scene) and not scene.has_public_ip and any(s.public for s in scene.subnets)
            ),
            "The subnets are public now, but the tasks get no public IP: through an internet gateway "
            "nothing goes without one.",
            "assignPublicIp ENABLED.",
        ),
        WrongFix(
            _few_endpoints,
            "The VPC has some endpoints now, not all that a pull needs: ecr.api, ecr.dkr, s3 and, for the "
            "log, logs.",
            "`ecslab.network.missing_endpoints(lab, vpc_id)` says which are missing.",
        ),
        WrongFix(
            lambda scene: scene.admitted() and _private(scene),
            "The security group now lets port 80 in. The pull goes out.",
            "Look at the subnets' routes.",
        ),
        WrongFix(
            lambda scene: scene.redeployed and _private(scene),
            "New tasks in the same subnets will wait as long, for as little.",
            "Something has to change in the network.",
        ),
    ),
    hints=_no_way_out_hints,
    answer="public subnets with a public IP, or a NAT gateway and a route to it, or the VPC endpoints that "
    "a pull needs.",
    repair=_repair_no_way_out,
)


def _arrange_no_public_ip(bench: Workbench) -> None:
    bench.foundation()
    bench.service(bench.register(bench.recipe()), bench.public() | {"assignPublicIp": "DISABLED"})
    bench.lab.pass_time(_GIVES_UP)


def _no_public_ip_hints(scene: Scene) -> list[str]:
    subnets = ", ".join(f"{subnet.id} ({subnet.way_out or 'no route out'})" for subnet in scene.subnets)
    return [
        "“Connection issue”, after five minutes: the task could not get out. There are two halves to a way "
        "out: a route, and an address that answers can come back to.",
        f"The routes of its subnets: {subnets}. So the road is there. What does the service say of "
        f"assignPublicIp? {scene.place.get('assignPublicIp')}.",
        "`place = fault.network() | {'assignPublicIp': 'ENABLED'}`, then "
        "`fault.deploy(networkConfiguration={'awsvpcConfiguration': place})`.",
    ]


def _repair_no_public_ip(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    place = fault.network() | {"assignPublicIp": "ENABLED"}
    fault.deploy(networkConfiguration={"awsvpcConfiguration": place})


NO_PUBLIC_IP = Case(
    kind="no-public-ip",
    story="The {app}'s service was made with the CLI, by a command from a blog. In the console the same "
    "had worked. “It hangs in PENDING for minutes, then it is gone, then another one hangs.”",
    arrange=_arrange_no_public_ip,
    goal=_goals.page,
    tempting={
        "no-way-out": "Tempting: no way out gives this very text. But these subnets are public: their "
        "route to 0.0.0.0/0 leads to an internet gateway.",
        **_TEMPTING,
    },
    telling=(
        Clue(
            "describe-services",
            ("assignPublicIp",),
            "DISABLED, which is what the API takes when nothing is said; and the subnets are public.",
        ),
        Clue(
            "describe-network-interfaces",
            ("Association", "PublicIp"),
            "the tasks' interfaces have no public address.",
        ),
    ),
    idle=(
        Clue("describe-tasks", ("stoppedReason",), _TELLS_ONE),
        Clue("describe-services", ("message", "events"), _TELLS_ONE),
        Clue(
            "describe-route-tables",
            ("Routes", "GatewayId", "DestinationCidrBlock"),
            "the road is there: a route to an internet gateway. What is missing to go by it?",
        ),
        Clue(
            "describe-subnets",
            ("MapPublicIpOnLaunch",),
            "that setting is for EC2 instances; a Fargate task gets what its service says.",
        ),
        Clue(
            "describe-services",
            ("subnets", "networkConfiguration"),
            "the subnets are good ones. Read on in the same place.",
        ),
    ),
    wrong=(
        WrongFix(
            lambda scene: not scene.has_public_ip and scene.steady,
            "The tasks run: they have found another way out. But they have no public IP, so no visitor can "
            "come to them.",
            "assignPublicIp ENABLED.",
        ),
        WrongFix(
            lambda scene: scene.has_public_ip and _private(scene),
            "The tasks get a public IP now, but their subnets are private: no route leads to an internet "
            "gateway.",
            "Take public subnets.",
        ),
        WrongFix(
            lambda scene: not scene.has_public_ip and len(scene.groups) != 1,
            "The security groups are others now. None of them gives a task an address.",
            "Read the service's networkConfiguration.",
        ),
        WrongFix(
            lambda scene: not scene.has_public_ip and scene.redeployed,
            "The service was updated, and assignPublicIp is still DISABLED: in a public subnet that is no "
            "way out.",
            "It stands in networkConfiguration, beside the subnets.",
        ),
    ),
    hints=_no_public_ip_hints,
    answer="update the service's network configuration with assignPublicIp ENABLED. (The console's default "
    "is on, the API's is off.)",
    repair=_repair_no_public_ip,
)

CASES: Final = (NO_WAY_OUT, NO_PUBLIC_IP)
