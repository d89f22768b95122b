"""With Service Connect: the service that asks was deployed before the one that it asks for."""

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, two_services

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault


def arrange(builder: Builder) -> None:
    builder.foundation()
    two_services.join_namespace(builder)
    group, network = two_services.open_group(builder)
    two_services.client(builder, "http://prices/", network, serviceConnectConfiguration={"enabled": True})
    builder.pass_time(120)
    alias = {"port": 80, "dnsName": "prices"}
    served = {"portName": two_services.PORT_NAME, "clientAliases": [alias]}
    two_services.server(builder, group, serviceConnectConfiguration={"enabled": True, "services": [served]})
    builder.pass_time(150)


def too_early(app: Application) -> bool:
    """Whether the application's deployment is still the one that was there before the helper."""
    return not app.redeployed


def stopped_by_hand(app: Application) -> bool:
    return any(task.get("stopCode") == "UserInitiated" for task in app.stopped_tasks)


def repair(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    fault.deploy(forceNewDeployment=True)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=two_services.answered,
    repair=repair,
    wrong=(
        WrongFix("by-address", two_services.asks_an_address, works=True),
        WrongFix("more-tasks", lambda app: too_early(app) and app.desired_count > 1),
        WrongFix("stopped", lambda app: too_early(app) and stopped_by_hand(app)),
        WrongFix("helper-again", lambda app: too_early(app) and two_services.helper_starts(app) > 1),
    ),
    values={"url": two_services.url, "desired": lambda app: app.desired_count},
)
