"""The guestbook's back: the second service of the application, behind the same load balancer. Stage 07.

The application has two services in the cluster `adgu-cluster`:

    front  service `adgu-web`, family `adgu-web-server-task`, container `adgu-container`, port 80;
           target group `adgu-web`, the listener's default: the pages, from the image that the learner builds
    back   service `adgu-back`, family `adgu-back`, container `back`, port 80 (named `api`);
           target group `adgu-back`, the listener's rule for `/api/*`: the entries, as JSON

Both have the security group of the tasks, which admits port 80 from the load balancer alone. The names stand
before the lab's prefix.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypedDict, cast

from ecslab.connection.connection import Connection
from ecslab.connection.http import HttpReply
from ecslab.display.tables import Table
from ecslab.errors import Unreachable
from ecslab.resources import load_balancer, service, task_definition
from ecslab.resources.network import PORT, Choice, network_reader
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        ContainerDefinitionTypeDef,
        LogConfigurationTypeDef,
        ServiceTypeDef,
        TaskDefinitionTypeDef,
    )

PYTHON: Final = "public.ecr.aws/docker/library/python:3.13-slim"
BACK: Final = "adgu-back"
"""What its service, its family and its target group are called, before the lab's prefix."""
CONTAINER: Final = "back"
PATTERN: Final = "/api/*"
"""The requests for these paths go to the back."""
PRIORITY: Final = 10
"""Of the rule that does it."""
ENTRIES: Final = "/api/entries"
HEALTH: Final = "/api/health"


class BookAnswer(TypedDict, total=False):
    """What the back answers: `entries` to a reader, `entry` to a writer; `host` is its task's machine."""

    entries: list[dict[str, str]]
    entry: dict[str, str]
    host: str


def back_program() -> str:
    """The back's program, in Python; it stands in the container's command, so that it needs no image."""
    # the sandbox runs the very same file
    return files("ecslab.sandbox.runtime.programs").joinpath("guestbook.py").read_text("utf-8")


def back_container(lab: Connection) -> ContainerDefinitionTypeDef:
    """The container definition of the back."""
    return {
        "name": CONTAINER,
        "image": PYTHON,
        "essential": True,
        "command": ["python", "-c", back_program()],
        "portMappings": [{"name": "api", "containerPort": PORT}],
        "logConfiguration": logs(lab),
    }


def register_back(lab: Connection) -> TaskDefinitionTypeDef:
    """Register the back's definition, or return the ACTIVE revision that says the same.

    Raises:
        NotThere: the execution role was not made yet.
        NotOurs: on a real account, the family's newest revision is somebody else's.
    """
    return task_definition.register(
        lab, image=PYTHON, family=lab.name(BACK), containerDefinitions=[back_container(lab)]
    )


def create_back(lab: Connection) -> ServiceTypeDef:
    """The back behind the load balancer: its target group, the listener's rule, and a service of one task.

    What is there already stays as it is.

    Returns:
        A `service` as DescribeServices shows it, once its task is healthy.

    Raises:
        NotThere: the front's service, the load balancer or its listener is missing.
        NotOurs: on a real account, somebody else has a thing of such a name.
        StillWaiting: it is not steady after ten minutes.
    """
    name, front = lab.name(BACK), service_reader.needed_active(lab)
    vpc = service_reader.network_of(front)
    vpc_id = network_reader.vpc_of(lab, vpc["subnets"])
    group = load_balancer.target_group(lab, name=name, health_path=HEALTH, vpc_id=vpc_id)["TargetGroupArn"]
    load_balancer.path_rule(lab, PATTERN, group, PRIORITY)
    _, tasks_group = load_balancer.groups(lab, vpc_id)
    service.create(
        lab,
        definition=register_back(lab)["taskDefinitionArn"],
        name=name,
        count=1,
        choice=Choice(vpc_id or "", tuple(vpc["subnets"]), (tasks_group,)),
        loadBalancers=[{"targetGroupArn": group, "containerName": CONTAINER, "containerPort": PORT}],
    )
    wait_until_open(lab)
    return service.wait_until_stable(lab, name)


def wait_until_open(lab: Connection, limit: float = 600) -> HttpReply:
    """Wait until the back answers through the load balancer; the answer.

    Raises:
        NotThere: there is no load balancer.
        StillWaiting: it does not after `limit` seconds.
    """

    def answer() -> HttpReply | None:
        reply = load_balancer.page(lab, ENTRIES)
        return reply if reply.status == 200 else None

    return lab.wait(answer, "the guestbook to be open", limit)


def sign(lab: Connection, name: str, text: str) -> BookAnswer:
    """Write into the guestbook, through the load balancer; what the back answers.

    Args:
        name: who signs, 1 to 40 characters.
        text: what, 1 to 300 characters.

    Raises:
        NotThere: there is no load balancer.
        Unreachable: nobody took the entry; the message has the answer.
    """
    url = lab.url(_address(lab), PORT).rstrip("/") + ENTRIES
    body = json.dumps({"name": name, "text": text}).encode()
    return _json(lab.http("POST", url, {"Content-Type": "application/json"}, body))


def entries(lab: Connection) -> Table:
    """What stands in the guestbook, the oldest entry first, as the back gives it through the load balancer.

    Raises:
        NotThere: there is no load balancer.
        Unreachable: the book cannot be opened; the message has the answer.
    """
    book = _json(load_balancer.page(lab, ENTRIES))
    count = len(book["entries"])
    title = f"{count} {'entry' if count == 1 else 'entries'}, from {book['host']}"
    return Table(title, ("who", "what"), tuple((each["name"], each["text"]) for each in book["entries"]))


def logs(lab: Connection) -> LogConfigurationTypeDef:
    """A `logConfiguration`: what a container prints goes to the lesson's log group."""
    options = {
        "awslogs-group": lab.names.log_group,
        "awslogs-region": lab.region,
        "awslogs-stream-prefix": "guestbook",
    }
    return {"logDriver": "awslogs", "options": options}


def _address(lab: Connection) -> str:
    return load_balancer.wait_until_active(lab)["DNSName"]


def _json(reply: HttpReply) -> BookAnswer:
    kind = reply.headers.get("content-type", "")
    if reply.status not in (200, 201) or not kind.startswith("application/json"):
        content = reply.text if kind.startswith("application/json") else kind.partition(";")[0]
        raise Unreachable(
            f"the guestbook cannot be opened: {ENTRIES} answers {reply.status}.\n"
            f"  seen: {content} by {reply.headers.get('server', 'a server without a name')}\n"
            "  next: its back is made in notebook 07, step 5: guestbook.create_back(lab)"
        )
    return cast("BookAnswer", json.loads(reply.body))
