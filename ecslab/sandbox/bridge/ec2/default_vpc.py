"""The default VPC as AWS makes it; moto's lacks the way to the internet.

https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html
"""

from typing import Any, Final

EVERYWHERE: Final = "0.0.0.0/0"


def finish(backend: Any, vpc: Any) -> None:
    """Give the VPC its internet gateway, and its main route table the route there."""
    gateway = attach_gateway(backend, vpc)
    backend.create_route(main_table(backend, vpc.id).id, EVERYWHERE, gateway_id=gateway.id)


def attach_gateway(backend: Any, vpc: Any, **tags: str) -> Any:
    gateway = backend.create_internet_gateway([{"Key": key, "Value": value} for key, value in tags.items()])
    backend.attach_internet_gateway(gateway.id, vpc.id)
    return gateway


def main_table(backend: Any, vpc_id: str) -> Any:
    """The route table of each subnet that names no other."""
    tables = (table for table in backend.route_tables.values() if table.vpc_id == vpc_id)
    return next(table for table in tables if table.main_association_id)
