"""Stage 09's solutions, as a learner would write them: `lab.solution()` shows their bodies."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def keep(lab: Connection) -> None:
    ecslab.secret.create(lab, "open sesame")
    ecslab.secret.allow(lab)


def run(lab: Connection) -> None:
    definition = ecslab.guestbook.register(lab)
    task = ecslab.task.run(lab, definition=definition["taskDefinitionArn"])
    ecslab.containers.watch(lab, task)


def ask(lab: Connection) -> None:
    role = ecslab.task_role.create(lab)
    ecslab.secret.allow(lab, lab.names.task_role)
    definition = ecslab.guestbook.register(
        lab, ecslab.guestbook.reader(lab), family=lab.names.reader, taskRoleArn=role["Arn"]
    )
    task = ecslab.task.run(lab, definition=definition["taskDefinitionArn"])
    ecslab.containers.ended(lab, task)


def check_web(lab: Connection) -> None:
    web = ecslab.guestbook.web(lab)
    web["image"] = ecslab.guestbook.HTTPD_ALPINE  # it has wget; httpd:2.4 has neither curl nor wget
    web["healthCheck"] = {"command": ["CMD-SHELL", "wget -q -O - http://localhost/"], "interval": 5}
    containers = [ecslab.guestbook.database(lab), ecslab.guestbook.writer(lab), web]
    definition = ecslab.guestbook.register(lab, *containers)
    task = ecslab.task.run(lab, definition=definition["taskDefinitionArn"])
    ecslab.containers.healthy(lab, task)


def add_sidecar(lab: Connection) -> None:
    watcher = {
        "name": "watcher",
        "image": ecslab.guestbook.REDIS,
        "essential": False,
        "command": ["sh", "-c", "while true; do redis-cli ping; sleep 60; done"],
        "dependsOn": [{"containerName": "database", "condition": "HEALTHY"}],
    }
    containers = [ecslab.guestbook.database(lab), ecslab.guestbook.writer(lab), ecslab.guestbook.web(lab)]
    definition = ecslab.guestbook.register(lab, *containers, watcher)  # type: ignore[arg-type]
    task = ecslab.task.run(lab, definition=definition["taskDefinitionArn"])
    ecslab.containers.watch(lab, task)
