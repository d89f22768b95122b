"""A real account that is played, for a terminal to speak to."""

import io

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.stub import Stubber

import ecslab
from ecslab.connection import aws_place
from ecslab.terminal import aws_cli


class Body(io.BytesIO):
    def stream(self, **_):
        yield self.read()


@pytest.fixture
def account(monkeypatch, tmp_path):
    """A lab on a real account that is played: every request of its terminal is kept, none is sent."""
    session = boto3.Session("AKIAOFTHELAB", "secret", "token", region_name="eu-central-1")
    sts = session.client("sts")
    stub = Stubber(sts)
    caller = {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/ana", "UserId": "AIDAEXAMPLE"}
    stub.add_response("get_caller_identity", caller)
    stub.activate()
    monkeypatch.setattr(session, "client", lambda service: sts)
    monkeypatch.setattr(aws_place, "account_session", lambda profile, region: session)
    lab = ecslab.connect("aws", home=tmp_path, confirm="111122223333")
    sent = []

    def instead(request, **_):
        sent.append(request)
        answer = b'{"cluster": {"clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/blue"}}'
        return AWSResponse(request.url, 200, {}, Body(answer))

    events = aws_cli._driver(lab).session.get_component("event_emitter")
    events.register("before-send", instead)
    yield lab, sent
    lab.close()
