"""The subnet has no free address left for another task."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals
from ecslab.resources import network

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

SMALL: Final = "172.31.240.0/28"  # 16 addresses, of which AWS keeps five
NEIGHBOURS: Final = 11  # tasks: one for each address that is left


def arrange(builder: Builder) -> None:
    lab, nightly = builder.lab, builder.names.helper
    builder.foundation()
    zone = lab.ec2.describe_subnets(SubnetIds=builder.subnets()[:1])["Subnets"][0]["AvailabilityZone"]
    subnet = lab.ec2.create_subnet(
        VpcId=builder.vpc,
        CidrBlock=SMALL,
        AvailabilityZone=zone,
        TagSpecifications=[{"ResourceType": "subnet", "Tags": lab.tags("ec2")}],
    )["Subnet"]
    small = builder.public() | {"subnets": [subnet["SubnetId"]]}
    quiet = builder.task_definition(command=["sleep", "infinity"], portMappings=[]) | {"family": nightly}
    builder.service(builder.register(quiet), small, name=nightly, desired_count=NEIGHBOURS)
    builder.pass_time(120)
    builder.service(builder.register(builder.task_definition()), small)
    builder.pass_time(120)


def is_full(app: Application) -> bool:
    return bool(app.subnets) and all(subnet.free == 0 for subnet in app.subnets)


def is_private(app: Application) -> bool:
    return bool(app.subnets) and not any(subnet.public for subnet in app.subnets)


def free(app: Application) -> str:
    """The service's subnets, and how many addresses each has left."""
    return ", ".join(f"{subnet.id} ({subnet.cidr}, {subnet.free} free)" for subnet in app.subnets)


def repair(lab: Connection, fault: "Fault") -> None:
    vpc = next(vpc.id for vpc in network.vpcs(lab) if vpc.default)
    roomy = [subnet.id for subnet in network.subnets(lab, vpc) if subnet.public and subnet.free > 100]
    place = fault.network() | {"subnets": roomy[:2]}
    fault.deploy(networkConfiguration={"awsvpcConfiguration": place})


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.page,
    repair=repair,
    wrong=(
        WrongFix("no-public-ip", lambda app: is_full(app) and not app.has_public_ip),
        WrongFix("private-subnet", is_private),
        WrongFix("scaled-out", lambda app: is_full(app) and app.desired_count > 1),
        WrongFix("redeployed", lambda app: is_full(app) and app.redeployed),
    ),
    values={"free": free, "desired": lambda app: app.desired_count},
)
