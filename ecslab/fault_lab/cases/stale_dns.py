"""The application remembers the address of a task that is gone: the record may be kept for too long."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, two_services

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

TTLS: Final = (14_400, 43_200, 86_400)
LONG: Final = 300
"""Seconds that are too long for the record of a name whose tasks come and go."""


def arrange(builder: Builder) -> None:
    builder.foundation()
    name, registry = two_services.private_name(builder, builder.rng.choice(TTLS))
    group, network = two_services.open_group(builder)
    two_services.server(builder, group, serviceRegistries=[{"registryArn": registry}])
    builder.pass_time(120)
    two_services.client(builder, f"http://{name}/", network)
    builder.pass_time(120)
    again = {"cluster": builder.names.cluster, "service": builder.names.helper, "forceNewDeployment": True}
    builder.lab.ecs.update_service(**again)  # type: ignore[arg-type]
    builder.pass_time(360)


def ttl(app: Application) -> int:
    """For how many seconds the helper's address may be kept; 0 without a name."""
    asked = two_services.helper(app)
    for each in asked["serviceRegistries"] if asked else ():
        answer = app.lab.client("servicediscovery").get_service(Id=each["registryArn"].rpartition("/")[2])
        records = answer["Service"].get("DnsConfig", {}).get("DnsRecords", [])
        return max((int(record["TTL"]) for record in records), default=0)
    return 0


def repair(lab: Connection, fault: "Fault") -> None:
    cloud_map = lab.client("servicediscovery")
    [name] = [each for each in cloud_map.list_services()["Services"] if each["Name"] == "prices"]
    records = {"DnsRecords": [{"Type": "A", "TTL": 10}]}
    cloud_map.update_service(Id=name["Id"], Service={"DnsConfig": records})
    fault.deploy(forceNewDeployment=True)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=two_services.answered,
    repair=repair,
    wrong=(
        WrongFix("by-address", two_services.asks_an_address, works=True),
        WrongFix("only-redeployed", lambda app: ttl(app) > LONG and app.redeployed, works=True),
        WrongFix("only-ttl", lambda app: ttl(app) <= LONG and not app.redeployed),
        WrongFix("helper-again", lambda app: two_services.helper_starts(app) > 2),
    ),
    values={"ttl": ttl, "url": two_services.url},
)
