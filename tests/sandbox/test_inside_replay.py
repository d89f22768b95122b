"""What happens inside tasks comes back with the journal: health, keys, secrets, log lines."""

import json

from test_sandbox import facts, opened

ROLE = "inner"
LOGGED = "$A; curl -s http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"


def prepared(aws):
    """A task with a health check, a secret, a task role and a container that tells of both; its ARN."""
    aws.prepare({"index.html": b"hi"})
    secrets = aws.client("secretsmanager")
    arn = secrets.create_secret(Name="db", SecretString="s3cret")["ARN"]
    definition = aws.ecs.describe_task_definition(taskDefinition="adgu-web-server-task")["taskDefinition"]
    role = definition["executionRoleArn"]
    statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.iam.put_role_policy(RoleName=role.rpartition("/")[2], PolicyName="db", PolicyDocument=policy)
    (web,) = definition["containerDefinitions"]
    web["healthCheck"] = {"command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"], "interval": 10}
    teller = {
        "name": "teller", "image": "amazonlinux", "essential": False,
        "command": ["sh", "-c", f"echo {LOGGED}"],
        "secrets": [{"name": "A", "valueFrom": arn}], "logConfiguration": web["logConfiguration"],
        "dependsOn": [{"containerName": web["name"], "condition": "HEALTHY"}],
    }  # fmt: skip
    aws.ecs.register_task_definition(
        family=definition["family"], networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256",
        memory="512", executionRoleArn=role, taskRoleArn=role, containerDefinitions=[web, teller],
    )  # fmt: skip
    return aws.run()


def test_a_task_and_all_in_it_is_the_same_after_a_restart(tmp_path):
    aws = opened(tmp_path)
    arn = prepared(aws)
    aws.until(arn, "RUNNING")
    aws.endpoint.control("advance", seconds=60)
    assert aws.task(arn)["healthStatus"] == "HEALTHY"
    before = facts(aws, arn)
    messages = [event["message"] for event in before[-1] if "/teller/" in event["logStreamName"]]
    assert messages[0] == "s3cret"
    assert json.loads(messages[1])["AccessKeyId"].startswith("ASIA")
    again = opened(tmp_path, seed=None)
    assert list(again.sandbox.notices) == []
    assert facts(again, arn) == before
