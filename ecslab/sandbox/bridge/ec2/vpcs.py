"""The VPCs that every account has: AWS's default one, and `workshop`.

moto's default VPC lacks the way to the internet. `workshop` has two public subnets and two private ones, and
no NAT gateway. Its private subnets are where a task cannot pull its image; its default group is where a page
cannot be reached. So that choosing a network has consequences.
https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html
"""

from typing import Final

from moto.ec2.models import EC2Backend
from moto.ec2.models.internet_gateways import InternetGateway
from moto.ec2.models.route_tables import RouteTable
from moto.ec2.models.vpcs import VPC

EVERYWHERE: Final = "0.0.0.0/0"
CIDR: Final = "10.0.0.0/16"
SUBNETS: Final = (  # name, CIDR, number of the zone
    ("workshop-public-a", "10.0.0.0/24", 0),
    ("workshop-public-b", "10.0.1.0/24", 1),
    ("workshop-private-a", "10.0.10.0/24", 0),
    ("workshop-private-b", "10.0.11.0/24", 1),
)


def finish_default(backend: EC2Backend, vpc: VPC) -> None:
    """Give the default VPC its internet gateway, and its main route table the route there."""
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


def create_workshop(backend: EC2Backend) -> None:
    """Make it as the console's wizard does: DNS hostnames on, a route table for the public half."""
    vpc = backend.create_vpc(CIDR, tags=[_named("workshop")])
    vpc.enable_dns_hostnames = True
    gateway = attach_gateway(backend, vpc, Name="workshop")
    public = backend.create_route_table(vpc.id, tags=[_named("workshop-public")])
    backend.create_route(public.id, EVERYWHERE, gateway_id=gateway.id)
    main_table(backend, vpc.id).add_tag("Name", "workshop-private")
    zones = [zone.name for zone in backend.describe_availability_zones()]
    for name, cidr, zone in SUBNETS:
        tags = {"subnet": {"Name": name}}
        subnet = backend.create_subnet(vpc.id, cidr, availability_zone=zones[zone % len(zones)], tags=tags)
        if "public" in name:
            backend.associate_route_table(public.id, subnet_id=subnet.id)


def _named(name: str) -> dict[str, str]:
    return {"Key": "Name", "Value": name}
