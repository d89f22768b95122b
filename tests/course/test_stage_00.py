"""Stage 00: what its checks say of states that are not what was asked for."""

from types import SimpleNamespace

import pytest
from course_rig import default_vpc, said


def refused(code, message):
    """Makes the check's own call be refused, as AWS would."""

    def prepare(lab):
        answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {}}
        client = lab.place.client("sts")  # of its own, or the next test would be refused, too
        client.meta.events.register("before-call", lambda **_: (SimpleNamespace(status_code=403), answer))
        lab._clients = {**lab._clients, "sts": client}

    return prepare


def another_account(lab):
    lab.account = "999999999999"


def gateway(lab):
    attached = [{"Name": "attachment.vpc-id", "Values": [default_vpc(lab)]}]
    return lab.ec2.describe_internet_gateways(Filters=attached)["InternetGateways"][0]["InternetGatewayId"]


def remove_subnets(lab):
    here = [{"Name": "vpc-id", "Values": [default_vpc(lab)]}]
    for subnet in lab.ec2.describe_subnets(Filters=here)["Subnets"]:
        lab.ec2.delete_subnet(SubnetId=subnet["SubnetId"])


def detach_gateway(lab):
    gateway_id = gateway(lab)
    lab.ec2.detach_internet_gateway(InternetGatewayId=gateway_id, VpcId=default_vpc(lab))
    return gateway_id


def remove_gateway(lab):
    lab.ec2.delete_internet_gateway(InternetGatewayId=detach_gateway(lab))


def tables(lab):
    here = [{"Name": "vpc-id", "Values": [default_vpc(lab)]}]
    return [t["RouteTableId"] for t in lab.ec2.describe_route_tables(Filters=here)["RouteTables"]]


def remove_routes(lab):
    for table in tables(lab):
        lab.ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")


def lead_into_a_nat_gateway(lab):
    address = lab.ec2.allocate_address(Domain="vpc")["AllocationId"]
    here = [{"Name": "vpc-id", "Values": [default_vpc(lab)]}]
    subnet = lab.ec2.describe_subnets(Filters=here)["Subnets"][0]["SubnetId"]
    nat = lab.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    remove_routes(lab)
    for table in tables(lab):
        lab.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)


def remove_vpc(lab):
    vpc = default_vpc(lab)
    remove_subnets(lab)
    remove_gateway(lab)
    lab.ec2.delete_vpc(VpcId=vpc)


def scratch(name="adgu/scratch", **tags):
    pairs = [{"Key": key.replace("_", "-"), "Value": value} for key, value in tags.items()]
    return lambda lab: lab.ecr.create_repository(repositoryName=name, tags=pairs)


def no_gateway(lab):
    return f"The default VPC {default_vpc(lab)} has no internet gateway: nothing gets in or out."


def no_route(lab):
    return (
        f"No route table of the default VPC {default_vpc(lab)} sends 0.0.0.0/0 to an internet gateway: all "
        "its subnets are private."
    )


# The name of a wrong state: the step, what makes it, and what the check says of it.
WRONG = {
    "another account answers": (
        "00.ready",
        another_account,
        "The answer came from account 123456789012, but this lab was opened on 999999999999.",
    ),
    "the credentials have expired": (
        "00.ready",
        refused("ExpiredToken", "The security token included in the request is expired"),
        "This check could not look: ExpiredToken: The security token included in the request is expired",
    ),
    "the credentials are nobody's": (
        "00.ready",
        refused("InvalidClientTokenId", "The security token included in the request is invalid."),
        "This check could not look: InvalidClientTokenId: The security token included in the request is "
        "invalid.",
    ),
    "the machine's clock is wrong": (
        "00.ready",
        refused("SignatureDoesNotMatch", "Signature expired: 20261121T090000Z is now earlier than ..."),
        "This check could not look: SignatureDoesNotMatch: Signature expired: 20261121T090000Z is now "
        "earlier than ...",
    ),
    "too many calls": (
        "00.ready",
        refused("Throttling", "Rate exceeded"),
        "This check could not look: Throttling: Rate exceeded",
    ),
    "the default VPC has no subnet": (
        "00.network",
        remove_subnets,
        lambda lab: (
            f"The default VPC {default_vpc(lab)} has no subnet left: a task has nowhere to put its network "
            "interface."
        ),
    ),
    "the internet gateway was deleted": ("00.network", remove_gateway, no_gateway),
    "the internet gateway was detached": ("00.network", detach_gateway, no_gateway),
    "the route to the internet gateway is missing": ("00.network", remove_routes, no_route),
    "the route leads into a NAT gateway": ("00.network", lead_into_a_nat_gateway, no_route),
    "the default VPC was deleted": (
        "00.network",
        remove_vpc,
        "There is no default VPC in us-east-1. The lesson runs its task there.",
    ),
    "no tag": ("00.yours-1", scratch(), "`adgu/scratch` is there, but has no tag `made-by`."),
    "another tag": (
        "00.yours-1",
        scratch(owner="me"),
        "`adgu/scratch` is there, but has no tag `made-by`.",
    ),
    "the tag's key in capitals": (
        "00.yours-1",
        scratch(Made_By="me"),
        "`adgu/scratch` has a tag `Made-By`; the exercise asks for `made-by`: keys are exact.",
    ),
    "the tag's value is another": (
        "00.yours-1",
        scratch(made_by="you"),
        "The tag `made-by` of `adgu/scratch` is `you`; the exercise asks for `me`.",
    ),
    "the tag's value in capitals": (
        "00.yours-1",
        scratch(made_by="Me"),
        "The tag `made-by` of `adgu/scratch` is `Me`; the exercise asks for `me`.",
    ),
    "the repository's first word is missing": (
        "00.yours-1",
        scratch("scratch", made_by="me"),
        "There is a repository `scratch`; the exercise asks for `adgu/scratch`, letter by letter.",
    ),
    "a dash for the slash": (
        "00.yours-1",
        scratch("adgu-scratch", made_by="me"),
        "There is a repository `adgu-scratch`; the exercise asks for `adgu/scratch`, letter by letter.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(lab, name):
    step, prepare, message = WRONG[name]
    prepare(lab)
    assert said(lab, step) == ("Look again", message(lab) if callable(message) else message)


def test_a_fresh_place_is_ready(lab):
    assert said(lab, "00.ready") == (
        "Done",
        f"The sandbox answers, for account {lab.account} in {lab.region}.",
    )
    assert said(lab, "00.network") == ("Done", f"The default VPC {default_vpc(lab)} has public subnets.")


def test_a_default_vpc_can_be_made_again(lab):
    remove_vpc(lab)
    lab.ec2.create_default_vpc()
    assert said(lab, "00.network")[0] == "Done"


def test_scratch_not_yet(lab):
    assert said(lab, "00.yours-1") == ("Not yet", f"There is no repository `adgu/scratch` in {lab.region}.")
