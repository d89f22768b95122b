"""With Service Connect: what the one service asks for is not the alias of the other."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, two_services

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

ALIASES: Final = (("price-list", 80), ("prices", 8080), ("price-list", 8080))
"""None of them is `prices`, which the port is called, at port 80, where the application asks."""
ASKED: Final = "http://prices/"


def arrange(builder: Builder) -> None:
    builder.foundation()
    two_services.join_namespace(builder)
    group, network = two_services.open_group(builder)
    name, port = builder.rng.choice(ALIASES)
    served = {"portName": two_services.PORT_NAME, "clientAliases": [{"port": port, "dnsName": name}]}
    two_services.server(builder, group, serviceConnectConfiguration={"enabled": True, "services": [served]})
    builder.pass_time(120)
    two_services.client(builder, ASKED, network, serviceConnectConfiguration={"enabled": True})
    builder.pass_time(150)


def alias(app: Application) -> str:
    """The helper's alias, as a client has to ask for it."""
    given = two_services.alias(app)
    return f"{given.get('dnsName', '')}:{given.get('port', 0)}" if given else "none"


def fits(app: Application) -> bool:
    """Whether the application asks for the alias."""
    host, port = two_services.host_and_port(app)
    return f"{host}:{port}" == alias(app)


def repair(lab: Connection, fault: "Fault") -> None:
    names = fault.names
    [helper] = lab.ecs.describe_services(cluster=names.cluster, services=[names.helper])["services"]
    [served] = helper["deployments"][0]["serviceConnectConfiguration"]["services"]
    [alias] = served["clientAliases"]
    definition = fault.definition()
    command = definition["containerDefinitions"][0]["command"]
    address = f"http://{alias['dnsName']}:{alias['port']}/"
    definition["containerDefinitions"][0]["command"] = [
        *command[:-1],
        command[-1].replace("http://prices/", address),
    ]
    fault.deploy(definition)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=two_services.answered,
    repair=repair,
    wrong=(
        WrongFix("by-address", two_services.asks_an_address, works=True),
        WrongFix("helper-alone", lambda app: fits(app) and not app.redeployed),
        WrongFix("half", lambda app: two_services.url(app) != ASKED and not fits(app)),
        WrongFix("redeployed", lambda app: app.redeployed and not fits(app)),
    ),
    values={"url": two_services.url, "alias": alias},
)
