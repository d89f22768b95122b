import pytest
from course_rig import default_vpc, said

from ecslab.course._look import onlooker


def test_a_fresh_place_is_ready(lab):
    assert said(lab, "00.ready") == (
        "Done",
        f"The sandbox answers, for account {lab.account} in {lab.region}.",
    )
    assert said(lab, "00.network") == ("Done", f"The default VPC {default_vpc(lab)} has public subnets.")


def test_an_answer_from_another_account(lab, monkeypatch):
    monkeypatch.setattr(onlooker(lab), "account", "999999999999")
    assert said(lab, "00.ready") == (
        "Look again", "The answer came from account 123456789012, but this lab was opened on 999999999999."
    )  # fmt: skip


@pytest.fixture
def vpc(lab):
    return default_vpc(lab)


def gateway(lab, vpc):
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    return lab.ec2.describe_internet_gateways(Filters=attached)["InternetGateways"][0]["InternetGatewayId"]


def remove_subnets(lab, vpc):
    for found in lab.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]:
        lab.ec2.delete_subnet(SubnetId=found["SubnetId"])


def remove_gateway(lab, vpc):
    found = gateway(lab, vpc)
    lab.ec2.detach_internet_gateway(InternetGatewayId=found, VpcId=vpc)
    lab.ec2.delete_internet_gateway(InternetGatewayId=found)


def test_no_subnet(lab, vpc):
    remove_subnets(lab, vpc)
    assert said(lab, "00.network") == (
        "Look again",
        f"The default VPC {vpc} has no subnet left: a task has nowhere to put its network interface.",
    )


def test_no_internet_gateway(lab, vpc):
    remove_gateway(lab, vpc)
    assert said(lab, "00.network") == (
        "Look again", f"The default VPC {vpc} has no internet gateway: nothing gets in or out."
    )  # fmt: skip


def test_no_route(lab, vpc):
    for table in lab.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]:
        lab.ec2.delete_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0")
    assert said(lab, "00.network") == (
        "Look again",
        f"No route table of the default VPC {vpc} sends 0.0.0.0/0 to an internet gateway: all its subnets "
        "are private.",
    )


def test_no_default_vpc(lab, vpc):
    remove_subnets(lab, vpc)
    remove_gateway(lab, vpc)
    lab.ec2.delete_vpc(VpcId=vpc)
    assert said(lab, "00.network") == (
        "Look again", f"There is no default VPC in {lab.region}. The lesson runs its task there."
    )  # fmt: skip
    lab.ec2.create_default_vpc()
    assert lab.check("00.network").outcome.value == "Done"


def scratch(lab, name="adgu/scratch", **tags):
    pairs = [{"Key": key.replace("_", "-"), "Value": value} for key, value in tags.items()]
    lab.ecr.create_repository(repositoryName=name, tags=pairs)


def test_scratch_not_yet(lab):
    assert said(lab, "00.yours-1") == ("Not yet", f"There is no repository `adgu/scratch` in {lab.region}.")


@pytest.mark.parametrize(
    ("name", "tags", "text"),
    [
        ("adgu/scratch", {}, "`adgu/scratch` is there, but has no tag `made-by`."),
        (
            "adgu/scratch",
            {"Made_By": "me"},
            "`adgu/scratch` has a tag `Made-By`; the exercise asks for `made-by`: keys are exact.",
        ),
        (
            "adgu/scratch",
            {"made_by": "you"},
            "The tag `made-by` of `adgu/scratch` is `you`; the exercise asks for `me`.",
        ),
        (
            "scratch",
            {"made_by": "me"},
            "There is a repository `scratch`; the exercise asks for `adgu/scratch`, letter by letter.",
        ),
    ],
)
def test_scratch_wrong(lab, name, tags, text):
    scratch(lab, name, **tags)
    assert said(lab, "00.yours-1") == ("Look again", text)
