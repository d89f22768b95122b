"""Tags on what is there already: API operations TagResource, UntagResource, ListTagsForResource."""

import re
from typing import Any, Final

from ecslab.sandbox.bridge.ecs import clusters, state, task_definitions
from ecslab.sandbox.bridge.ecs.shapes import invalid
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster, Revision
from ecslab.sandbox.bridge.ecs.tags import Tags, checked, merged, without
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.service import Service
from ecslab.sandbox.world.tasks import Task

__all__ = ["OPERATIONS"]

Holder = Cluster | Revision | Service | Task

_ARN: Final = re.compile(r"arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:(?P<kind>[a-z-]+)/(?P<rest>.+)")


def _tag(params: dict[str, Any], caller: Caller) -> dict[str, Any]:
    holder = _holder(params["resourceArn"], caller)
    _keep(holder, merged(holder.tags, checked(params["tags"])))
    return {}


def _untag(params: dict[str, Any], caller: Caller) -> dict[str, Any]:
    holder = _holder(params["resourceArn"], caller)
    _keep(holder, without(holder.tags, params["tagKeys"]))
    return {}


def _list(params: dict[str, Any], caller: Caller) -> dict[str, Any]:
    return {"tags": list(_holder(params["resourceArn"], caller).tags)}


def _keep(holder: Holder, tags: Tags) -> None:
    holder.tags = tags
    if isinstance(holder, Task):
        holder.changed(told=False)


def _holder(arn: str, caller: Caller) -> Holder:
    """What carries the tags."""
    found = _ARN.fullmatch(arn)
    if not found:
        raise invalid("The ARN provided is invalid.")  # U
    if found["kind"] == "cluster":
        return clusters.find(caller, arn)
    if found["kind"] == "task-definition":
        return task_definitions.find(caller, arn)
    if found["kind"] == "task":
        task = state.of(caller.region).tasks.get(found["rest"].rsplit("/", 1)[-1])
        if task is not None and task.arn == arn:
            return task
    if found["kind"] == "service":
        cluster, _, name = found["rest"].partition("/")
        service = clusters.find(caller, cluster).services.get(name)
        if service is not None and service.status != "INACTIVE":
            return service
    raise AwsError("ResourceNotFoundException", "The specified resource could not be found.")  # U


OPERATIONS: Final = {"ListTagsForResource": _list, "TagResource": _tag, "UntagResource": _untag}
