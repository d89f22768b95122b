"""The security group of one service does not let the tasks of the other in."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, two_services
from ecslab.resources.network import rules

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

OPENINGS: Final = ((), ((443, "0.0.0.0/0"),), ((80, "10.0.0.0/8"),))  # none of them is what the client needs


def arrange(builder: Builder) -> None:
    builder.foundation()
    name, registry = two_services.private_name(builder, 10)
    group = builder.group(builder.names.helper)
    for port, source in builder.rng.choice(OPENINGS):
        builder.admit(group, port, source)
    two_services.server(builder, group, serviceRegistries=[{"registryArn": registry}])
    builder.pass_time(120)
    two_services.client(builder, f"http://{name}/", builder.public())
    builder.pass_time(150)


def let_in(app: Application) -> str:
    """From where the helper's groups let port 80 in, in words."""
    return ", ".join(two_services.let_in(app)) or "nowhere"


def opened_itself(app: Application) -> bool:
    """Whether the application's own group lets more in than it did."""
    return sum(len(group["IpPermissions"]) for group in app.security_groups) > 1


def repair(lab: Connection, fault: "Fault") -> None:
    names = fault.names
    [helper] = lab.ecs.describe_services(cluster=names.cluster, services=[names.helper])["services"]
    [door] = helper["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
    [client] = fault.network()["securityGroups"]
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": client}]}
    lab.ec2.authorize_security_group_ingress(GroupId=door, IpPermissions=[rule])  # type: ignore[list-item]


CASE = Case(
    __file__,
    arrange=arrange,
    goal=two_services.answered,
    repair=repair,
    wrong=(
        WrongFix("to-everybody", lambda app: rules.ANYWHERE in two_services.let_in(app), works=True),
        WrongFix("own-side", opened_itself),
        WrongFix("redeployed", lambda app: app.redeployed or two_services.helper_starts(app) > 1),
    ),
    values={
        "sources": let_in,
        "url": two_services.url,
        "own": lambda app: ", ".join(group["GroupId"] for group in app.security_groups),
        "door": lambda app: ", ".join(group["GroupId"] for group in two_services.helper_groups(app)),
    },
)
