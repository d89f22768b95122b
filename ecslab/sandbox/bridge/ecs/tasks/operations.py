"""API operations RunTask, DescribeTasks, ListTasks and StopTask.

Looking changes nothing here, and moves nothing: time does, before a request comes in.
"""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import clusters, state, task_definitions
from ecslab.sandbox.bridge.ecs.instances import external
from ecslab.sandbox.bridge.ecs.instances import operations as instances
from ecslab.sandbox.bridge.ecs.instances.operations import registered
from ecslab.sandbox.bridge.ecs.shapes import Answer, at_most, failure, page
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.bridge.ecs.tasks import instance_tasks, task_order, task_request
from ecslab.sandbox.bridge.ecs.tasks.store import find, forget_invisible, is_visible, launch, stop
from ecslab.sandbox.bridge.ecs.tasks.task_view import view, with_tags, without_health
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.errors import AwsError, invalid
from ecslab.sandbox.world.placement.cluster import CannotPlace
from ecslab.sandbox.world.placement.order import ATTRIBUTE, OTHER_PROVIDER
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

STOPPED_BY_USER: Final = "Task stopped by user"
EMPTY_PROVIDER: Final = "EMPTY CAPACITY PROVIDER"
"""A reason of the developer guide, of a provider without managed scaling and without instances."""
LONGEST_TOKEN: Final = 64
LONGEST_STARTED_BY: Final = 128
LONGEST_GROUP: Final = 255
"""Developer guide, task groups."""


def run_task(parameters: "api.RunTaskRequestTypeDef", caller: Caller) -> Answer:
    """Start up to ten tasks of one definition; they are PROVISIONING when this answers."""
    token = parameters.get("clientToken")
    _check_texts(parameters)
    identity = (token, json.dumps(parameters, sort_keys=True)) if token else None
    if identity:
        earlier = _started_with(caller, identity)
        if earlier:
            return {"tasks": [_answered(task) for task in earlier], "failures": []}
    order = task_order.order(caller, parameters)
    task_order.check_exec(order)
    task_order.check_roles(caller, order.definition, parameters)
    forget_invisible(caller)
    started, failures = [], []
    for index, one_order in enumerate(task_order.split(order, parameters.get("count", 1))):
        try:
            task = task_order.make(one_order, index)
        except (task_order.NoCapacity, instance_tasks.TooManyWait) as lacking:  # U: the second's words
            failures.append({"reason": lacking.message})
            continue
        except CannotPlace as full:  # U: told once for all tasks that are left
            arns = {each.id: each.arn for each in registered(order.cluster)}
            failures += [failure(arns[each], reason) for each, reason in full.reasons.items()]
            if one_order.provider and not full.reasons:
                failures.append({"reason": EMPTY_PROVIDER})
            break
        task.client_token = identity
        launch(task, order.cluster)
        started.append(task)
    return {"tasks": [_answered(task) for task in started], "failures": failures}


def _answered(task: Task) -> dict[str, object]:
    return {**without_health(task), "tags": [dict(tag) for tag in task.tags]}


def _check_texts(parameters: "api.RunTaskRequestTypeDef") -> None:
    """Refuse names that are too long, and tags from where a bare task has none. U: the sentences."""
    if len(parameters.get("clientToken", "")) > LONGEST_TOKEN:
        raise invalid(f"clientToken must contain between 1 and {LONGEST_TOKEN} characters.")
    if len(parameters.get("startedBy", "")) > LONGEST_STARTED_BY:
        raise invalid(f"startedBy must contain at most {LONGEST_STARTED_BY} characters.")
    if parameters.get("propagateTags") == "SERVICE":
        raise invalid("Only task definition tags can be propagated to standalone tasks.")
    if current_account().behaviour >= task_order.WHOLE_REQUESTS:
        _check_group(parameters.get("group") or "")


def _check_group(group: str) -> None:
    """Refuse a group that is a service's, in the words that people quote, and one that is too long (U)."""
    if group.startswith("service:"):
        raise invalid("Invalid namespace for group.")
    if len(group) > LONGEST_GROUP:
        raise invalid(f"group must contain at most {LONGEST_GROUP} characters.")


def check_start(parameters: object, caller: Caller) -> None:
    """Refuse an unknown task definition, as StartTask does first of all [NAT:audit_execution_rejections]."""
    definition = parameters.get("taskDefinition") if isinstance(parameters, dict) else None
    if isinstance(definition, str):
        task_definitions.resolve(caller, definition)


def start_task(parameters: "api.StartTaskRequestTypeDef", caller: Caller) -> Answer:
    """Start a task on each of up to ten container instances, whatever strategies and constraints say."""
    at_most("containerInstances", parameters["containerInstances"], task_order.MOST)
    if not parameters["containerInstances"] and current_account().behaviour >= task_order.WHOLE_REQUESTS:
        raise AwsError("ClientException", "Container Instances cannot be empty.")  # U: moto's
    given: dict[str, object] = {**parameters, "launchType": _launch_type(parameters, caller)}
    wanted = given.pop("containerInstances")
    asked = cast("api.RunTaskRequestTypeDef", given)
    _check_texts(asked)
    order = task_order.order(caller, asked)
    task_order.check_exec(order)
    task_order.check_roles(caller, order.definition, asked)
    forget_invisible(caller)
    started, failures = [], []
    for reference in cast("list[str]", wanted):
        instance, reason = _startable(order, reference)
        if instance is None or reason:
            arn = caller.ecs_arn(f"container-instance/{order.cluster.name}/{reference.rpartition('/')[2]}")
            failures.append(failure(arn, reason))
            continue
        task = instance_tasks.make(order, instance)
        launch(task, order.cluster)
        started.append(task)
    return {"tasks": [_answered(task) for task in started], "failures": failures}


