"""The tasks' security group does not let visitors in to the port of the application."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals
from ecslab.resources.network import rules

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import IpPermissionOutputTypeDef

    from ecslab.fault_lab.arranged_fault import Fault

OPENINGS: Final = ((), ((443, "0.0.0.0/0"),), ((80, "10.0.0.0/8"),))  # none of them is what visitors need


def arrange(builder: Builder) -> None:
    builder.foundation()
    group = builder.group(builder.names.service)
    for port, source in builder.rng.choice(OPENINGS):
        builder.admit(group, port, source)
    builder.service(builder.register(builder.task_definition()), builder.public(group))
    builder.pass_time(150)


def ingress_rules(app: Application) -> "list[IpPermissionOutputTypeDef]":
    return [rule for group in app.security_groups for rule in group["IpPermissions"]]


def described_rules(app: Application) -> str:
    """What the tasks' security groups let in, in words."""
    described = [
        f"{rule['IpProtocol']} port {rule.get('FromPort', 'any')} from "
        f"{', '.join(source['CidrIp'] for source in rule['IpRanges']) or 'other groups'}"
        for rule in ingress_rules(app)
    ]
    return "; ".join(described) or "nothing"


def repair(lab: Connection, fault: "Fault") -> None:
    group = fault.network()["securityGroups"][0]
    anyone = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    lab.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[anyone])  # type: ignore[list-item]


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.page,
    repair=repair,
    wrong=(
        WrongFix(
            "few-visitors", lambda app: app.sources() and rules.ANYWHERE not in app.sources(), works=True
        ),
        WrongFix("udp", lambda app: any(rule["IpProtocol"] == "udp" for rule in ingress_rules(app))),
        WrongFix("other-port", lambda app: not app.sources() and ingress_rules(app)),
        WrongFix("redeployed", lambda app: not app.sources() and app.redeployed),
    ),
    values={
        "groups": lambda app: ", ".join(group["GroupId"] for group in app.security_groups),
        "rules": described_rules,
        "sources": lambda app: ", ".join(app.sources()),
    },
)
