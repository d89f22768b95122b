"""The default VPC as AWS makes it; moto's lacks the way to the internet.

https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html
"""

from typing import Final

from moto.ec2.models import EC2Backend
from moto.ec2.models.internet_gateways import InternetGateway
from moto.ec2.models.route_tables import RouteTable
from moto.ec2.models.vpcs import VPC

EVERYWHERE: Final = "0.0.0.0/0"


def finish(backend: EC2Backend, vpc: VPC) -> None:
    """Give the VPC its internet gateway, and its main route table the route there."""
    gateway = attach_gateway(backend, vpc)
    backend.create_route(main_table(backend, vpc.id).id, EVERYWHERE, gateway_id=gateway.id)


def attach_gateway(backend: EC2Backend, vpc: VPC, **tags: str) -> InternetGateway:
    gateway = backend.create_internet_gateway([{"Key": key, "Value": value} for key, value in tags.items()])
    backend.attach_internet_gateway(gateway.id, vpc.id)
    return gateway


def main_table(backend: EC2Backend, vpc_id: str) -> RouteTable:
    """The route table of each subnet that names no other."""
    tables = (table for table in backend.route_tables.values() if table.vpc_id == vpc_id)
    return next(table for table in tables if table.main_association_id)