def _launch_type(parameters: "api.StartTaskRequestTypeDef", caller: Caller) -> str:
    """EXTERNAL where the first of the instances is, else EC2."""
    cluster = clusters.find(caller, parameters.get("cluster"))
    first = instances.find(cluster, next(iter(parameters["containerInstances"]), ""))
    return "EXTERNAL" if first and external.is_external(first) else "EC2"


def _startable(order: task_request.Order, reference: str) -> tuple[ContainerInstance | None, str]:
    """The instance that StartTask names, and why it cannot take the task."""
    instance = instances.find(order.cluster, reference)
    if instance is None:
        return None, "MISSING"
    if instance.status in ("INACTIVE", "REGISTERING", "DEREGISTERING"):  # U: of the last two
        return instance, "INACTIVE"
    assert order.placed is not None, "the launch type is EC2"
    alone = replace(order.placed, constraints=(), strategies=())
    reason = alone.refusal(instance) or ""
    return instance, ATTRIBUTE if reason == OTHER_PROVIDER else reason  # U: of a managed instance


def describe_tasks(parameters: "api.DescribeTasksRequestTypeDef", caller: Caller) -> Answer:
    """Show tasks; those that are unknown, or stopped for more than an hour, are MISSING."""
    cluster, wanted = clusters.find(caller, parameters.get("cluster")), parameters["tasks"]
    if not wanted:
        raise invalid("Tasks cannot be empty.")
    at_most("taskIds", wanted)
    show = with_tags if "TAGS" in parameters.get("include", ()) else view
    tasks, failures = [], []
    for reference in wanted:
        task = find(cluster, reference)
        if task:
            tasks.append(show(task))
        else:
            task_id = reference.rpartition("/")[2]
            failures.append(failure(caller.ecs_arn(f"task/{cluster.name}/{task_id}"), "MISSING"))
    return {"tasks": tasks, "failures": failures}


def list_tasks(parameters: "api.ListTasksRequestTypeDef", caller: Caller) -> Answer:
    """ARNs of tasks, by what they are meant to be: RUNNING unless `desiredStatus` says otherwise."""
    cluster = clusters.find(caller, parameters.get("cluster"))
    others = ("family", "serviceName", "daemonName", "launchType", "containerInstance")
    if parameters.get("startedBy") and any(parameters.get(name) for name in others):  # U: the sentence
        raise invalid("startedBy must be the only filter when it is specified.")
    service = parameters.get("serviceName")
    if service and service.rpartition("/")[2] not in cluster.services:
        raise AwsError("ServiceNotFoundException", "Service not found.")
    arns = [task.arn for task in cluster.tasks.values() if is_visible(task) and _matches(task, parameters)]
    return page("taskArns", arns, parameters)


def stop_task(parameters: "api.StopTaskRequestTypeDef", caller: Caller) -> Answer:
    """Begin to stop a task; one that is already stopping keeps its reason [NAT:task_dependency_transitions].

    One that has stopped is answered as it is (U). API_StopTask says that a task's tags are deleted; they stay
    [NAT:task_tags], and only this answer shows none.
    """
    cluster = clusters.find(caller, parameters.get("cluster"))
    task = find(cluster, parameters["task"])
    if task is None:
        raise invalid("The referenced task was not found.")
    if not task.stopping:
        stop(task, "UserInitiated", parameters.get("reason") or STOPPED_BY_USER)
    return {"task": without_health(task)}


def _started_with(caller: Caller, identity: tuple[str, str]) -> list[Task]:
    """Tasks of an earlier call with this client token; ConflictException if it asked for something else."""
    earlier = [
        task
        for task in state.of(caller.region).tasks.values()
        if task.client_token and task.client_token[0] == identity[0]
    ]
    if any(task.client_token != identity for task in earlier):
        raise AwsError(
            "ConflictException",
            "The RunTask request could not be processed due to conflicts. The provided clientToken is "
            "already in use with a different request.",
            resourceIds=[task.arn for task in earlier],
        )
    return earlier


def _matches(task: Task, parameters: "api.ListTasksRequestTypeDef") -> bool:
    settings = task.settings
    given: dict[str, object] = {**parameters}
    if "containerInstance" in parameters:
        given["containerInstance"] = parameters["containerInstance"].rpartition("/")[2]
    if "serviceName" in parameters:  # a service may be named by its ARN
        given["serviceName"] = parameters["serviceName"].rpartition("/")[2]
    shown = {
        "family": task.definition["family"],
        "startedBy": settings.get("startedBy"),
        "launchType": settings["launchType"],
        "containerInstance": task.instance,
        "serviceName": _group_of(task, "service"),
        "daemonName": _group_of(task, "daemon"),
    }
    return task.shown_desired == parameters.get("desiredStatus", "RUNNING") and all(
        given[name] == value for name, value in shown.items() if parameters.get(name)
    )


def _group_of(task: Task, wanted: str) -> str | None:
    kind, _, name = task.settings["group"].partition(":")
    return name if kind == wanted else None
