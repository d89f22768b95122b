"""The control verb `inject`: signed, kept in the journal, and refused in words."""

import pytest
from aws_client import CLUSTER, Aws
from botocore.exceptions import ClientError
from test_sandbox import opened

from ecslab.sandbox.endpoint import SandboxError


@pytest.fixture
def aws(tmp_path) -> Aws:
    client = opened(tmp_path)
    client.prepare({"index.html": b"hi"})
    return client


def test_a_fault_comes_back_with_the_journal(tmp_path, aws):
    arn = aws.run()
    aws.until(arn, "RUNNING")
    task_id = arn.rpartition("/")[2]
    assert aws.endpoint.control("inject", kind="exit", task=task_id, code=7) == {"code": 7}
    aws.endpoint.control("inject", kind="zone", zone="us-east-1f")
    before = aws.until(arn, "STOPPED")
    assert before["containers"][0]["exitCode"] == 7
    again = opened(tmp_path, seed=None)
    assert again.task(arn) == before
    assert again.sandbox.journal[-1].kind in ("fault", "time", "pace")
    from ecslab.sandbox.bridge.account import current_account

    assert current_account().faults.zones == {"us-east-1f"}


def test_a_reset_puts_all_right(aws):
    from ecslab.sandbox.bridge.account import current_account

    aws.endpoint.control("inject", kind="zone", zone="us-east-1b")
    aws.endpoint.control("reset")
    assert current_account().faults.zones == set()


def test_what_is_refused_is_not_kept(aws):
    position = aws.endpoint.control("status")["position"]
    with pytest.raises(SandboxError, match="there is no fault 'flood'"):
        aws.endpoint.control("inject", kind="flood")
    with pytest.raises(SandboxError, match="inject: missing a required argument: 'kind'"):
        aws.endpoint.control("inject")
    assert aws.endpoint.control("status")["position"] == position


def test_calls_are_throttled_when_asked(aws):
    for _ in range(120):
        aws.ecs.describe_clusters(clusters=[CLUSTER])
    aws.endpoint.control("inject", kind="throttling", on=True)
    for _ in range(50):
        aws.ecs.describe_clusters(clusters=[CLUSTER])
    with pytest.raises(ClientError) as refused:
        aws.ecs.describe_clusters(clusters=[CLUSTER])
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("ThrottlingException", "Rate exceeded")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    aws.endpoint.control("advance", seconds=1)
    aws.ecs.describe_clusters(clusters=[CLUSTER])
    aws.endpoint.control("inject", kind="throttling", on=False)
    for _ in range(60):
        aws.ecs.describe_clusters(clusters=[CLUSTER])
