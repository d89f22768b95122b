"""RegisterTaskDefinition's refusals about what happens inside a task."""

import pytest

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.task_definition.registration import normalised

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRole"
PARAMETER = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/db"
CHECK = {"command": ["CMD-SHELL", "exit 0"]}
ILL = "Invalid health check for container 'web'."
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
            {"environmentFiles": [{"value": "arn:aws:s3:::bucket/app.txt", "type": "s3"}]},
            "The environment file 'arn:aws:s3:::bucket/app.txt' must be the ARN of an S3 object that ends in "
            ".env.",
        ),
        (
            {"environmentFiles": [{"value": "arn:aws:s3:::b/app.env", "type": "s3"}] * 11},
            "environmentFiles can have at most 10 items.",
        ),
        ({"healthCheck": {"command": ["exit 0"]}}, f"{ILL} The command must begin with CMD or CMD-SHELL."),
        ({"healthCheck": {"command": ["CMD"]}}, f"{ILL} The command must begin with CMD or CMD-SHELL."),
        ({"healthCheck": {**CHECK, "interval": 4}}, f"{ILL} 'interval' must be between 5 and 300."),
        ({"healthCheck": {**CHECK, "timeout": 61}}, f"{ILL} 'timeout' must be between 2 and 60."),
        ({"healthCheck": {**CHECK, "retries": 0}}, f"{ILL} 'retries' must be between 1 and 10."),
        ({"healthCheck": {**CHECK, "startPeriod": 301}}, f"{ILL} 'startPeriod' must be between 0 and 300."),
        (
            {"restartPolicy": {"enabled": True, "restartAttemptPeriod": 59}},
            "restartAttemptPeriod must be between 60 and 1800 seconds.",
        ),
        (
            {"restartPolicy": {"enabled": True, "ignoredExitCodes": list(range(51))}},
            "ignoredExitCodes can have at most 50 items.",
        ),
        (
            {"volumesFrom": [{"sourceContainer": "nobody"}]},
            "Unknown container 'nobody' in volumesFrom.",
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
        {"healthCheck": {"command": ["NONE"]}},
        {"restartPolicy": {"enabled": True, "ignoredExitCodes": [0], "restartAttemptPeriod": 60}},
        {"startTimeout": 120, "stopTimeout": 120},
        {"ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 2048}]},
    ],
)
def test_what_is_accepted_is_shown_as_given(container):
    shown = normalised(definition(**container), ACCOUNT)["containerDefinitions"][0]
    assert container.items() <= shown.items()


def test_volumes_from_a_container_of_the_task():
    request = definition({"name": "side", "image": "busybox"}, volumesFrom=[{"sourceContainer": "side"}])
    assert normalised(request, ACCOUNT)["containerDefinitions"][0]["volumesFrom"]
