"""The load balancer sends to a port on which nothing in the container listens."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals
from ecslab.fault_lab.engine.application import container_of

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

OTHER_PORT: Final = 8080


def arrange(builder: Builder) -> None:
    builder.foundation()
    network, load_balancers = builder.balanced(port=OTHER_PORT)
    task_definition = builder.task_definition(portMappings=[{"containerPort": OTHER_PORT, "protocol": "tcp"}])
    builder.service(builder.register(task_definition), network, load_balancers)
    builder.pass_time(240)


def port(app: Application) -> int:
    return app.load_balancer["containerPort"] if app.load_balancer else 0


def check_port(app: Application) -> str:
    return app.target_group.get("HealthCheckPort", "traffic-port")


def unused_ports(app: Application) -> list[int]:
    """The ports of a newer revision that the service does not use."""
    web = container_of(app.unused_revision, app.names.container)
    return [mapping["containerPort"] for mapping in web.get("portMappings", [])]


def repair(lab: Connection, fault: "Fault") -> None:
    definition = fault.definition()
    definition["containerDefinitions"][0]["portMappings"] = [{"containerPort": 80, "protocol": "tcp"}]
    group = lab.elbv2.describe_target_groups(Names=[fault.names.service])["TargetGroups"][0]
    to = {"targetGroupArn": group["TargetGroupArn"], "containerName": "web", "containerPort": 80}
    fault.deploy(definition, loadBalancers=[to])


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.balanced,
    repair=repair,
    wrong=(
        WrongFix("check-port", lambda app: check_port(app) != "traffic-port" and not app.serves_page),
        WrongFix("unused-revision", lambda app: 80 in unused_ports(app)),
        WrongFix("grace-period", lambda app: app.grace_period > 0),
        WrongFix("redeployed", lambda app: port(app) == OTHER_PORT and app.redeployed),
    ),
    values={
        "port": port,
        "check_port": check_port,
        "revision": lambda app: app.revision,
        "unused_revision": lambda app: app.unused_revision["revision"],
        "grace": lambda app: app.grace_period,
    },
)
