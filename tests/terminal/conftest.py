"""A real account that is played, for a terminal to speak to."""

import io

import pytest
from botocore.awsrequest import AWSResponse
from botocore.stub import Stubber

import ecslab
from ecslab.connection import aws_place, boto_sessions
from ecslab.terminal import aws_cli


class Body(io.BytesIO):
    def stream(self, **_):
        yield self.read()


@pytest.fixture
def account(monkeypatch, tmp_path):
    """A lab on a real account that is played: every request of its terminal is kept, none is sent."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOFTHELAB")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    session = boto_sessions.account_session(None, "eu-central-1")
    sts = session.client("sts")
    stub = Stubber(sts)
    caller = {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/ana", "UserId": "AIDAEXAMPLE"}
    stub.add_response("get_caller_identity", caller)
    stub.activate()
    make = session.client

    def client(service, **options):
        return sts if service == "sts" else make(service, **options)

    monkeypatch.setattr(session, "client", client)
    monkeypatch.setattr(aws_place, "account_session", lambda profile, region: session)
    lab = ecslab.connect("aws", home=tmp_path, confirm="111122223333")
    monkeypatch.setattr(lab.guard._ownership, "find", lambda reference: [])  # every name is free
    sent = []

    def instead(request, **_):
        sent.append(request)
        answer = b'{"cluster": {"clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/blue"}}'
        return AWSResponse(request.url, 200, {}, Body(answer))

    events = aws_cli._driver(lab).session.get_component("event_emitter")
    events.register("before-send", instead)
    yield lab, sent
    lab.close()
