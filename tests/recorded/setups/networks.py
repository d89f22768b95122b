"""VPCs that all cases share, and a security group of a case's own."""

from typing import Any

from tests.recorded.scene import Scene, setup, shared, unique


@shared
def net_private(scene: Scene) -> dict[str, str]:
    return _vpc(scene, "10.241.0.0/16", {"subnet": ("us-east-1a", "10.241.1.0/24")})


@shared
def net_public(scene: Scene) -> dict[str, str]:
    ids = _vpc(scene, "10.73.0.0/24", {"subnet": ("us-east-1a", "10.73.0.0/25")})
    return _open_to_internet(scene, ids)


@shared
def vpc10(scene: Scene) -> dict[str, str]:
    subnets = {"subnet_a": ("us-east-1a", "10.0.0.0/24"), "subnet_b": ("us-east-1b", "10.0.1.0/24")}
    return _open_to_internet(scene, _vpc(scene, "10.0.0.0/16", subnets))


@setup
def sg(scene: Scene) -> None:
    answer = scene.call(
        "ec2", "create_security_group", GroupName=unique(), Description="captures", VpcId=scene["vpc"]
    )
    scene["sg"] = answer["GroupId"]


def awsvpc(scene: Scene, public: str) -> dict[str, Any]:
    """A task's network in the case's subnet; `public` is ENABLED or DISABLED."""
    members = {
        "subnets": [scene["subnet"]],
        "securityGroups": [scene["default_sg"]],
        "assignPublicIp": public,
    }
    return {"awsvpcConfiguration": members}


def _vpc(scene: Scene, block: str, subnets: dict[str, tuple[str, str]]) -> dict[str, str]:
    vpc = scene.call("ec2", "create_vpc", CidrBlock=block)["Vpc"]["VpcId"]
    ids = {"vpc": vpc}
    for symbol, (zone, part) in subnets.items():
        answer = scene.call("ec2", "create_subnet", VpcId=vpc, CidrBlock=part, AvailabilityZone=zone)
        ids[symbol] = answer["Subnet"]["SubnetId"]
    default = [*_of(vpc), {"Name": "group-name", "Values": ["default"]}]
    groups = scene.call("ec2", "describe_security_groups", Filters=default)["SecurityGroups"]
    return ids | {"default_sg": groups[0]["GroupId"]}


def _open_to_internet(scene: Scene, ids: dict[str, str]) -> dict[str, str]:
    gateway = scene.call("ec2", "create_internet_gateway")["InternetGateway"]["InternetGatewayId"]
    scene.call("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=ids["vpc"])
    tables = scene.call("ec2", "describe_route_tables", Filters=_of(ids["vpc"]))["RouteTables"]
    scene.call(
        "ec2", "create_route", RouteTableId=tables[0]["RouteTableId"], DestinationCidrBlock="0.0.0.0/0",
        GatewayId=gateway,
    )  # fmt: skip
    return ids


def _of(vpc: str) -> list[dict[str, Any]]:
    return [{"Name": "vpc-id", "Values": [vpc]}]
