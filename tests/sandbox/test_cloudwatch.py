"""CloudWatch as its clients meet it, in each protocol that they speak; and that nothing of it is lost."""

import gzip
import json
import time
import tomllib
from pathlib import Path

import pytest
from aws_client import Aws
from botocore.config import Config
from botocore.exceptions import ClientError

from ecslab.sandbox import in_process
from ecslab.sandbox.engine import snapshots
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import signature

DIMENSIONS = [{"Name": "Service", "Value": "web"}]
LOAD = {"Namespace": "My", "MetricName": "load", "Dimensions": DIMENSIONS}
ALARM = {
    **LOAD,
    "AlarmName": "high",
    "Statistic": "Average",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 3.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:high"
ACTION = "arn:aws:sns:us-east-1:123456789012:told"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    return in_process.start(tmp_path_factory.mktemp("home"), seed=1)


def client_of(endpoint, protocol="smithy-rpc-v2-cbor"):
    """A client that speaks one protocol, and checks no parameter."""
    aws = Aws(endpoint)
    loader = aws.session._session.get_component("data_loader")
    load = loader.load_service_model

    def loaded(service, *rest, **more):
        model = load(service, *rest, **more)
        if service != "cloudwatch" or "metadata" not in model:
            return model
        return {**model, "metadata": {**model["metadata"], "protocol": protocol, "protocols": [protocol]}}

    loader.load_service_model = loaded
    client = aws.session.client(
        "cloudwatch",
        endpoint_url=endpoint.url,
        config=Config(retries={"total_max_attempts": 1}, proxies={}, parameter_validation=False),
    )
    client.meta.events.register("before-send", aws._carry)
    return client


@pytest.fixture
def cloudwatch(endpoint):
    endpoint.control("reset")
    return client_of(endpoint)


def refusal(call, **request):
    with pytest.raises(ClientError) as refused:
        call(**request)
    error = refused.value.response["Error"]
    return f"{error['Code']}: {error.get('Message') or ''}", refused.value


def shown(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize("protocol", ["smithy-rpc-v2-cbor", "json", "query"])
def test_a_conversation_is_the_same_in_each_protocol(endpoint, protocol):
    endpoint.control("reset")
    client = client_of(endpoint, protocol)
    assert client.meta.service_model.resolved_protocol == protocol
    client.put_metric_data(
        Namespace="My",
        MetricData=[
            {
                "MetricName": "load",
                "Dimensions": DIMENSIONS,
                "Values": [1.5, 2.0, 40.0],
                "Counts": [2.0, 1.0, 1.0],
                "Unit": "Count",
            },
            {"MetricName": "load", "Dimensions": DIMENSIONS, "Value": 5, "Unit": "Count"},
        ],
    )
    client.put_metric_alarm(**ALARM, AlarmActions=[ACTION], Tags=[{"Key": "by", "Value": "me & you"}])
    endpoint.control("advance", seconds=70)
    (alarm,) = client.describe_alarms()["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM" and alarm["StateReason"].startswith(
        "Threshold Crossed: 1 datapoint [10.0 ("
    )
    assert (alarm["Threshold"], alarm["AlarmActions"], alarm["Dimensions"]) == (3.0, [ACTION], DIMENSIONS)
    assert "TreatMissingData" not in alarm and "DatapointsToAlarm" not in alarm
    assert client.list_tags_for_resource(ResourceARN=ARN)["Tags"] == [{"Key": "by", "Value": "me & you"}]
    assert client.list_metrics()["Metrics"] == [LOAD]
    at = alarm["StateUpdatedTimestamp"].timestamp()
    window = {"StartTime": at - 600, "EndTime": at}
    (point,) = client.get_metric_statistics(**LOAD, **window, Period=60, Statistics=["Average", "Maximum"])[
        "Datapoints"
    ]
    assert (point["Average"], point["Maximum"], point["Unit"]) == (10.0, 40.0, "Count") and "Sum" not in point
    (point,) = client.get_metric_statistics(**LOAD, **window, Period=60, ExtendedStatistics=["p50"])[
        "Datapoints"
    ]
    assert point["ExtendedStatistics"] == {"p50": 2.0}
    stat = {"Metric": LOAD, "Period": 60, "Stat": "Sum"}
    queries = [{"Id": "m1", "MetricStat": stat, "ReturnData": False}, {"Id": "e1", "Expression": "m1 / 2"}]
    (result,) = client.get_metric_data(MetricDataQueries=queries, **window)["MetricDataResults"]
    assert (result["Values"], result["Label"], result["StatusCode"]) == ([25.0], "e1", "Complete")
    items = client.describe_alarm_history(AlarmName="high")["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in items] == [
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        'Alarm "high" created',
    ]
    assert json.loads(items[0]["HistoryData"])["newState"]["stateReasonData"]["recentDatapoints"] == [10.0]
    message, refused = refusal(client.set_alarm_state, AlarmName="none", StateValue="OK", StateReason="x")
    assert message == "ResourceNotFound: " and isinstance(refused, client.exceptions.ResourceNotFound)
    assert refused.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    message, _ = refusal(client.set_alarm_state, AlarmName="high", StateValue="INVALID", StateReason="x")
    assert message == (
        "ValidationError: 1 validation error detected: Value 'INVALID' at 'stateValue' failed to satisfy "
        "constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]"
    )
    assert refusal(client.list_dashboards)[0].startswith(
        "UnknownOperationException: This sandbox does not carry"
    )


DATUM = {"MetricName": "load", "Value": 1.0}
LIKE = {"alarm": ALARM, "metric": LOAD}
ROWS = tomllib.loads(Path(__file__).with_name("cloudwatch_refusals.toml").read_text("utf-8"))["refused"]


def data(**members):
    return {"Namespace": "My", "MetricData": [{**DATUM, **members}]}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["says"][:60])
def test_what_is_refused(cloudwatch, row):
    request = {**LIKE.get(row.get("like"), {}), **row["input"]}
    for name in row.get("without", ()):
        del request[name]
    message, _ = refusal(getattr(cloudwatch, row["operation"]), **request)
    assert message.strip() == row["says"]
    assert cloudwatch.list_metrics()["Metrics"] == [] and cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_long_lists_come_in_pages(cloudwatch):
    for number in range(7):
        cloudwatch.put_metric_alarm(**{**ALARM, "AlarmName": f"a{number}"})
    pages = cloudwatch.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 3})
    assert [[alarm["AlarmName"] for alarm in page["MetricAlarms"]] for page in pages] == [
        ["a0", "a1", "a2"],
        ["a3", "a4", "a5"],
        ["a6"],
    ]
    for number in range(501):
        cloudwatch.put_metric_data(Namespace="My", MetricData=[{"MetricName": f"m{number}", "Value": 1.0}])
    first = cloudwatch.list_metrics()
    assert len(first["Metrics"]) == 500
    assert len(cloudwatch.list_metrics(NextToken=first["NextToken"])["Metrics"]) == 1


