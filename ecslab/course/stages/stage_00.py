"""Stage 00: is everything there that the course needs?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab
from ecslab.course import verdicts
from ecslab.course.checks.similar_name import similar_name
from ecslab.course.stage import Minutes, Stage, Step
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources import ecr
from ecslab.resources.network import network_reader

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import RouteTypeDef


def answers(lab: Connection) -> Verdict:
    """AWS, or the sandbox, answers a signed call."""
    account_id = lab.sts.get_caller_identity()["Account"]
    if account_id != lab.account:
        return wrong(f"The answer came from account {account_id}, but this lab was opened on {lab.account}.")
    place = "The sandbox" if lab.where == "sandbox" else "AWS"
    return done(f"{place} answers, for account {account_id} in {lab.region}.")


def default_vpc(lab: Connection) -> Verdict:
    """There is a default VPC whose subnets reach the internet, as the lesson's task needs."""
    default = network_reader.default_vpc(lab)
    if not default:
        return verdicts.wrong("00.no-default-vpc", region=lab.region)
    vpc = default["VpcId"]
    if not network_reader.subnets_in(lab, vpc):
        return verdicts.wrong("00.no-subnet", vpc=vpc, region=lab.region)
    if not network_reader.internet_gateways(lab, vpc):
        return verdicts.wrong("00.no-internet-gateway", vpc=vpc)
    tables = network_reader.route_tables(lab, vpc)
    if not any(_leads_out(route) for table in tables for route in table["Routes"]):
        return verdicts.wrong("00.no-way-out", vpc=vpc)
    return done(f"The default VPC {vpc} has public subnets.")


def scratch(lab: Connection) -> Verdict:
    """Exercise: a repository `adgu/scratch`, tagged made-by=me."""
    name = lab.name("adgu/scratch")
    repository = ecr.repository(lab, name)
    if not repository:
        if other := similar_name(lab, name, ecr.repository_names(lab)):
            return verdicts.wrong("00.other-repository", other=other, name=name)
        return not_yet(f"There is no repository `{name}` in {lab.region}.")
    listed = lab.ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]
    tags = {tag["Key"]: tag["Value"] for tag in listed}
    if "made-by" not in tags:
        if other := next((key for key in tags if key.lower().replace("_", "-") == "made-by"), None):
            return wrong(f"`{name}` has a tag `{other}`; the exercise asks for `made-by`: keys are exact.")
        return verdicts.wrong("00.no-tag", name=name)
    if tags["made-by"] != "me":
        return wrong(f"The tag `made-by` of `{name}` is `{tags['made-by']}`; the exercise asks for `me`.")
    return done(f"`{name}` is there, tagged made-by=me.")


def _leads_out(route: RouteTypeDef) -> bool:
    return (
        route.get("DestinationCidrBlock") == "0.0.0.0/0"
        and str(route.get("GatewayId", "")).startswith("igw-")
        and route.get("State") != "blackhole"
    )


def _ask_who_i_am(lab: Connection) -> None:
    lab.sts.get_caller_identity()["Account"]


def _have_default_vpc(lab: Connection) -> None:
    if not any(vpc.default for vpc in ecslab.network.vpcs(lab)):
        lab.ec2.create_default_vpc()


def _make_scratch(lab: Connection) -> None:
    name = lab.name("adgu/scratch")
    if not ecslab.ecr.repository(lab, name):
        lab.ecr.create_repository(repositoryName=name, tags=[{"Key": "made-by", "Value": "me"}])


def _zones(lab: Connection) -> list[int]:
    """How many Availability Zones the default VPC has a subnet in."""
    default = network_reader.default_vpc(lab)
    if not default:
        return []
    zones = {subnet["AvailabilityZone"] for subnet in network_reader.subnets_in(lab, default["VpcId"])}
    return [len(zones)] if zones else []


def _scratch_arn(lab: Connection) -> list[str]:
    repository = ecr.repository(lab, lab.name("adgu/scratch"))
    return [repository["repositoryArn"]] if repository else []


STAGE = Stage(
    notebook="00-start.ipynb",
    needs=(),
    minutes=Minutes(reading=19, waiting=0),
    part="page",
    steps=(
        Step("00.ready", 2, answers, _ask_who_i_am),
        Step("00.network", 3, default_vpc, _have_default_vpc),
        Step("00.yours-1", 5, scratch, _make_scratch),
    ),
    answers={"zones": _zones, "arn": _scratch_arn},
)
