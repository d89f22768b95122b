"""Can somebody step into the front's container?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.stages.stage_10 import pair
from ecslab.display.verdict import Verdict, not_yet
from ecslab.operations.guestbook.front import APP_FRONT
from ecslab.operations.guestbook.pair import CHANNELS
from ecslab.resources import role as roles
from ecslab.resources import task_definition
from ecslab.resources.service import service_reader
from ecslab.resources.task.task_reader import short_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

ELSEWHERE = "iam:CreateUser"
"""An action that no task of the lesson needs: who may do it may do everything."""


def opened(lab: Connection) -> Verdict:
    """ECS Exec is on, the tasks were started with it, and their task role may open the channels."""
    name, service = lab.name(APP_FRONT), pair.front(lab)
    if not service:
        return not_yet(f"There is no service `{name}`.")
    if not service.get("enableExecuteCommand"):
        return not_yet(f"ECS Exec is off in `{name}`.")
    if trouble := _role(lab, service):
        return trouble
    tasks = [task for task in service_reader.tasks(lab, service) if task["lastStatus"] == "RUNNING"]
    if not tasks:
        return not_yet(f"`{name}` has no RUNNING task.")
    for task in tasks:
        if not _agents(task):
            return verdicts.wrong("10.older-than-exec", task=short_id(task))
    if not any("RUNNING" in _agents(task) for task in tasks):
        return not_yet(f"The agent of ECS Exec in task {short_id(tasks[-1])} does not run yet.")
    return verdicts.done("10.step-in-right", task=short_id(tasks[-1]))


def _agents(task: TaskTypeDef) -> list[str]:
    """The status of the agent of ECS Exec in each container that has it."""
    return [
        agent.get("lastStatus", "")
        for container in task["containers"]
        for agent in container.get("managedAgents", [])
        if agent.get("name") == "ExecuteCommandAgent"
    ]


def _role(lab: Connection, service: ServiceTypeDef) -> Verdict | None:
    """What the task role lacks."""
    definition = task_definition.find(lab, service["taskDefinition"])
    role = str(definition.get("taskRoleArn", "") if definition else "").rpartition("/")[2]
    if role == lab.names.execution_role:
        return verdicts.wrong("10.execution-role", role=role)
    if roles.allowed_resources(lab, role, ELSEWHERE):
        return verdicts.wrong("10.everything", role=role)
    lacking = [action for action in CHANNELS if not roles.allowed_resources(lab, role, action)]
    if lacking and len(lacking) < len(CHANNELS):
        return verdicts.wrong("10.some-channels", role=role, lacking=", ".join(lacking))
    if lacking and roles.allowed_resources(lab, lab.names.execution_role, CHANNELS[0]):
        return verdicts.wrong("10.allowed-the-other", other=lab.names.execution_role, role=role)
    if lacking:
        return verdicts.not_yet("10.no-channels", role=role)
    return None
