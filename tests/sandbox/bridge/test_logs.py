"""The awslogs driver: its streams, its refusals, and what it writes."""

import json
import re

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto_account import account

from ecslab.sandbox.bridge import determinism, logs
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.bridge.iam.backend import IamBackend
from ecslab.sandbox.bridge.moto_state import forget_backends
from ecslab.sandbox.runtime import limits

REGION, GROUP, STREAM = "us-east-1", "/ecs/adgu-web-server-task", "ecs/adgu-container/0f3c"
ROLE = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"
NOW = 1_800_000_000.0
REFUSED = (
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
    "failed to create Cloudwatch log "
)


@pytest.fixture
def client(monkeypatch):
    with account(monkeypatch, {iam_backends: IamBackend, logs_backends: logs.LogsBackend}, lambda: NOW):
        yield boto3.client("logs", REGION)


@pytest.fixture
def role(client):
    """An execution role that may do what this function is called with."""
    tasks = {"Service": "ecs-tasks.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": tasks, "Action": "sts:AssumeRole"}
    policies = boto3.client("iam", REGION)
    policies.create_role(
        RoleName="ecsTaskExecutionRole",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )

    def allow(*actions):
        allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        policies.put_role_policy(RoleName="ecsTaskExecutionRole", PolicyName="may", PolicyDocument=document)

    return allow


def without_request_id(text):
    return re.sub("RequestID: [0-9a-f-]{36}", "RequestID: <uuid>", text)


def open_stream(create_group=False):
    return logs.open_stream(REGION, GROUP, STREAM, ROLE, "0f3c", create_group)


def messages(client):
    answer = client.get_log_events(logGroupName=GROUP, logStreamName=STREAM, startFromHead=True)
    return [(event["timestamp"], event["message"]) for event in answer["events"]]


def test_lines_are_read_back_with_their_time(client, role):
    role("logs:CreateLogStream")
    client.create_log_group(logGroupName=GROUP)
    assert open_stream() is None
    assert messages(client) == []
    logs.write(REGION, GROUP, STREAM, [(NOW - 1.5, "GET / 200"), (NOW, ""), (NOW, " indented\n")])
    assert messages(client) == [(1_799_999_998_500, "GET / 200"), (1_800_000_000_000, " indented")]


def test_a_stream_that_exists_is_used_again(client, role):
    role("logs:CreateLogStream")
    client.create_log_group(logGroupName=GROUP)
    client.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    assert open_stream() is None


def test_a_missing_group_stops_the_task(client, role):
    role("logs:*")
    determinism.reseed("request")
    request = determinism.rng.uuid4()
    determinism.reseed("request")
    assert open_stream() == (
        REFUSED + "stream: operation error CloudWatch Logs: CreateLogStream, https response error "
        f"StatusCode: 400, RequestID: {request}, ResourceNotFoundException: The specified log group does not "
        "exist. : exit status 1"
    )
    assert client.describe_log_groups()["logGroups"] == []


def test_a_missing_group_is_made_where_the_definition_asks(client, role):
    role("logs:CreateLogStream", "logs:CreateLogGroup")
    assert open_stream(create_group=True) is None
    assert [group["logGroupName"] for group in client.describe_log_groups()["logGroups"]] == [GROUP]
    assert messages(client) == []


def test_a_role_that_may_not_make_the_group_stops_the_task(client, role):
    role("logs:CreateLogStream")
    assert without_request_id(open_stream(create_group=True)) == (
        REFUSED + "group: operation error CloudWatch Logs: CreateLogGroup, https response error StatusCode: "
        "400, RequestID: <uuid>, api error AccessDeniedException: User: arn:aws:sts::123456789012:"
        "assumed-role/ecsTaskExecutionRole/0f3c is not authorized to perform: logs:CreateLogGroup on "
        "resource: arn:aws:logs:us-east-1:123456789012:log-group:/ecs/adgu-web-server-task because no "
        "identity-based policy allows the logs:CreateLogGroup action : exit status 1"
    )


def test_a_role_that_may_not_make_the_stream_stops_the_task(client, role):
    client.create_log_group(logGroupName=GROUP)
    role("ecr:*")
    assert without_request_id(open_stream()) == (
        REFUSED
        + "stream: operation error CloudWatch Logs: CreateLogStream, https response error StatusCode: "
        "400, RequestID: <uuid>, api error AccessDeniedException: User: arn:aws:sts::123456789012:"
        "assumed-role/ecsTaskExecutionRole/0f3c is not authorized to perform: logs:CreateLogStream on "
        f"resource: arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}:log-stream:{STREAM} "
        "because no identity-based policy allows the logs:CreateLogStream action : exit status 1"
    )


