"""API operation ExecuteCommand: who may open a session in which container.

The session begins when somebody comes to its data channel with its token. U: the order of the refusals.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html
"""

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs import clusters
from ecslab.sandbox.bridge.ecs.exec.sentences import sentence
from ecslab.sandbox.bridge.ecs.exec.session import ExecSession, forget_old
from ecslab.sandbox.bridge.ecs.exec.target import is_connected
from ecslab.sandbox.bridge.ecs.shapes import Answer
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.bridge.ecs.tasks.store import find
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.task import managed_agent
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

_STREAM: Final = "wss://ssmmessages.{region}.amazonaws.com/v1/data-channel/{id}?role=publish_subscribe"
_TOKEN: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def execute_command(parameters: "api.ExecuteCommandRequestTypeDef", caller: Caller) -> Answer:
    """Open a session; its command runs when a client has come."""
    if not parameters["interactive"]:
        raise invalid(sentence("not_interactive"))
    cluster = clusters.find(caller, parameters.get("cluster"))
    task = find(cluster, parameters["task"])
    if task is None:
        raise invalid(sentence("no_task"))
    container = _container(task, parameters.get("container"))
    if not task.settings.get("enableExecuteCommand") or managed_agent.status(container) != "RUNNING":
        raise invalid(sentence("not_enabled"))
    words = _words(parameters["command"])
    if not is_connected(task, container):
        raise AwsError("TargetNotConnectedException", sentence("not_connected"))
    account = current_account()
    forget_old(account)
    configured = cluster.configuration or {}
    logging = cast("Mapping[str, Any]", configured.get("executeCommandConfiguration") or {})
    session = ExecSession(_id(), _token(), account, task, container, words, logging)
    account.exec_sessions[session.id] = session
    return _answer(session, caller)


def _container(task: Task, name: str | None) -> Container:
    if name is None:
        if len(task.containers) > 1:
            raise invalid(sentence("which_container"))
        return task.containers[0]
    named = next((container for container in task.containers if container.name == name), None)
    if named is None:
        raise invalid(sentence("no_container"))
    return named


def _words(command: str) -> tuple[str, ...]:
    """The command as the agent in a container parts it: into words, for no shell."""
    try:
        words = tuple(shlex.split(command))
    except ValueError:  # the agent would refuse it later. U: how
        words = (command,)
    if not words:
        raise invalid(sentence("no_command"))
    return words


def _id() -> str:
    """As recorded: seventeen hexadecimal digits [aws/session-manager-plugin#49]."""
    return f"ecs-execute-command-{rng.getrandbits(68):017x}"


def _token() -> str:
    """U: how it looks beyond its beginning and its length."""
    return "AAEAA" + "".join(rng.choices(_TOKEN, k=283))


def _answer(session: ExecSession, caller: Caller) -> Answer:
    task, container = session.task, session.container
    return {
        "clusterArn": caller.ecs_arn(f"cluster/{task.cluster}"),
        "containerArn": container.arn,
        "containerName": container.name,
        "interactive": True,
        "session": {
            "sessionId": session.id,
            "streamUrl": _STREAM.format(region=caller.region, id=session.id),
            "tokenValue": session.token,
        },
        "taskArn": task.arn,
    }
