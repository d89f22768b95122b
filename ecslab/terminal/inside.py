"""A question that a task asks: `curl` in one of its containers, through ECS Exec.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from ecslab.connection.answers import Answer, place_of
from ecslab.connection.connection import Connection
from ecslab.errors import CannotBeDone, NotThere
from ecslab.operations import service_map
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

_SECONDS: Final = 5
"""After which a question is given up."""
_STATUS: Final = re.compile(r"\bstatus=(\d{3})\b")
_WHY: Final = re.compile(r"curl: \(\d+\) ([^\r\n]+)")


def ask(lab: Connection, service: str, url: str) -> Answer:
    """Have a task of a service ask for a page, and say what it was answered; the map of services shows it.

    Args:
        service: its newest task that runs and that ECS Exec reaches asks, with `curl`, for 5 seconds at most.
        url: what it asks for, as `http://back.corp.local/`.

    Returns:
        The status of HTTP; or why nobody answered, in curl's words.

    Raises:
        ValueError: the URL names no host.
        NotThere: there is no such service, or no task of it runs.
        CannotBeDone: ECS Exec does not reach the task, or its image has no curl; with what was said.
    """
    from ecslab.terminal import aws_cli

    place_of(url)
    task = _newest(lab, service)
    asking = f"curl -sS -o /dev/null -m {_SECONDS} -w status=%{{http_code}} {shlex.quote(url)}"
    words = [
        "ecs", "execute-command", "--cluster", task["clusterArn"], "--task", task["taskArn"],
        "--container", _container(task), "--interactive", "--command", asking,
    ]  # fmt: skip
    code, out, err = aws_cli.carry_out(lab, words)
    why, status = _WHY.search(out), _STATUS.search(out)
    if why:
        return service_map.note(lab, service, url, why[1].strip())
    if code or not status:
        reason = (err or out).strip()
        raise CannotBeDone(f"no task of {service} could ask.\n  seen: {reason}\n"
                           "  next: ECS Exec must reach the task, and its image must have curl")  # fmt: skip
    return service_map.note(lab, service, url, int(status[1]))


def _newest(lab: Connection, service: str) -> TaskTypeDef:
    tasks = service_reader.tasks(lab, service_reader.needed(lab, service))
    running = [task for task in tasks if task["lastStatus"] == "RUNNING"]
    if not running:
        raise NotThere(f"no task of the service {service} runs.\n  next: wait until one does")
    return running[-1]


def _container(task: TaskTypeDef) -> str:
    """The first container that ECS Exec reaches; the first of all where it reaches none, and says so."""
    own = [each for each in task["containers"] if not each["name"].startswith("ecs-service-connect-")]
    reached = (
        each["name"]
        for each in own
        if any(agent.get("lastStatus") == "RUNNING" for agent in each.get("managedAgents", []))
    )
    return next(reached, own[0]["name"])