def test_a_role_that_is_gone_is_said_to_be_so(client):
    assert open_stream() == roles.role_problem(ROLE)


def test_lines_for_a_group_that_was_deleted_are_lost(client, role):
    role("logs:*")
    open_stream(create_group=True)
    client.delete_log_group(logGroupName=GROUP)
    logs.write(REGION, GROUP, STREAM, [(NOW, "anybody there?")])
    client.create_log_group(logGroupName=GROUP)
    logs.write(REGION, GROUP, STREAM, [(NOW, "anybody there?")])
    with pytest.raises(ClientError) as caught:
        messages(client)
    assert caught.value.response["Error"]["Message"] == "The specified log stream does not exist."


def test_a_long_line_is_cut_between_characters(client, role):
    role("logs:*")
    open_stream(create_group=True)
    line = "é" * logs.MOST_BYTES
    logs.write(REGION, GROUP, STREAM, [(NOW, line)])
    parts = [message for _, message in messages(client)]
    assert "".join(parts) == line
    assert max(len(part.encode()) for part in parts) <= logs.MOST_BYTES


def test_events_are_numbered_anew_after_a_reset(client, role):
    ids = []
    for _ in range(2):
        forget_backends()
        client.create_log_group(logGroupName=GROUP)
        client.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
        logs.write(REGION, GROUP, STREAM, [(NOW, "hello")])
        ids.append(client.filter_log_events(logGroupName=GROUP)["events"][0]["eventId"])
    assert ids[0] == ids[1]


def test_of_a_stream_that_never_ends_the_newest_lines_are_kept(client, role, monkeypatch):
    monkeypatch.setattr(logs, "STREAM_LINES", 100)
    role("logs:*")
    client.create_log_group(logGroupName=GROUP)
    assert logs.open_stream(REGION, GROUP, STREAM, ROLE, "0f3c") is None
    for number in range(250):
        logs.write(REGION, GROUP, STREAM, [(NOW, f"line {number}")])
    events = client.get_log_events(logGroupName=GROUP, logStreamName=STREAM, startFromHead=True)["events"]
    assert 50 <= len(events) <= 100 and events[-1]["message"] == "line 249"


def test_all_logs_together_are_bounded(client, role, monkeypatch):
    monkeypatch.setattr(logs, "LOG_BYTES", limits.Limit(0, 0, 10_000, ""))
    role("logs:*")
    client.create_log_group(logGroupName=GROUP)
    for name in ("a", "b"):
        assert logs.open_stream(REGION, GROUP, name, ROLE, "0f3c") is None
    logs.write(REGION, GROUP, "b", [(NOW, "of b")])
    for number in range(500):
        logs.write(REGION, GROUP, "a", [(NOW, f"{number:0100}")])
    streams = logs_backends["123456789012"][REGION].groups[GROUP].streams
    assert sum(len(event.message) for event in streams["a"].events) <= 10_000
    assert [event.message for event in streams["b"].events] == ["of b"]


def test_retention_lets_go_of_what_is_older_and_nothing_else(client, role, monkeypatch):
    role("logs:*")
    client.create_log_group(logGroupName=GROUP)
    assert logs.open_stream(REGION, GROUP, STREAM, ROLE, "0f3c") is None
    for hour in range(-72, 1):
        logs.write(REGION, GROUP, STREAM, [(NOW + hour * 3600, f"hour {hour}")])
    client.put_retention_policy(logGroupName=GROUP, retentionInDays=1)
    messages = [event["message"] for event in client.filter_log_events(logGroupName=GROUP)["events"]]
    assert messages == [f"hour {hour}" for hour in range(-24, 1)]
    stream = client.describe_log_streams(logGroupName=GROUP)["logStreams"][0]
    assert stream["firstEventTimestamp"] == (NOW - 24 * 3600) * 1000
    client.create_log_stream(logGroupName=GROUP, logStreamName="another")  # time to tidy up
    log_lines = logs_backends["123456789012"][REGION].groups[GROUP].streams[STREAM].lines
    assert log_lines.runs == 25


def test_pages_of_all_streams_go_on_where_the_last_ended(client):
    client.create_log_group(logGroupName=GROUP)
    for name in ("a", "b"):
        client.create_log_stream(logGroupName=GROUP, logStreamName=name)
        for second in range(10):
            logs.write(REGION, GROUP, name, [(NOW + second, f"{name} {second}")])
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=GROUP, startTime=int(NOW * 1000), PaginationConfig={"PageSize": 3}
    )
    messages = [event["message"] for page in pages for event in page["events"]]
    assert messages == [f"{name} {second}" for second in range(10) for name in ("a", "b")]
