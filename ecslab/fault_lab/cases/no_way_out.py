"""The tasks are in private subnets that have no way out: no NAT gateway, no VPC endpoints."""

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals
from ecslab.fault_lab.engine.builder import PULL_GIVEN_UP
from ecslab.resources import network
from ecslab.resources.network import network_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import AwsVpcConfigurationTypeDef

    from ecslab.fault_lab.arranged_fault import Fault


def arrange(builder: Builder) -> None:
    builder.foundation()
    vpc = next(vpc.id for vpc in network.vpcs(builder.lab) if vpc.name == "workshop")
    quiet = builder.task_definition(command=["sleep", "infinity"], portMappings=[])
    private: AwsVpcConfigurationTypeDef = {
        "subnets": builder.subnets(public=False, vpc=vpc),
        "securityGroups": [builder.group(builder.names.service, vpc)],
        "assignPublicIp": "DISABLED",
    }
    builder.service(builder.register(quiet), private)
    builder.pass_time(PULL_GIVEN_UP)


def has_idle_gateway(app: Application) -> bool:
    """Whether there is a NAT gateway, and the tasks' subnets have no route to it."""
    return bool(network_reader.nat_gateways(app.lab)) and app.lacks_way_out


def has_few_endpoints(app: Application) -> bool:
    """Whether the VPC has some of the endpoints that a pull needs, and not all."""
    vpc = network_reader.vpc_of(app.lab, [app.subnets[0].id]) if app.lacks_way_out else None
    return vpc is not None and 0 < len(network.missing_endpoints(app.lab, vpc)) < 4


def repair(lab: Connection, fault: "Fault") -> None:
    place = fault.network()
    vpc = next(vpc.id for vpc in network.vpcs(lab) if vpc.name == "workshop")
    public = [subnet.id for subnet in network.subnets(lab, vpc) if subnet.public]
    place |= {"subnets": public, "assignPublicIp": "ENABLED"}
    fault.deploy(networkConfiguration={"awsvpcConfiguration": place})


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.worker,
    repair=repair,
    wrong=(
        WrongFix("public-ip-only", lambda app: app.has_public_ip and app.lacks_way_out),
        WrongFix("idle-gateway", has_idle_gateway),
        WrongFix(
            "public-subnet-only",
            lambda app: (
                not app.lacks_way_out
                and not app.has_public_ip
                and any(subnet.public for subnet in app.subnets)
            ),
        ),
        WrongFix("few-endpoints", has_few_endpoints),
        WrongFix("open-group", lambda app: app.sources() and app.lacks_way_out),
        WrongFix("redeployed", lambda app: app.redeployed and app.lacks_way_out),
    ),
    values={
        "routes": lambda app: app.routes,
        "with_or_without": lambda app: "with" if app.has_public_ip else "without",
    },
)
