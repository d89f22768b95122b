"""Credentials of task roles: what a container gets at `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`.

STS issues them, so they sign requests to the sandbox like any others; what they may do is the role's affair
(`bridge.permissions`).
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
"""

from datetime import UTC
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.late_backends import backend
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from moto.sts.models import AssumedRole

PREFIX: Final = "/v2/credentials/"
LIFETIME: Final = 6 * 3600
RENEWED: Final = 15 * 60
"""Seconds before their end from which new ones are given out."""


class Credentials:
    """The credentials of all tasks. Keys are made when a container first asks for them."""

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}
        self._issued: dict[str, AssumedRole] = {}

    def path(self, task: Task) -> str | None:
        """Where the task's containers find its role's credentials; None without a task role."""
        if task_role(task) is None:
            return None
        if task.id not in self._paths:
            self._paths[task.id] = f"{PREFIX}{rng.uuid4()}"
        return self._paths[task.id]

    def answer(self, task: Task, path: str) -> dict[str, str] | None:
        """The answer to a container of the task; None if the path is not the task's."""
        role = task_role(task)
        if role is None or path != self._paths.get(task.id):
            return None
        keys = self._issued.get(task.id)
        if keys is None or _left(keys) < RENEWED:
            keys = self._issued[task.id] = _issue(task, role)
        return {
            "RoleArn": role,
            "AccessKeyId": keys.access_key_id,
            "SecretAccessKey": keys.secret_access_key,
            "Token": keys.session_token,
            "Expiration": keys.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def forget(self, task: Task) -> None:
        """Drop what belonged to a task that is over; keys given out stay good until their end, as on AWS."""
        self._paths.pop(task.id, None)
        self._issued.pop(task.id, None)


def task_role(task: Task) -> str | None:
    """ARN of the role that the task's programs act under."""
    role: str | None = task.settings["overrides"].get("taskRoleArn") or task.definition.get("taskRoleArn")
    return role


def _issue(task: Task, role: str) -> "AssumedRole":
    return backend("sts").assume_role(
        region_name=task.region,
        role_session_name=task.id,
        role_arn=role,
        policy="",
        duration=LIFETIME,
        external_id="",
    )


def _left(keys: "AssumedRole") -> float:
    return float(keys.expiration.replace(tzinfo=UTC).timestamp() - current_account().clock.timestamp())
