"""Managed Instances in the sandbox: the day of a patch comes when a learner says so. Stage 11.

On a real account AWS drains an instance 14 days after its launch, and ends it after 21, or earlier.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-patching.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from ecslab.connection.connection import Connection
from ecslab.errors import SandboxOnly
from ecslab.resources import arguments

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerInstanceTypeDef

_AWS_DECIDES: Final = "nothing: AWS drains a managed instance 14 days after its launch, or earlier"


def patch(lab: Connection, instance: ContainerInstanceTypeDef | str | None = None) -> list[str]:
    """Let AWS patch managed instances now: they drain, and services start tasks on others first.

    Args:
        instance: as DescribeContainerInstances shows it, or its id or ARN; every one unless given.

    Returns:
        The ids of the EC2 instances that drain.

    Raises:
        BadArgument: it is nothing of the kind.
        SandboxOnly: the lab is on a real account.
        CannotBeDone: there is no such managed instance; the message says so.
    """
    arguments.lab(lab)
    if lab.where != "sandbox":
        raise SandboxOnly("managed_instances.patch()", _AWS_DECIDES)
    chosen = {}
    if instance is not None:
        chosen["instance"] = instance if isinstance(instance, str) else arguments.described(
            "instance", instance, "containerInstanceArn", "DescribeContainerInstances",
            "instance = ecslab.container_instance.of_cluster(lab)[0]",
        )  # fmt: skip
    return cast("list[str]", lab.control("inject", kind="patch", **chosen)["instances"])
