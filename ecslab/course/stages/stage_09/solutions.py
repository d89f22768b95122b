"""Stage 09's solutions, as a learner would write them: `lab.solution()` shows their bodies."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def keep(lab: Connection) -> object:
    import json

    secret = ecslab.secret.create(lab, "open sesame")
    sentence = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret["ARN"]}
    lab.iam.put_role_policy(
        RoleName=lab.names.execution_role,
        PolicyName="read-the-secret",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [sentence]}),
    )
    return secret


def run(lab: Connection) -> object:
    definition = ecslab.guestbook.register(lab)
    task = ecslab.task.run(lab, definition=definition["taskDefinitionArn"])
    ecslab.containers.watch(lab, task)
    return task


def ask(lab: Connection) -> object:
    role = ecslab.task_role.create(lab)
    ecslab.secret.allow(lab, lab.names.task_role)
    definition = ecslab.guestbook.register(
        lab, ecslab.guestbook.reader(lab), family=lab.names.reader, taskRoleArn=role["Arn"]
    )
    task = ecslab.task.run(lab, definition=definition["taskDefinitionArn"])
    return ecslab.containers.ended(lab, task)


def check_web(lab: Connection) -> object:
    web = ecslab.guestbook.web(lab)
    web["image"] = ecslab.guestbook.HTTPD_ALPINE  # it has wget; httpd:2.4 has neither curl nor wget
    web["healthCheck"] = {"command": ["CMD-SHELL", "wget -q -O - http://localhost/"], "interval": 5}
    containers = [ecslab.guestbook.database(lab), ecslab.guestbook.writer(lab), web]
    family = lab.name("adgu-guestbook-checked")
    definition = ecslab.guestbook.register(lab, *containers, family=family)
    task = ecslab.task.run(lab, definition=definition["taskDefinitionArn"])
    return ecslab.containers.healthy(lab, task)


def add_sidecar(lab: Connection) -> object:
    watcher = {
        "name": "watcher",
        "image": ecslab.guestbook.REDIS,
        "essential": False,
        "command": ["sh", "-c", "while true; do redis-cli ping; sleep 60; done"],
        "dependsOn": [{"containerName": "database", "condition": "HEALTHY"}],
        "logConfiguration": ecslab.guestbook.logs(lab),  # without it, nobody can read what it prints
    }
    containers = [ecslab.guestbook.database(lab), ecslab.guestbook.writer(lab), ecslab.guestbook.web(lab)]
    family = lab.name("adgu-guestbook-watched")
    definition = ecslab.guestbook.register(lab, *containers, watcher, family=family)  # type: ignore[arg-type]
    task = ecslab.task.run(lab, definition=definition["taskDefinitionArn"])
    ecslab.containers.watch(lab, task)
    return task
