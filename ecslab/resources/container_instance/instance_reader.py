"""What a container instance says of itself, as DescribeContainerInstances shows it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerInstanceTypeDef


def is_external(instance: ContainerInstanceTypeDef) -> bool:
    """Whether it is a machine outside AWS."""
    return "ecs.capability.external" in {each["name"] for each in instance.get("attributes", [])}


def attribute(instance: ContainerInstanceTypeDef, name: str) -> str:
    """One of its attributes, such as `ecs.instance-type`; "" where it has none of that name."""
    return {each["name"]: each.get("value", "") for each in instance.get("attributes", [])}.get(name, "")


def registered(instance: ContainerInstanceTypeDef, resource: str) -> int:
    """How much of `CPU` (units) or `MEMORY` (MiB) its agent registered."""
    return _amount(instance.get("registeredResources", []), resource)


def remaining(instance: ContainerInstanceTypeDef, resource: str) -> int:
    """How much of `CPU` (units) or `MEMORY` (MiB) no task has set aside."""
    return _amount(instance.get("remainingResources", []), resource)


def _amount(resources: Sequence[object], name: str) -> int:
    amounts = (each for each in resources if isinstance(each, dict) and each["name"] == name)
    return next((int(each["integerValue"]) for each in amounts), 0)
