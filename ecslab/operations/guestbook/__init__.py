"""The guestbook, which the course builds from 06 on.

`back` has its two services behind the public load balancer, and their names (stages 07 and 08); `front` has
two services of which one calls the other, `asking` what it is answered, and `pair` takes them away (stage
10). Here is the draft with a database: one task of three containers, and a program that calls AWS (stage
09). Each function gives one container definition, as it stands in `containerDefinitions`.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ecslab.connection.connection import Connection
from ecslab.errors import NotThere
from ecslab.operations import containers
from ecslab.operations.guestbook.asking import Watched, answers, ask, watch
from ecslab.operations.guestbook.back import (
    BACK,
    back_container,
    back_program,
    create_back,
    entries,
    logs,
    register_back,
    sign,
    wait_until_open,
)
from ecslab.operations.guestbook.front import (
    APP,
    APP_BACK,
    APP_FRONT,
    by_address,
    front_container,
    groups,
    register_front,
)
from ecslab.operations.guestbook.pair import delete_pair, price_of_ways
from ecslab.resources import secret, task_definition
from ecslab.resources.task import task_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        ContainerDefinitionTypeDef,
        MountPointTypeDef,
        TaskDefinitionTypeDef,
    )

__all__ = [
    "APP",
    "APP_BACK",
    "APP_FRONT",
    "AWS_CLI",
    "BACK",
    "CHECKED",
    "DRAFT",
    "HTDOCS",
    "HTTPD",
    "HTTPD_ALPINE",
    "OTHERS",
    "REDIS",
    "VOLUME",
    "WATCHED",
    "Watched",
    "answers",
    "ask",
    "back_container",
    "back_program",
    "by_address",
    "create_back",
    "database",
    "delete_pair",
    "draft",
    "entries",
    "front_container",
    "groups",
    "logs",
    "price_of_ways",
    "reader",
    "register",
    "register_back",
    "register_front",
    "sign",
    "stop",
    "wait_until_open",
    "watch",
    "web",
    "writer",
]  # fmt: skip

REDIS: Final = "public.ecr.aws/docker/library/redis:7"
HTTPD: Final = "public.ecr.aws/docker/library/httpd:2.4"
HTTPD_ALPINE: Final = "public.ecr.aws/docker/library/httpd:2.4-alpine"
"""The same on Alpine Linux, whose BusyBox has `wget`; the one above has no program that asks a server."""
AWS_CLI: Final = "public.ecr.aws/aws-cli/aws-cli:latest"
HTDOCS: Final = "/usr/local/apache2/htdocs"
"""Where Apache's image has its pages."""
VOLUME: Final = "pages"
DRAFT: Final = "adgu-guestbook-draft"
CHECKED: Final = "adgu-guestbook-checked"
WATCHED: Final = "adgu-guestbook-watched"
"""The families of the first try and of the two exercises, before the lab's prefix."""
OTHERS: Final = (DRAFT, CHECKED, WATCHED)


def database(lab: Connection) -> ContainerDefinitionTypeDef:
    """A database that loads for twenty seconds, and a question that tells when it is ready."""
    return {
        "name": "database",
        "image": REDIS,
        "essential": True,
        "command": ["sh", "-c", "echo loading; sleep 20; redis-server"],
        "healthCheck": {
            "command": ["CMD-SHELL", "redis-cli ping"],
            "interval": 5,
            "retries": 5,
            "startPeriod": 30,
        },
        "logConfiguration": logs(lab),
    }


def writer(lab: Connection) -> ContainerDefinitionTypeDef:
    """A container that does one thing and ends: it writes the page onto the shared volume.

    Raises:
        NotThere: the secret was not made yet.
    """
    script = (
        'redis-cli SET greeting "$GREETING"; '
        '[ -n "$DATABASE_PASSWORD" ] && echo "I was given a password"; '
        'echo "<h1>$GREETING</h1>" > /pages/index.html'
    )
    return {
        "name": "writer",
        "image": REDIS,
        "essential": False,
        "command": ["sh", "-c", script],
        "environment": [{"name": "GREETING", "value": "Welcome to our guestbook"}],
        "secrets": [{"name": "DATABASE_PASSWORD", "valueFrom": _secret_arn(lab)}],
        "dependsOn": [{"containerName": "database", "condition": "HEALTHY"}],
        "mountPoints": [{"sourceVolume": VOLUME, "containerPath": "/pages"}],
        "logConfiguration": logs(lab),
    }


