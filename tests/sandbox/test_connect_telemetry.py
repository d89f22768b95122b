"""What Service Connect tells of the requests that its proxies carry: metrics, access logs, and time-outs."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from aws_client import CLUSTER
from discovery_rig import refusal
from test_service_connect import UP, Connected

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.load.visitors import Visitors

LOGS = {"logDriver": "awslogs", "options": {
    "awslogs-group": "/envoy", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "mesh"}}  # fmt: skip
ALIAS = [{"port": 80, "dnsName": "told"}]
SERVES = {"portName": "http", "discoveryName": "told", "clientAliases": ALIAS}
CALLS = {"enabled": True, "logConfiguration": LOGS}
BEGAN = 1_790_000_000.0


class Telling(Connected):
    """`Connected`, a family `web` whose port speaks HTTP, a server `told` and a client `asks` with logs."""

    def arranged(self):
        super().arranged()
        definition = self.ecs.describe_task_definition(taskDefinition="serves")["taskDefinition"]
        (container,) = definition["containerDefinitions"]
        port = {"containerPort": 80, "name": "http", "appProtocol": "http"}
        self.ecs.register_task_definition(
            family="web", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            executionRoleArn=definition["executionRoleArn"],
            containerDefinitions=[{**container, "portMappings": [port]}],
        )  # fmt: skip
        self.logs.create_log_group(logGroupName="/envoy")
        text, dictionary = {"format": "TEXT"}, {"format": "JSON", "includeQueryParameters": "ENABLED"}
        self.connect("told", "web", {"services": [SERVES], "accessLogConfiguration": text, **CALLS})
        self.connect("asks", "calls", {"accessLogConfiguration": dictionary, **CALLS})
        self.pass_time(2 * UP)
        return self

    def connect(self, name, definition, configuration, count=1):
        return self.service(name, count, definition, serviceConnectConfiguration=configuration)

    def values(self, name, statistic="Sum", **dimensions):
        """A metric by minutes, from the beginning on."""
        datapoints = self.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/ECS", MetricName=name, Period=60, Statistics=[statistic],
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=datetime.fromtimestamp(BEGAN, UTC),
            EndTime=datetime.fromtimestamp(BEGAN, UTC) + timedelta(hours=20),
        )["Datapoints"]  # fmt: skip
        return [point[statistic] for point in sorted(datapoints, key=lambda point: point["Timestamp"])]

    def lines(self, proxy_of):
        """What the proxy of a service's task wrote."""
        (task,) = self.tasks(proxy_of)
        streams = self.logs.describe_log_streams(logGroupName="/envoy")["logStreams"]
        names = [each["logStreamName"] for each in streams]
        (name,) = [each for each in names if each.endswith(task["taskArn"][-32:])]
        assert name.startswith("mesh/ecs-service-connect-")
        events = self.logs.get_log_events(logGroupName="/envoy", logStreamName=name)["events"]
        return [event["message"] for event in events]


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    endpoint = in_process.start(tmp_path_factory.mktemp("home"), seed=8)
    endpoint.transport.sandbox.account.start_over(None, BEGAN)
    arranged = Telling(endpoint).arranged()
    arranged.asked("asks", "http://told/?token=1")
    arranged.asked("asks", "http://told/missing")
    return arranged


SERVER = {"DiscoveryName": "told", "ServiceName": "told", "ClusterName": CLUSTER}
CLIENT = {"TargetDiscoveryName": "told", "ServiceName": "asks", "ClusterName": CLUSTER}


def test_requests_are_counted_where_they_come_in_and_where_they_were_sent(aws):
    aws.pass_time(120)
    for inbound in (SERVER, {"DiscoveryName": "told"}):
        assert aws.values("RequestCount", **inbound) == [2.0]
        assert aws.values("NewConnectionCount", **inbound) == [1.0], "the second goes over the same"
        assert aws.values("ProcessedBytes", **inbound)[0] > 2 * len("GET / HTTP/1.1\r\n")
    for sent in (CLIENT, {"TargetDiscoveryName": "told"}):
        assert aws.values("HTTPCode_Target_2XX_Count", **sent) == [1.0]
        assert aws.values("HTTPCode_Target_4XX_Count", **sent) == [1.0]
        assert aws.values("RequestCountPerTarget", "Average", **sent) == [2.0]
        assert aws.values("TargetResponseTime", "Average", **sent) == [10.0]
        assert aws.values("TargetProcessedBytes", **sent)[0] > aws.values("ProcessedBytes", **SERVER)[0]
    assert aws.values("RequestCount", **{**SERVER, "ServiceName": "asks"}) == []


def test_a_connection_stays_open_until_it_is_idle_for_five_minutes(aws):
    aws.pass_time(600)
    assert aws.values("ActiveConnectionCount", "Maximum", **SERVER) == [1.0] * 5


def test_both_proxies_write_a_line_for_each_request(aws):
    first, second = map(json.loads, aws.lines("asks")[:2])
    (address,) = aws.addresses("told")
    assert (first["method"], first["path"], first["response_code"]) == ("GET", "/?token=1", 200)
    assert (first["upstream_host"], first["authority"]) == (f"{address}:80", "told")
    assert (second["path"], second["response_code"], second["response_flags"]) == ("/missing", 404, "-")
    line = aws.lines("told")[0]
    assert '"GET / HTTP/1.1" 200 - 0 5 ' in line and line.endswith('"told" "127.0.0.1:80"')
    assert "token" not in line, "the query is left out by default"


