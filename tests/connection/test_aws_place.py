"""A real account, played by botocore's Stubber: whose it is, asked once, and errors with the next step."""

import boto3
import botocore.exceptions
import pytest
from botocore.stub import Stubber

import ecslab
from ecslab.connection import aws_place
from ecslab.connection.refusals import BadCredentials, Denied, ExpiredToken, Throttled
from ecslab.errors import NoCredentials, NoRegion, NotConfirmed, SandboxOnly, Unreachable

ACCOUNT = "111122223333"
CALLER = {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/ana", "UserId": "AIDAEXAMPLE"}


@pytest.fixture
def account(monkeypatch):
    """An account that answers who you are, and whatever else a test adds to `stubs`."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(aws_place, "_confirmed", set())
    session = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="eu-central-1")
    stubs = {}

    def client(service, make=session.client, **options):
        stubbed = make(service, **options)
        stub = Stubber(stubbed)
        stubs[service] = stub
        if service == "sts":
            stub.add_response("get_caller_identity", CALLER)
        stub.activate()
        return stubbed

    monkeypatch.setattr(session, "client", client)
    monkeypatch.setattr(aws_place, "account_session", lambda profile, region: session)
    return stubs


def identity_fails(monkeypatch, error):
    session = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="eu-central-1")
    client = session.client("sts")

    def fail(**_):
        raise error

    monkeypatch.setattr(client, "get_caller_identity", fail)
    monkeypatch.setattr(session, "client", lambda service, **_: client)
    monkeypatch.setattr(aws_place, "account_session", lambda profile, region: session)


def test_it_shows_account_region_and_caller_and_asks_once(account, tmp_path, monkeypatch, capsys):
    prompts = []
    monkeypatch.setattr("builtins.input", lambda text: prompts.append(text) or ACCOUNT)
    lab = ecslab.connect("aws", home=tmp_path)
    output = capsys.readouterr().out
    assert ACCOUNT in output and "eu-central-1" in output and "user/ana" in output
    assert repr(lab) == f"Lab in a real AWS account: account {ACCOUNT}, eu-central-1"
    ecslab.connect("aws", home=tmp_path)
    assert len(prompts) == 1


def test_the_account_id_confirms_where_nobody_can_answer(account, tmp_path):
    assert ecslab.connect("aws", home=tmp_path, confirm=ACCOUNT).account == ACCOUNT


def test_another_answer_stops_here(account, tmp_path):
    with pytest.raises(NotConfirmed, match=f"for account {ACCOUNT}, and the answer was '999999999999'"):
        ecslab.connect("aws", home=tmp_path, confirm="999999999999")


def test_nobody_there_to_answer(account, tmp_path, monkeypatch):
    def nobody(_):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(NotConfirmed, match=rf"next: connect\('aws', confirm='{ACCOUNT}'\)"):
        ecslab.connect("aws", home=tmp_path)


def test_the_lab_is_drawn_an_owner_that_stays(account, tmp_path):
    owner = ecslab.connect("aws", home=tmp_path, confirm=ACCOUNT).ledger.owner
    assert owner.startswith("lab-")
    assert ecslab.connect("aws", home=tmp_path).ledger.owner == owner


def test_an_unknown_profile(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(NoCredentials, match=r"\(ana\) could not be found\n  next: `aws configure list-prof"):
        ecslab.connect("aws", home=tmp_path, profile="ana")


def test_no_region(monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(NoRegion, match="no Region is set"):
        ecslab.connect("aws", home=tmp_path)


def refused(code):
    return botocore.exceptions.ClientError(
        {"Error": {"Code": code, "Message": "said AWS"}}, "GetCallerIdentity"
    )


@pytest.mark.parametrize(
    ("error", "kind", "pattern"),
    [
        (botocore.exceptions.NoCredentialsError(), NoCredentials, "AWS credentials are missing"),
        (refused("ExpiredToken"), ExpiredToken, "Nothing you made is lost"),
        (refused("InvalidClientTokenId"), BadCredentials, "aws sts get-caller-identity"),
        (refused("AccessDenied"), Denied, "ask whoever runs the account"),
        (refused("Throttling"), Throttled, "wait a minute"),
        (
            botocore.exceptions.EndpointConnectionError(endpoint_url="https://sts.us-est-1.amazonaws.com/"),
            Unreachable,
            "check the network, the Region's name",
        ),
    ],
)
def test_every_refusal_ends_in_one_message_with_the_next_step(monkeypatch, tmp_path, error, kind, pattern):
    identity_fails(monkeypatch, error)
    with pytest.raises(kind, match=pattern) as caught:
        ecslab.connect("aws", home=tmp_path, confirm=ACCOUNT)
    assert isinstance(caught.value, ecslab.EcslabError) and "next:" in str(caught.value)


def test_a_refused_call_is_said_plainly_and_is_still_a_client_error(account, tmp_path):
    lab = ecslab.connect("aws", home=tmp_path, confirm=ACCOUNT)
    ecr = lab.ecr
    denied = f"User: {CALLER['Arn']} is not authorized to perform: ecr:DescribeRepositories"
    account["ecr"].add_client_error("describe_repositories", "AccessDeniedException", denied)
    with pytest.raises(Denied, match="ecr:DescribeRepositories") as caught:
        ecr.describe_repositories()
    assert isinstance(caught.value, botocore.exceptions.ClientError)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"


def test_only_the_sandbox_has_a_clock_to_control(account, tmp_path):
    lab = ecslab.connect("aws", home=tmp_path, confirm=ACCOUNT)
    with pytest.raises(SandboxOnly, match="works in the sandbox only"):
        lab.control("advance", seconds=1)
    assert lab.url("198.51.100.1") == "http://198.51.100.1/"
    assert lab.url("198.51.100.1", 8080) == "http://198.51.100.1:8080/"
    assert lab.registry_url("docker.io") == "https://registry-1.docker.io/v2"


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ECS"])
def test_an_endpoint_that_is_not_awss_own_is_named_before_it_is_confirmed(
    account, tmp_path, monkeypatch, capsys, variable
):
    monkeypatch.setenv(variable, "http://ana:sesame@localhost:4566")
    with pytest.raises(NotConfirmed):
        ecslab.connect("aws", home=tmp_path, confirm="no")
    output = capsys.readouterr().out
    assert "These calls do not go to AWS, but to http://localhost:4566:" in output and "ecs" in output
    assert "sesame" not in output
    ecslab.connect("aws", home=tmp_path, confirm=ACCOUNT)
    monkeypatch.delenv(variable)
    with pytest.raises(NotConfirmed):  # the confirmation was for the other endpoint
        ecslab.connect("aws", home=tmp_path, confirm="no")
    assert "do not go to AWS" in capsys.readouterr().out.split("real AWS")[1]


def test_without_one_nothing_is_said_of_it(account, tmp_path, monkeypatch, capsys):
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ECS"):
        monkeypatch.delenv(name, raising=False)
    ecslab.connect("aws", home=tmp_path, confirm=ACCOUNT)
    assert "do not go to AWS" not in capsys.readouterr().out


def test_a_region_switched_in_mid_session_switches_nothing(account, tmp_path, monkeypatch):
    monkeypatch.setattr(aws_place, "account_session", lambda profile, region: boto3.Session("AKIA", "secret"))
    monkeypatch.setattr(aws_place, "_identity", lambda session: CALLER)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    lab = ecslab.connect("aws", home=tmp_path, confirm=ACCOUNT)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    assert lab.region == lab.ecs.meta.region_name == "eu-west-1"
    assert lab.place.session.region_name == "us-west-2"  # what a client of the learner's own would take


def test_so_does_a_profile(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_PROFILE", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAMINE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr(aws_place, "_identity", lambda session: CALLER)
    lab = ecslab.connect("aws", home=tmp_path, confirm=ACCOUNT, region="eu-west-1")
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")
    assert lab.ecs.meta.region_name == "eu-west-1"
    assert lab.place.session.get_credentials().access_key == "AKIAMINE"


def test_so_does_an_endpoint(account, tmp_path, monkeypatch):
    lab = ecslab.connect("aws", home=tmp_path, confirm=ACCOUNT)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
    assert lab.ecs.meta.endpoint_url == "https://ecs.eu-central-1.amazonaws.com"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
    again = ecslab.connect("aws", home=tmp_path, confirm=ACCOUNT)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    assert again.ecs.meta.endpoint_url == "http://localhost:4566"
