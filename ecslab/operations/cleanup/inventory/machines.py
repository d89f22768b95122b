"""The machines of a lab: Auto Scaling groups, EC2 instances, and what ECS has registered of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ecslab.connection.tags import KEY, owner_in, value_in
from ecslab.operations import instance_prices
from ecslab.operations.cleanup.inventory import ecs
from ecslab.operations.cleanup.inventory.outside import Nodes
from ecslab.operations.cleanup.inventory.providers import Providers
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey
from ecslab.resources.machines import machine_reader
from ecslab.resources.machines.machine_reader import GROUP_TAG, LAUNCHERS, Group

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import InstanceTypeDef
    from mypy_boto3_ecs.type_defs import ContainerInstanceTypeDef


class Machines:
    """The machines that may be a lab's, as one survey sees them.

    Attributes:
        groups: Auto Scaling groups with the lab's tag or a name of its ledger, by name.
        instances: EC2 instances that are not terminated, by id.
        held: ids of machines on which others' tasks run, each with the reason why it stays.
    """

    def __init__(self, survey: Survey):
        self._survey = survey
        looks = survey.may_have(*LAUNCHERS)
        self.groups = {each["AutoScalingGroupName"]: each for each in _groups(survey)} if looks else {}
        filters = self._filters() if looks else []
        self.instances = {
            each["InstanceId"]: each
            for some in filters
            for each in machine_reader.instances(survey.lab, some)
        }
        self.held = dict(self._held())

    def owns_group(self, group: Group) -> bool:
        """Whether a group is the lab's."""
        return self._survey.ours(group.get("Tags"))

    def owns_instance(self, instance: InstanceTypeDef) -> bool:
        """Whether an instance is the lab's; of one in a group, whether both are."""
        tags, name = instance.get("Tags"), value_in(instance.get("Tags"), GROUP_TAG)
        if name is None:
            return self._survey.ours(tags, "instance", instance["InstanceId"])
        group = self.groups.get(name)
        in_ours = group is not None and self.owns_group(group)
        return in_ours and owner_in(tags) in (None, self._survey.owner)

    def owns_container_instance(self, shown: ContainerInstanceTypeDef) -> bool:
        """Whether a container instance is the lab's: by its tag, its machine, or its capacity provider."""
        if owner_in(shown.get("tags")) is not None:
            return self._survey.ours(shown.get("tags"))
        machine = shown.get("ec2InstanceId", "")
        if machine in self.instances:
            return self.owns_instance(self.instances[machine])
        own_providers = self._survey.look(Providers).own
        return machine in self._survey.look(Nodes).own or shown.get("capacityProviderName") in own_providers

    def why_group_stays(self, group: Group) -> str:
        """Why a group of the lab's cannot go for now; "" where it can."""
        reasons = [self.held.get(each["InstanceId"], "") for each in group["Instances"]]
        reasons.append(self._survey.look(Providers).why_group_stays(group["AutoScalingGroupARN"]))
        return next(filter(None, reasons), "")

    def _filters(self) -> list[Mapping[str, Sequence[str]]]:
        own = [name for name, group in self.groups.items() if self.owns_group(group)]
        filters = {
            f"tag:{KEY}": [self._survey.owner], f"tag:{GROUP_TAG}": own,
            "instance-id": self._survey.ids("instance"),
        }  # fmt: skip
        return [{name: values} for name, values in filters.items() if values]

    def _held(self) -> Iterator[tuple[str, str]]:
        for cluster in self._survey.clusters:
            shown = {
                each["containerInstanceArn"]: each.get("ec2InstanceId", "")
                for each in self._survey.container_instances(cluster)
            }
            for task in ecs.foreign_tasks(self._survey, cluster) if shown else ():
                machine, name = (
                    shown.get(task.get("containerInstanceArn", "")),
                    task["taskArn"].rpartition("/")[2],
                )
                if machine:
                    yield machine, f"there is something on it that this lab did not make: task {name[:8]}"


def _groups(survey: Survey) -> Iterator[Group]:
    yield from machine_reader.groups(survey.lab, tags={KEY: survey.owner})
    yield from machine_reader.groups(survey.lab, survey.names("Auto Scaling group"))


def auto_scaling_groups(survey: Survey) -> Iterator[Resource]:
    """The groups: the lab's, and strangers' of a name of its ledger."""
    machines = survey.look(Machines)
    for name, group in machines.groups.items():
        ours = machines.owns_group(group)
        reason = machines.why_group_stays(group) if ours else ""
        status = f"keeps {group['DesiredCapacity']}"
        yield Resource("Auto Scaling group", name, name, status=status, ours=ours, kept=reason)


def instances(survey: Survey) -> Iterator[Resource]:
    """The instances, with what they cost. Those that ECS manages go with their capacity provider."""
    machines = survey.look(Machines)
    for instance_id, shown in machines.instances.items():
        if machine_reader.is_managed(shown) or not machines.owns_instance(shown):
            continue
        kind = shown["InstanceType"]
        yield Resource(
            "instance",
            f"{instance_id} ({kind})",
            instance_id,
            hourly=instance_prices.of_instance(shown),
            status="" if instance_prices.hour(kind) else "(the price of its type is not known here)",
            kept=_why_instance_stays(machines, shown),
        )


def _why_instance_stays(machines: Machines, instance: InstanceTypeDef) -> str:
    group = machines.groups.get(value_in(instance.get("Tags"), GROUP_TAG) or "")
    return machines.held.get(instance["InstanceId"]) or (machines.why_group_stays(group) if group else "")


def container_instances(survey: Survey) -> Iterator[Resource]:
    """What ECS has registered of the lab's machines, and of others' in its clusters.

    Those that ECS manages go with their capacity provider.
    """
    machines, providers = survey.look(Machines), survey.look(Providers)
    for cluster in survey.clusters:
        for shown in survey.container_instances(cluster):
            ours, machine = machines.owns_container_instance(shown), shown.get("ec2InstanceId", "")
            if providers.manages_instances(shown.get("capacityProviderName", "")) or not (
                ours or cluster.ours
            ):
                continue
            yield Resource(
                "container instance",
                f"{shown['containerInstanceArn'].rpartition('/')[2][:8]} ({machine})",
                shown["containerInstanceArn"],
                cluster.shown["clusterArn"],
                ours=ours,
                kept=_why_registration_stays(machines, machine) if ours else "",
            )


def _why_registration_stays(machines: Machines, machine: str) -> str:
    instance = machines.instances.get(machine)
    return _why_instance_stays(machines, instance) if instance else machines.held.get(machine, "")
