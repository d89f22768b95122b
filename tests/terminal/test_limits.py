"""What a terminal in a notebook does not do: lead elsewhere, print secrets, make what nobody finds again."""

import json
import re
from types import SimpleNamespace

import pytest

import ecslab
from ecslab import terminal
from ecslab.connection import step_marks
from ecslab.terminal import aws_cli, options
from ecslab.terminal.command_hooks import CommandHooks


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
        yield lab


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The notebook's folder, with a file beside it that is none of the lesson's."""
    (tmp_path / "lesson").mkdir()
    (tmp_path / "private.json").write_text('{"clusterName": "stolen"}')
    monkeypatch.chdir(tmp_path / "lesson")
    return tmp_path / "lesson"



@pytest.mark.parametrize(
    "command",
    [
        "aws ecs create-cluster --cluster-name lost --reg eu-west-1",
        "aws ecs create-cluster --cluster-name lost --regio=eu-west-1",
        "aws --r eu-west-1 ecs create-cluster --cluster-name lost",
        "aws ecs create-cluster --cluster-name lost --region=eu-west-1",
        "aws --region eu-west-1 ecs create-cluster --cluster-name lost",
        "aws ecs create-cluster --cluster-name lost --region us-east-1 --region eu-west-1",
        "aws ecs create-cluster --cluster-n lost",
        *(f"aws ecs list-clusters {option}" for option in (
            "--deb", "--debug", "--v2", "--v2-debug", "--prof work", "--profile=work", "--endpoint http://x",
            "--endpoint-url http://x", "--no-ver", "--no-verify-ssl", "--ca-b x", "--ca-bundle x",
            "--no-sign", "--no-sign-request",
        )),
    ],
)  # fmt: skip
def test_no_option_leads_elsewhere_whole_or_shortened(lab, command):
    before = len(lab.calls())
    result = terminal.run(lab, command)
    assert result.code != 0
    assert len(lab.calls()) == before
    assert "lost" not in str(lab.ecs.list_clusters())


@pytest.mark.parametrize(
    "command",
    [
        "aws s3 ls", "aws rds create-db-instance --db-instance-identifier x", "aws s3 presign s3://a/b",
        "aws --output text rds describe-db-instances", "aws eks update-kubeconfig --name x",
        "aws configure sso", "aws configure export-credentials", "aws configure import --csv file://x",
        "aws configure add-model --service-model file://x", "aws configure set endpoint_url http://x",
        "aws configure set plugins.evil evil", "aws configure set cli_history enabled",
        "aws configure set profile.work.role_arn x", "aws configure set ca_bundle x",
        "aws configure set credential_process x", "aws --output text configure set plugins.evil evil",
        "aws configure --output list set plugins.evil evil", "aws ecs deploy --service x",
        "aws --output text ecs deploy --service x",
        "aws iam create-virtual-mfa-device --virtual-mfa-device-name x --outfile x --bootstrap-method Base32",
        "AWS_REGION=eu-west-1 aws ecs list-clusters", "env AWS_PROFILE=x aws ecs list-clusters",
        "aws ecs help", "aws help", "aws ecs list-clusters help x",
    ],
)  # fmt: skip
def test_nothing_but_the_courses_services_and_no_other_settings(lab, folder, command):
    before = len(lab.calls())
    result = terminal.run(lab, command)
    assert result.code != 0 and result.err.strip()
    assert len(lab.calls()) == before
    assert "evil" not in "".join(file.read_text() for file in (lab.home / "aws").glob("*"))
    assert [*folder.iterdir()] == []


def test_what_the_cli_offers_is_what_is_said(lab):
    driver = aws_cli._driver(lab)
    assert {*driver._get_command_table()} - {"help"} == {*options.SERVICES, "configure"}


def test_an_alias_is_not_read_even_from_the_labs_own_folder(lab):
    file = aws_cli.configuration(lab) / "alias"
    file.parent.mkdir(exist_ok=True)
    file.write_text("[toplevel]\nhello = !echo hello\necs = ecs --region eu-west-1\n")
    assert terminal.run(lab, "aws hello").code == 2
    assert terminal.run(lab, "aws ecs list-clusters").code == 0


OUTSIDE = ["../private.json", "{folder}/../private.json", "~/private.json", "$HOME/private.json", "link.json"]


@pytest.mark.parametrize("path", OUTSIDE)
def test_files_are_read_from_the_notebooks_folder_alone(lab, folder, monkeypatch, path):
    monkeypatch.setenv("HOME", str(folder.parent))
    (folder / "link.json").symlink_to(folder.parent / "private.json")
    for option in ("--cli-input-json file://", "--cluster-name file://", "--tags key=a,value@=file://"):
        result = terminal.run(lab, f"aws ecs create-cluster {option}'{path.format(folder=folder)}'")
        assert result.code != 0
        assert "is not in the folder of this notebook" in result.err or "$" in path or "@=" in option
    assert "stolen" not in str(lab.ecs.list_clusters())


def test_a_file_of_the_lesson_is_read(lab, folder):
    (folder / "cluster.json").write_text('{"clusterName": "from-a-file"}')
    result = terminal.run(lab, "aws ecs create-cluster --cli-input-json file://cluster.json")
    assert result.json["cluster"]["clusterName"] == "from-a-file"


def test_no_page_is_fetched_for_a_parameter(lab, monkeypatch):
    monkeypatch.setattr("awscli.paramfile.get_uri", lambda *_: pytest.fail("fetched"))
    assert terminal.run(lab, "aws ecs create-cluster --cluster-name http://192.0.2.1/x").code == 255


def test_it_does_not_copy_a_secret_to_another_region(lab):
    command = "aws secretsmanager create-secret --name far --secret-string x"
    for option in (
        "--add-replica-regions Region=eu-west-1",
        """--cli-input-json '{"AddReplicaRegions": [{"Region": "eu-west-1"}]}'""",
    ):
        result = terminal.run(lab, f"{command} {option}")
        assert result.code != 0
        assert "AddReplicaRegions would lead elsewhere" in result.err
    assert not lab.client("secretsmanager").list_secrets()["SecretList"]


def test_a_password_for_docker_is_hidden(lab):
    lab.ecr.create_repository(repositoryName="mine")
    token = lab.ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    assert terminal.run(lab, "aws ecr get-login-password").out == "(hidden)\n"
    result = terminal.run(lab, "aws ecr get-authorization-token")
    assert token not in result.out


@pytest.mark.parametrize(
    ("command", "member"),
    [
        ("sts assume-role --role-arn arn:aws:iam::123456789012:role/x --role-session-name xx", "Credentials"),
        ("sts get-session-token", "Credentials"),
        ("iam create-access-key --user-name ann", "AccessKey"),
        ("ec2 create-key-pair --key-name pair", None),
    ],
)
def test_credentials_in_an_answer_are_hidden(lab, command, member):
    if "--user-name" in command:
        lab.client("iam").create_user(UserName="ann")
    result = terminal.run(lab, f"aws {command}")
    if result.code:
        assert re.search("does not carry|not supported|NotImplemented", result.err), result.err
        return
    answer = result.json[member] if member else result.json
    secrets = {answer.get(name) for name in ("SecretAccessKey", "SessionToken", "KeyMaterial")} - {None}
    assert secrets == {"(hidden)"}


def test_what_opens_the_account_is_never_printed(lab):
    credentials = lab.place.session.get_credentials()
    result = terminal.run(lab, f"aws ecs create-cluster --cluster-name 'x {credentials.secret_key}'")
    assert credentials.secret_key not in result.err + result.out
    terminal.run(lab, "aws configure set aws_secret_access_key not-a-real-secret")
    assert terminal.run(lab, "aws configure get aws_secret_access_key").out == "(hidden)\n"
    assert "not-a-real-secret" not in terminal.run(lab, "aws configure list").out


def test_the_lessons_own_secret_is_shown_in_a_sandbox_and_hidden_on_a_real_account(lab):
    answer = {"ARN": "arn", "Name": "n", "SecretString": "hunter2", "SecretBinary": b"hunter2"}
    model = lab.client("secretsmanager").meta.service_model.operation_model("GetSecretValue")
    ours = dict(answer)
    CommandHooks(lab).hide(ours, model)
    assert ours == answer
    real = SimpleNamespace(where="aws", ledger=lab.ledger, region=lab.region, account=lab.account)
    CommandHooks(real).hide(answer, model)
    assert answer == {"ARN": "arn", "Name": "n", "SecretString": "(hidden)", "SecretBinary": b"(hidden)"}


def test_what_the_ledger_has_no_kind_for_is_tagged(lab):
    vpc_id = terminal.run(lab, "aws ec2 create-vpc --cidr-block 10.9.0.0/16").json["Vpc"]["VpcId"]
    [vpc] = lab.ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"]
    assert lab.owns(vpc["Tags"])
    assert "ResourceType=vpc" in lab.calls(last=2).cli() or '"ResourceType": "vpc"' in lab.calls(last=2).cli()


@pytest.mark.parametrize(
    ("service", "operation", "members", "tagged"),
    [
        ("ec2", "CreateNatGateway", {}, True),
        ("ec2", "CreateVolume", {}, True),
        ("ec2", "AllocateAddress", {}, True),
        ("ec2", "CreateInternetGateway", {}, True),
        ("ec2", "CreateVpc", {"TagSpecifications": [{"ResourceType": "vpc", "Tags": []}]}, False),
        ("iam", "CreateUser", {}, True),
        ("iam", "CreatePolicy", {"Tags": [{"Key": "a", "Value": "b"}]}, True),
        ("iam", "CreateAccessKey", {}, False),
        ("ecs", "CreateExpressGatewayService", {}, True),
        ("ssm", "PutParameter", {}, True),
        ("ssm", "PutParameter", {"Overwrite": True}, False),
        ("elbv2", "CreateTrustStore", {}, True),
        ("ecr", "CreatePullThroughCacheRule", {}, False),
        ("logs", "CreateDelivery", {}, True),
    ],
)
def test_each_call_that_makes_something_is_named_with_whether_it_could_be_tagged(
    lab, service, operation, members, tagged
):
    commands = CommandHooks(lab)
    model = lab.client(service).meta.service_model.operation_model(operation)
    commands.prepare(members, model, {})
    assert commands.unknown == {operation: tagged}
    assert (lab.ledger.owner in json.dumps(members)) is tagged


def test_calls_that_the_ledger_knows_or_that_make_a_part_are_not_named(lab):
    commands = CommandHooks(lab)
    for service, operation in (
        ("ecs", "CreateCluster"), ("ecs", "RunTask"), ("ecs", "StartTask"),
        ("ecs", "CreateCapacityProvider"), ("ec2", "RunInstances"), ("ssm", "CreateActivation"),
        ("elbv2", "CreateListener"), ("ecs", "ListClusters"),
        ("logs", "CreateLogStream"), ("iam", "PutRolePolicy"), ("ecs", "UpdateService"),
    ):  # fmt: skip
        commands.prepare({}, lab.client(service).meta.service_model.operation_model(operation), {})
    assert commands.unknown == {}


def test_one_cell_of_several_commands_is_taken_back_as_one(lab, monkeypatch):
    clusters_before = {*lab.ecs.list_clusters()["clusterArns"]}
    for cell in (1, 2):
        monkeypatch.setattr(step_marks._cells, "now", lambda cell=cell: cell)
        for name in ("a", "b"):
            assert terminal.run(lab, f"aws ecs create-cluster --cluster-name undo-{cell}{name}").code == 0
    lab.undo()
    left = {arn.rpartition("/")[2] for arn in {*lab.ecs.list_clusters()["clusterArns"]} - clusters_before}
    assert left == {"undo-1a", "undo-1b"}
    lab.undo()
    assert {*lab.ecs.list_clusters()["clusterArns"]} == clusters_before


def test_on_a_real_account_what_clean_up_does_not_know_is_not_made(account):
    lab, sent = account
    result = terminal.run(lab, "aws ec2 create-vpc --cidr-block 10.9.0.0/16")
    assert result.code and "CreateVpc was not sent: this lab cannot tell whose it is" in result.err
    assert sent == []
    result = terminal.run(lab, "aws ecs create-cluster --cluster-name blue")
    assert result.err == ""


def test_it_asks_where_the_labs_own_clients_ask(account, monkeypatch):
    lab, sent = account
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://192.0.2.1:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECS", "http://192.0.2.1:2")
    terminal.run(lab, "aws ecs list-clusters")
    assert sent[-1].url == "https://ecs.eu-central-1.amazonaws.com/"
    lab._clients["ecs"] = SimpleNamespace(meta=SimpleNamespace(endpoint_url="http://127.0.0.1:5000"))
    terminal.run(lab, "aws ecs list-clusters")
    assert sent[-1].url == "http://127.0.0.1:5000/"