def test_results_are_labelled_by_what_differs(cloudwatch, endpoint):
    """Recorded: the metric's name, then its statistic and period where they differ."""
    cloudwatch.put_metric_data(**data())
    stats = [("Sum", 60), ("Minimum", 300)]
    queries = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {"Namespace": "My", "MetricName": "load"},
                "Period": period,
                "Stat": stat,
            },
        }
        for number, (stat, period) in enumerate(stats)
    ]
    now = endpoint.transport.sandbox.clock.timestamp()
    answer = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=now - 600, EndTime=now + 60)
    assert [result["Label"] for result in answer["MetricDataResults"]] == ["load Sum 60", "load Minimum 300"]


def test_a_large_request_may_be_compressed(cloudwatch):
    """botocore compresses what has more than ten kilobytes."""
    many = [{**DATUM, "Dimensions": DIMENSIONS, "Value": float(number)} for number in range(1000)]
    cloudwatch.put_metric_data(Namespace="My", MetricData=many)
    assert cloudwatch.list_metrics()["Metrics"] == [LOAD]


@pytest.fixture(scope="module")
def ask(endpoint):
    key = signature.Key(endpoint.access_key, endpoint.secret_key)

    def send(headers, body, path="/"):
        plain = HttpRequest("POST", path, "", {"host": endpoint.host, **headers}, body)
        signed = signature.sign(plain, key, "us-east-1", "monitoring", time.time())
        status, _, answer = endpoint.transport("POST", f"{endpoint.url}{path}", signed, body)
        return status, answer

    return send