def web(lab: Connection) -> ContainerDefinitionTypeDef:
    """The web server: it starts when the database is healthy and the page is written."""
    return {
        "name": "web",
        "image": HTTPD,
        "essential": True,
        "portMappings": [{"containerPort": 80}],
        "dependsOn": [
            {"containerName": "database", "condition": "HEALTHY"},
            {"containerName": "writer", "condition": "SUCCESS"},
        ],
        "mountPoints": [{"sourceVolume": VOLUME, "containerPath": HTDOCS, "readOnly": True}],
        "logConfiguration": logs(lab),
    }


def draft(lab: Connection) -> tuple[ContainerDefinitionTypeDef, ...]:
    """The three containers as somebody may write them first: none waits, all are essential."""
    script = 'redis-cli SET greeting Welcome && echo "<h1>Welcome</h1>" > /pages/index.html'
    command = database(lab)["command"]
    pages: MountPointTypeDef = {"sourceVolume": VOLUME, "containerPath": "/pages"}
    page: MountPointTypeDef = {"sourceVolume": VOLUME, "containerPath": HTDOCS, "readOnly": True}
    return (
        {"name": "database", "image": REDIS, "command": command, "logConfiguration": logs(lab)},
        {
            "name": "writer", "image": REDIS, "command": ["sh", "-c", script],
            "mountPoints": [pages], "logConfiguration": logs(lab),
        },
        {
            "name": "web", "image": HTTPD, "portMappings": [{"containerPort": 80}],
            "mountPoints": [page], "logConfiguration": logs(lab),
        },
    )  # fmt: skip


def reader(lab: Connection) -> ContainerDefinitionTypeDef:
    """A program that asks AWS for the secret itself, while it runs, and prints the secret's name."""
    ask = ["secretsmanager", "get-secret-value", "--secret-id", lab.names.secret]
    return {
        "name": "reader",
        "image": AWS_CLI,
        "essential": True,
        "command": [*ask, "--query", "Name", "--output", "text"],
        "logConfiguration": logs(lab),
    }


def register(
    lab: Connection, *chosen: ContainerDefinitionTypeDef, family: str | None = None, **more: Any
) -> TaskDefinitionTypeDef:
    """Register a revision with these containers, which may share the volume `pages`.

    Args:
        chosen: its containers; the three of the guestbook unless given.
        family: the guestbook's unless given.
        more: further parameters of RegisterTaskDefinition, as boto3 spells them.

    Returns:
        A `taskDefinition` as RegisterTaskDefinition returns it.
    """
    chosen = chosen or (database(lab), writer(lab), web(lab))
    return task_definition.register(
        lab,
        image=chosen[0]["image"],
        family=family or lab.names.guestbook,
        containerDefinitions=list(chosen),
        volumes=[{"name": VOLUME}],
        **more,
    )


def stop(lab: Connection, *families: str) -> int:
    """Stop every task of these families, and wait until they are STOPPED; how many there were.

    Args:
        families: all of this notebook's unless given: the guestbook's, its draft's, and the exercises'.
    """
    wanted = families or (lab.names.guestbook, *(lab.name(family) for family in OTHERS))
    tasks = [
        task
        for family in wanted
        for task in task_reader.listed(lab, cluster=lab.names.cluster, family=family)
    ]
    for task in tasks:
        lab.ecs.stop_task(cluster=lab.names.cluster, task=task["taskArn"], reason="the notebook is over")
    for task in tasks:
        containers.ended(lab, task)
    return len(tasks)


def _secret_arn(lab: Connection) -> str:
    shown = secret.find(lab)
    if not shown:
        raise NotThere(f"there is no secret {lab.names.secret}.\n  next: secret.create(lab, 'a value')")
    return shown["ARN"]
