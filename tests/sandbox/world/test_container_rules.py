"""RegisterTaskDefinition's refusals about what happens inside a task."""

import pytest

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.task_definition.registration import normalised

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRole"
PARAMETER = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/db"
CHECK = {"command": ["CMD-SHELL", "exit 0"]}
LEAST = "must be greater than or equal to the minimum allowed value"
MOST = "must be less than or equal to the maximum allowed value"
SHARED = (
    "The secret name must be unique and not shared with any new or existing environment variables set on the "
    "container, such as 'DB'."
)


def definition(*more, **container):
    web = {"name": "web", "image": "httpd", **container}
    return {
        "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256",
        "memory": "512", "executionRoleArn": ROLE, "containerDefinitions": [web, *more],
    }  # fmt: skip


def secret(name, source=PARAMETER):
    return {"name": name, "valueFrom": source}


@pytest.mark.parametrize(
    ("container", "sentence"),
    [
        ({"secrets": [secret("DB")], "environment": [{"name": "DB", "value": "x"}]}, SHARED),
        ({"secrets": [secret("DB"), secret("DB")]}, SHARED),
        (
            {"secrets": [secret("DB", PARAMETER.replace(ACCOUNT, "210987654321"))]},
            "The Systems Manager parameter ARN has a different account ID than the current account. The "
            f"current account ID is {ACCOUNT} and the ARN account ID is 210987654321. Cross-account access "
            "for ARNs is not currently supported.",
        ),
        (
            {"environmentFiles": [{"value": "arn:aws:s3:::b/app.env", "type": "s3"}] * 11},
            "The maximum number of environment files was exceeded. Specify ten or less and try again.",
        ),
        (
            {"healthCheck": {"command": ["CMD"]}},
            "Health check command should not be empty for container 'web'",
        ),
        ({"healthCheck": {**CHECK, "interval": 4}}, f"Health check interval {LEAST} 5 for container 'web'"),
        ({"healthCheck": {**CHECK, "timeout": 61}}, f"Health check timeout {MOST} 60 for container 'web'"),
        ({"healthCheck": {**CHECK, "retries": 0}}, f"Health check retries {LEAST} 1 for container 'web'"),
        (
            {"healthCheck": {**CHECK, "startPeriod": 301}},
            f"Health check startPeriod {MOST} 300 for container 'web'",
        ),
        (
            {"restartPolicy": {"enabled": True, "restartAttemptPeriod": 59}},
            "The 'restartAttemptPeriod' setting for container 'web' must be between 60 and 1800.",
        ),
        (
            {"restartPolicy": {"enabled": True, "ignoredExitCodes": list(range(51))}},
            "ignoredExitCodes can have at most 50 items.",
        ),
        (
            {"volumesFrom": [{"sourceContainer": "nobody"}]},
            "Invalid 'volumesFrom' setting. Unknown container: 'nobody'.",
        ),
        (
            {"startTimeout": 1},
            "Granular start timeout on container 'web' must be at least 2 seconds.",
        ),
        (
            {"stopTimeout": 0},
            "Granular stop timeout on container 'web' must be at least 2 seconds.",
        ),
    ],
)
def test_what_is_refused(container, sentence):
    with pytest.raises(AwsError) as refused:
        normalised(definition(**container), ACCOUNT)
    assert (refused.value.code, refused.value.message) == ("ClientException", sentence)


@pytest.mark.parametrize(
    "container",
    [
        {"secrets": [secret("A"), secret("B", "plain-name")], "environment": [{"name": "C", "value": "x"}]},
        {"environmentFiles": [{"value": "arn:aws:s3:::bucket/path/app.env", "type": "s3"}]},
        {"healthCheck": {**CHECK, "interval": 5, "timeout": 2, "retries": 10, "startPeriod": 0}},
        {"healthCheck": {**CHECK, "command": ["NONE"], "interval": 30, "timeout": 5, "retries": 3}},
        {"restartPolicy": {"enabled": True, "ignoredExitCodes": [0], "restartAttemptPeriod": 60}},
        {"startTimeout": 120, "stopTimeout": 120},
        {"ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 2048}]},
    ],
)
def test_what_is_accepted_is_shown_as_given(container):
    accepted = normalised(definition(**container), ACCOUNT)["containerDefinitions"][0]
    assert container.items() <= accepted.items()


def test_volumes_from_a_container_of_the_task():
    request = definition({"name": "side", "image": "busybox"}, volumesFrom=[{"sourceContainer": "side"}])
    assert normalised(request, ACCOUNT)["containerDefinitions"][0]["volumesFrom"]