CBOR = {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
RPC = "/service/GraniteServiceVersion20100801/operation/"


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        b"\xbf",
        b"\xa1",
        b"\x9b" + b"\xff" * 8,
        b"\x81" * 200,
        b"\xa1\x01\x02",
        b"\x01",
        b"\xc2\x41\x01",
        b"\x62\xff\xff",
        b"\xa0\xa0",
        b"\x7b" + b"\xff" * 8,
    ],
)
def test_what_is_no_cbor_is_refused(ask, body):
    status, answer = ask(CBOR, body, f"{RPC}ListMetrics")
    assert status == 400 and b"SerializationException" in answer


def test_cbor_without_lengths_is_read(ask):
    body = b"\xbf\x69Namespace\x7f\x61M\x61y\xff\xff"
    assert ask(CBOR, body, f"{RPC}ListMetrics")[0] == 200


@pytest.mark.parametrize(
    ("headers", "body", "words"),
    [
        (FORM, b"Action=ListMetrics&Version=1999-01-01", b"InvalidAction"),
        (FORM, b"Action=DescribeAlarms&Version=2010-08-01&MaxRecords=x", b"MalformedInput"),
        (FORM, b"Action=DescribeAlarms&Version=2010-08-01&AlarmNames=a", b"MalformedInput"),
        (
            FORM,
            b"Action=DescribeAlarms&Version=2010-08-01&Colour=red",
            b"a member that this sandbox does not know",
        ),
        (FORM | {"content-encoding": "gzip"}, b"no gzip", b"SerializationException"),
        (FORM | {"content-encoding": "gzip"}, gzip.compress(b"a" * (4 << 20)), b"SerializationException"),
    ],
)
def test_odd_requests_are_refused(ask, headers, body, words):
    status, answer = ask(headers, body)
    assert status == 400 and words in answer


def test_a_compressed_form_is_read(ask):
    assert (
        ask(FORM | {"content-encoding": "gzip"}, gzip.compress(b"Action=ListMetrics&Version=2010-08-01"))[0]
        == 200
    )


@pytest.mark.parametrize("with_snapshot", [True, False])
def test_nothing_is_lost_when_a_sandbox_starts_again(tmp_path, monkeypatch, with_snapshot):
    def described(client):
        (alarm,) = client.describe_alarms()["MetricAlarms"]
        at = alarm["StateUpdatedTimestamp"].timestamp()
        window = {"StartTime": at - 3600, "EndTime": at + 3600}
        points = client.get_metric_statistics(**LOAD, **window, Period=60, Statistics=["Sum"])["Datapoints"]
        history = client.describe_alarm_history()["AlarmHistoryItems"]
        return alarm, points, history, client.list_tags_for_resource(ResourceARN=ARN)["Tags"]

    monkeypatch.setattr(snapshots, "AT_STOP", 0 if with_snapshot else 10**9)
    sandbox = Sandbox(tmp_path, seed=1, mode="stepped")
    endpoint = in_process.endpoint_of(sandbox)
    client = client_of(endpoint)
    client.put_metric_alarm(**ALARM, Tags=[{"Key": "by", "Value": "me"}])
    for number in range(4):
        client.put_metric_data(**data(Dimensions=DIMENSIONS, Value=2.0 + number))
        endpoint.control("advance", seconds=90)
    before = described(client)
    assert [item["HistoryItemType"] for item in before[2]].count("StateUpdate") >= 2
    sandbox.close()
    again = Sandbox(tmp_path)
    assert bool(again.account.replay.position > 3 and again.account.replay.happened < 3) is with_snapshot
    client = client_of(in_process.endpoint_of(again))
    assert described(client) == before
    in_process.endpoint_of(again).control("advance", seconds=900)
    (alarm,) = client.describe_alarms()["MetricAlarms"]
    assert alarm["StateReason"] == "Insufficient Data: 1 datapoint was unknown."
    again.close()
