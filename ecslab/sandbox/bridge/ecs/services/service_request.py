"""CreateService and UpdateService: what they refuse by the request alone.

Sentences marked U are put together from ones that AWS is known to use; the refusal itself is real.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
"""

import re
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecs import task_definitions
from ecslab.sandbox.bridge.ecs.capacity_providers import checked_strategy
from ecslab.sandbox.bridge.ecs.services import instance_service_rules
from ecslab.sandbox.bridge.ecs.state import Caller, Cluster
from ecslab.sandbox.bridge.ecs.tasks import task_order
from ecslab.sandbox.world.errors import invalid
from ecslab.sandbox.world.service.deployment import Revision

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

MOST_TASKS: Final = 5000
FORCED: Final = 9
"""The behaviour from which on another capacity provider strategy needs `forceNewDeployment`."""
_NAME: Final = re.compile(r"[a-zA-Z0-9\-_]{1,255}")


def check_name(name: str) -> None:
    """Refuse what cannot be a service's name. U: the sentence."""
    if not _NAME.fullmatch(name):
        raise invalid(r"ServiceName must match ^[a-zA-Z0-9\-_]{1,255}$")


def check_desired(count: int | None, daemon: bool, member: str = "DesiredCount") -> int:
    """The desired count of a request, from 0 to 5000; none for a daemon.

    Args:
        member: how ECS calls it: UpdateService says `Task count`.
    """
    if daemon:
        if count is not None:
            raise invalid(
                "The daemon scheduling strategy does not support a desired count for services. Remove the "
                "desired count value and try again"
            )
        return 0
    if count is None:
        raise invalid("DesiredCount is missing")
    if count < 0:
        raise invalid(f"{member} can not be lesser than 0")
    if count > MOST_TASKS:
        raise invalid("Desired count exceeds limit.")
    return count


def check_definition(
    caller: Caller, params: "api.CreateServiceRequestTypeDef | api.UpdateServiceRequestTypeDef"
) -> None:
    """Refuse a task definition that is not there or not ACTIVE; recorded to come before all that follows."""
    if params.get("taskDefinition"):
        task_definitions.resolve(caller, params["taskDefinition"])


def check_update(
    caller: Caller, cluster: Cluster, now: Revision, params: "api.UpdateServiceRequestTypeDef"
) -> None:
    """Refuse at once what starts no deployment, and so would be looked at only in a later one."""
    if now.fargate:
        task_order.refuse_placement(params)
    else:
        instance_service_rules.check_placement(params)
    given = params.get("capacityProviderStrategy")
    strategy = checked_strategy(given, cluster.capacity_providers, caller.region) if given else []
    changed = given is not None and strategy != now.spec["shown"].get("capacityProviderStrategy", [])
    if changed and not params.get("forceNewDeployment") and current_account().behaviour >= FORCED:
        raise invalid(
            "When switching from launch type to capacity provider strategy on an existing service, or making "
            "a change to a capacity provider strategy on a service that is already using one, you must force "
            "a new deployment."
        )


def check_exec(revision: Revision, enabled: bool, change: str) -> None:
    """ECS Exec needs a task role; `change` is what is done to the service."""
    if enabled and not revision.spec["task_role"]:  # recorded, both of them
        raise invalid(
            f"The service couldn't be {change} because a valid taskRoleArn is not being used. Specify a "
            "valid task role in your task definition and try again."
        )


def check_daemon(params: "api.CreateServiceRequestTypeDef | api.UpdateServiceRequestTypeDef") -> None:
    """Refuse what chooses instances for a daemon: it is on all of them."""
    if params.get("placementStrategy"):  # U: put together from the sentence for the desired count
        raise invalid(
            "The daemon scheduling strategy does not support placement strategies for services. Remove the "
            "placement strategies and try again"
        )


def refuse_daemon_capacity(params: "api.CreateServiceRequestTypeDef") -> None:
    """A daemon is one task an instance, and Fargate has none."""
    if params.get("launchType") == "FARGATE":
        raise invalid(
            "The daemon scheduling strategy does not support the FARGATE launch type. Change the launch type "
            "and try again"
        )
    raise invalid(
        "Specifying a capacity provider strategy is not supported when you create a service using the DAEMON "
        "scheduling strategy."
    )