def test_what_the_proxy_answers_by_itself_is_told_by_flags(aws):
    before = aws.values("HTTPCode_Target_5XX_Count", **CLIENT)
    aws.ecs.update_service(cluster=CLUSTER, service="told", desiredCount=0)
    aws.pass_time(UP)
    assert aws.asked("asks", "http://told/") == "no healthy upstream"
    last = json.loads(aws.lines("asks")[-1])
    assert (last["response_code"], last["response_flags"], last["upstream_host"]) == (503, "UH", "-")
    assert aws.values("HTTPCode_Target_5XX_Count", **CLIENT) == before, "no target answered"
    aws.ecs.update_service(cluster=CLUSTER, service="told", desiredCount=1)
    aws.pass_time(UP)


@pytest.mark.parametrize(
    ("timeout", "seconds", "late"),
    [({}, 14.0, False), ({}, 16.0, True), ({"perRequestTimeoutSeconds": 2}, 3.0, True),
     ({"perRequestTimeoutSeconds": 0}, 200.0, False), ({"idleTimeoutSeconds": 5}, 6.0, True),
     ({"perRequestTimeoutSeconds": 0, "idleTimeoutSeconds": 0}, 4000.0, False)],
)  # fmt: skip
def test_an_answer_that_comes_too_late_is_none(aws, monkeypatch, timeout, seconds, late):
    """Targets of a load balancer keep who asks waiting, the more visitors they have."""
    configuration = {"services": [{**SERVES, "timeout": timeout}], **CALLS}
    aws.ecs.update_service(cluster=CLUSTER, service="told", serviceConnectConfiguration=configuration)
    account = current_account()
    monkeypatch.setattr(Visitors, "response", lambda *_: seconds)
    monkeypatch.setattr(account, "visitors", Visitors(account))
    before = len(aws.lines("asks"))
    assert aws.asked("asks", "http://told/") == ("upstream request timeout" if late else "hello")
    last = json.loads(aws.lines("asks")[before])
    assert (last["response_code"], last["response_flags"]) == ((504, "UT") if late else (200, "-"))
    assert last["duration"] <= seconds * 1000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"accessLogConfiguration": {"format": "TEXT"}, "logConfiguration": None},
         "accessLogConfiguration requires a logConfiguration."),
        ({"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/envoy"}}},
         "Log driver awslogs requires options: awslogs-region"),
        ({"logConfiguration": {"logDriver": "syslog"}},
         "syslog is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]"),
        ({"logConfiguration": {"logDriver": "awslogs", "options": {
            "awslogs-group": "/envoy", "awslogs-region": "us-east-1"}}},
         "Fargate requires log configuration options to include awslogs-stream-prefix to support log driver "
         "awslogs."),
    ],
)  # fmt: skip
def test_settings_that_are_refused(aws, change, message):
    configuration = {key: value for key, value in {**CALLS, **change}.items() if value is not None}
    text = refusal(aws.connect, name="bad", definition="web", configuration=configuration)
    assert text == f"InvalidParameterException: {message}"
    assert not aws.ecs.describe_services(cluster=CLUSTER, services=["bad"])["services"]


def test_a_time_limit_needs_a_protocol(aws):
    limited = {"portName": "http", "discoveryName": "plain", "timeout": {"perRequestTimeoutSeconds": 3}}
    configuration = {"enabled": True, "services": [limited]}
    text = refusal(aws.connect, name="bad", definition="serves", configuration=configuration)
    sentence = "perRequestTimeoutSeconds can only be set if the appProtocol of the port is not TCP."
    assert text == f"InvalidParameterException: {sentence}"


def test_without_a_protocol_requests_are_not_counted(aws):
    serves = {**SERVES, "discoveryName": "plain", "clientAliases": [{"port": 80, "dnsName": "plain"}]}
    aws.connect("plain", "serves", {"enabled": True, "services": [serves]})
    aws.connect("knows", "calls", {"enabled": True})
    aws.pass_time(2 * UP)
    assert aws.asked("knows", "http://plain/") == "hello"
    aws.pass_time(60)
    assert aws.values("NewConnectionCount", DiscoveryName="plain") == [1.0]
    assert aws.values("RequestCount", DiscoveryName="plain") == []
    assert aws.values("TargetResponseTime", TargetDiscoveryName="plain") == []
    aws.gone("plain", "knows")


def test_a_task_whose_proxy_cannot_write_does_not_start(aws):
    options = {**LOGS["options"], "awslogs-group": "/nowhere"}
    aws.connect("mute", "web", {"enabled": True, "logConfiguration": {**LOGS, "options": options}})
    aws.pass_time(UP)
    arns = aws.ecs.list_tasks(cluster=CLUSTER, serviceName="mute", desiredStatus="STOPPED")["taskArns"]
    (task, *_) = aws.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"]
    assert task["stoppedReason"].startswith("ResourceInitializationError: failed to validate logger args")
    assert "The specified log group does not exist" in task["stoppedReason"]
    aws.gone("mute")
