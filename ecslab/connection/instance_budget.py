"""The budget of a real account: no call that may start EC2 instances is sent before a price is agreed to.

It hears of the same calls as the guard, after it. An agreement is an amount of dollars an hour. It holds for
as long as this lab is open, and covers what may be started under it at the most: a group at its maximum size.
Disks and addresses are in the prices that lessons ask for; here they are not counted: they cost little.

https://aws.amazon.com/ec2/pricing/on-demand/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from ecslab.aws_api import instance_prices
from ecslab.errors import NotConfirmed

if TYPE_CHECKING:
    from botocore.model import OperationModel

    from ecslab.connection.cluster_namespaces import Clients
    from ecslab.connection.ledger import Context
    from ecslab.connection.record import Record

Params = Mapping[str, object]
SIZES: Final = ("MinSize", "MaxSize", "DesiredCapacity")
_GROUPS: Final = frozenset(
    {"CreateAutoScalingGroup", "UpdateAutoScalingGroup", "SetDesiredCapacity",
     "PutScheduledUpdateGroupAction"}
)  # fmt: skip
_INSTANCES: Final = frozenset({"RunInstances", "StartInstances"})
_TASKS: Final = frozenset({"RunTask", "CreateService", "UpdateService"})
_AWS_HAS_THEM: Final = ("FARGATE", "FARGATE_SPOT")


class InstanceBudget:
    """Refuses calls that may start instances beyond what was agreed to; see `hooks`.

    Args:
        clients: to read launch templates and groups with.
        record: which leaves out that look.

    Attributes:
        agreed: dollars an hour, with what was begun under it; 0 while nothing is agreed to.
    """

    def __init__(self, clients: Clients, record: Record):
        self._clients, self._record = clients, record
        self.agreed = 0.0
        self._committed: dict[str, float] = {}

    def agree(self, hourly: float) -> None:
        """Let instances of so many dollars an hour be started from now on, beside those of before."""
        self.agreed = sum(self._committed.values()) + hourly

    # What botocore calls --------------------------------------------------------------------------------

    def note(self, params: Params, context: Context, **_: object) -> None:
        """Keep the parameters for `judge`, which is shown only what botocore made of them."""
        context["ecslab_budgeted"] = params

    def judge(self, model: OperationModel, context: Context, **_: object) -> None:
        """Raise NotConfirmed if the call may start instances, and nobody has agreed to their price."""
        params, operation = context.pop("ecslab_budgeted", None), model.name
        if not isinstance(params, Mapping) or not may_start(operation, params):
            return
        with self._record.away():
            key, most, instances = self._most(operation, params)
        others = sum(hourly for other, hourly in self._committed.items() if other != key)
        if self.agreed and most is not None and others + most <= self.agreed:
            self._committed[key] = most
            return
        raise NotConfirmed(_refusal(operation, instances, most, others, self.agreed))

    # What it may come to --------------------------------------------------------------------------------

    def _most(self, operation: str, params: Params) -> tuple[str, float | None, str]:
        """By which name it is remembered, dollars an hour at the most (None: unknown), and what in words."""
        if operation in _GROUPS:
            name = str(params.get("AutoScalingGroupName", ""))
            key, count = f"group {name}", max(_count(params, size) for size in SIZES)
            most, instances = self._priced(self._type_of_group(name, params), count)
            if most is not None and "MaxSize" not in params:  # it is what it was
                most = max(most, self._committed.get(key, 0.0))
            return key, most, instances
        if operation == "RunInstances":
            named, template = str(params.get("InstanceType") or ""), params.get("LaunchTemplate")
            kind = named or self._type_of_template(template)
            count = _count(params, "MaxCount") or 1
            return f"instances {len(self._committed)}", *self._priced(kind, count)
        if operation == "StartInstances":
            return "started", *self._of_stopped(params)
        return operation, 0.0, "as many instances as its tasks need"

    @staticmethod
    def _priced(kind: str | None, count: int) -> tuple[float | None, str]:
        hour = instance_prices.hour(kind or "")
        return (None if hour is None else count * hour), f"up to {count} × {kind or 'an unknown type'}"

    def _of_stopped(self, params: Params) -> tuple[float | None, str]:
        answer = self._clients("ec2").describe_instances(InstanceIds=_listed(params, "InstanceIds"))
        kinds = [each["InstanceType"] for part in answer["Reservations"] for each in part["Instances"]]
        hours = [instance_prices.hour(kind) for kind in kinds]
        return (None if None in hours else sum(filter(None, hours))), ", ".join(kinds)

    def _type_of_group(self, name: str, params: Params) -> str | None:
        template = params.get("LaunchTemplate")
        if not template and not params.get("MixedInstancesPolicy"):
            groups = self._clients("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
            template = next((each.get("LaunchTemplate") for each in groups["AutoScalingGroups"]), None)
        return self._type_of_template(template)

    def _type_of_template(self, template: object) -> str | None:
        if not isinstance(template, Mapping):
            return None
        by = ("LaunchTemplateId", "LaunchTemplateName")
        names = {key: template[key] for key in by if template.get(key)}
        version = str(template.get("Version") or "$Default")
        try:
            shown = self._clients("ec2").describe_launch_template_versions(**names, Versions=[version])
        except ClientError:  # what is not there has no price
            return None
        kinds = [each["LaunchTemplateData"].get("InstanceType") for each in shown["LaunchTemplateVersions"]]
        return kinds[0] if kinds else None


def may_start(operation: str, params: Params) -> bool:
    """Whether a call may start EC2 instances, now or while nobody looks.

    Args:
        operation: as AWS spells it; no two services have one of these names for different things that do.
        params: of the request.
    """
    if operation in _GROUPS:
        return any(_count(params, size) > 0 for size in SIZES)
    if operation in _TASKS:
        strategy = _listed(params, "capacityProviderStrategy")
        providers = [item.get("capacityProvider") for item in strategy if isinstance(item, Mapping)]
        return any(provider not in _AWS_HAS_THEM for provider in providers)
    if operation == "CreateCapacityProvider":
        return True
    return operation in _INSTANCES


def _count(params: Params, name: str) -> int:
    """A number of a request; ValueError for what is none, which botocore would refuse as well."""
    value = params.get(name) or 0
    return value if isinstance(value, int) else int(str(value))


def _listed(params: Params, name: str) -> list[object]:
    value = params.get(name)
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else []


def _refusal(operation: str, instances: str, most: float | None, others: float, agreed: float) -> str:
    if most is None:
        price = "whose price is not known here"
    elif most:
        price = f"about ${most:.4f} an hour (us-east-1, {instance_prices.AS_OF})"
    else:
        price = "which are billed by the hour"
    seen = f"${agreed:.4f} an hour is agreed to" if agreed else "no budget is agreed to"
    used = f", of which ${others:.4f} is taken" if others else ""
    return (
        f"{operation} was not sent: it may start {instances}, {price}.\n"
        f"  seen: {seen}{used}\n"
        "  next: ecslab.capacity.price() has the lesson's; ecslab.capacity.agree(lab, budget=…) agrees"
    )
