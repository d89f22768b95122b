"""What CreateAutoScalingGroup and UpdateAutoScalingGroup refuse, and what they make of what they accept.

Sentences are those that AWS is known to use; the ones marked U are put together.
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from moto.ec2.models.subnets import Subnet

from ecslab.sandbox.bridge.auto_scaling_groups import machines
from ecslab.sandbox.bridge.auto_scaling_groups.state import problem
from ecslab.sandbox.bridge.ec2 import machines as ec2_machines
from ecslab.sandbox.world.auto_scaling_group.group import Group, Template

Request = Mapping[str, Any]
Subnets = tuple[tuple[str, str], ...]
Tags = dict[str, tuple[str, bool]]

_NO_TEMPLATE: Final = (
    "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or "
    "MixedInstancesPolicy parameter."
)
_NAME: Final = re.compile(r"[^:]{1,255}")
MOST_TAGS: Final = 50
KIND: Final = "auto-scaling-group"


def check_name(name: str) -> None:
    """Refuse what cannot be a group's name. U: the sentence."""
    if not _NAME.fullmatch(name):
        raise problem(f"Group name {name!r} is invalid: it may have no colon.")


def check_sizes(minimum: int, maximum: int, desired: int) -> None:
    """Refuse bounds that contradict each other, or a desired capacity beyond them."""
    for name, value in (("minSize", minimum), ("maxSize", maximum), ("desiredCapacity", desired)):
        if value < 0:
            raise problem(
                f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: "
                "Member must have value greater than or equal to 0"
            )
    if minimum > maximum:
        raise problem(f"Max bound, {maximum}, must be greater than or equal to min bound, {minimum}")
    if not minimum <= desired <= maximum:
        raise problem(
            f"Desired capacity:{desired} must be between the specified min size:{minimum} and max "
            f"size:{maximum}"
        )


def check_health(params: Request) -> None:
    """Refuse health checks and termination policies that this sandbox does not do."""
    kind = params.get("HealthCheckType", "EC2")
    if kind != "EC2":
        raise problem(f"This sandbox does not carry the health check type {kind} yet.")
    policies = params.get("TerminationPolicies") or ["Default"]
    if policies != ["Default"]:
        raise problem(f"This sandbox does not carry the termination policy {policies[0]} yet.")


def template(region: str, params: Request) -> Template:
    """The launch template of a request, by id and name; ValidationError if nothing can come of it."""
    given = params.get("LaunchTemplate")
    if not given:
        raise problem(_NO_TEMPLATE)
    named = given.get("LaunchTemplateId", ""), given.get("LaunchTemplateName", "")
    if all(named) or not any(named):
        raise problem("Valid requests must contain either launchTemplateId or LaunchTemplateName")
    return machines.check_template(region, Template(*named, given.get("Version") or None))


def subnets(region: str, params: Request) -> Subnets:
    """The subnets of a request with their zones; of one that names zones alone, the default subnets there."""
    backend, wanted = ec2_machines.backend(region), params.get("AvailabilityZones") or []
    named = [each.strip() for each in str(params.get("VPCZoneIdentifier") or "").split(",") if each.strip()]
    known: dict[str, Subnet] = {
        subnet_id: subnet for by_zone in backend.subnets.values() for subnet_id, subnet in by_zone.items()
    }
    if not named and not wanted:
        raise problem("At least one Availability Zone or VPC Subnet is required.")
    if not named:
        named = [_default_subnet(known.values(), zone) for zone in wanted]
    for subnet_id in named:
        if subnet_id not in known:
            raise problem(f"The subnet ID '{subnet_id}' does not exist")
    chosen = tuple((each, str(known[each].availability_zone)) for each in dict.fromkeys(named))
    if len({known[each].vpc_id for each in named}) > 1:  # U
        raise problem("The subnets are in more than one VPC.")
    if wanted and {zone for _, zone in chosen} != set(wanted):
        raise problem(
            "The availability zones of the specified subnets and the Auto Scaling group do not match"
        )
    return chosen


def _default_subnet(known: "Sequence[Subnet] | Any", zone: str) -> str:
    of_zone = [each for each in known if each.availability_zone == zone]
    if not of_zone:
        raise problem(f"Invalid availability zones: [{zone}]")
    default = next((each for each in of_zone if str(each.default_for_az).lower() == "true"), None)
    if default is None:
        raise problem(f"No default subnet for availability zone: '{zone}'")
    return str(default.id)


def tags(given: Sequence[Mapping[str, Any]], name: str) -> Tags:
    """The tags of a request for one group, by key.

    Args:
        name: the group's; a tag may name it too.
    """
    checked: Tags = {}
    for each in given:
        check_tag(each)
        if each.get("ResourceId", name) != name:  # U
            raise problem(f"The tag {each['Key']} is of another group than {name}.")
        if each["Key"] in checked:  # U
            raise problem(f"Duplicate keys found in request: {each['Key']}")
        checked[each["Key"]] = each.get("Value", ""), each.get("PropagateAtLaunch", False)
    return checked


def check_tag(tag: Mapping[str, Any]) -> None:
    """Refuse a tag that cannot be on a group. U: the sentences but the first's."""
    if tag.get("ResourceType", KIND) != KIND:
        raise problem(f"The resource type {tag['ResourceType']} is invalid: it is {KIND}.")
    if tag["Key"].lower().startswith("aws:"):
        raise problem("Invalid tag key: keys that begin with aws: are reserved for AWS use.")


def apply(group: Group, params: Request) -> None:
    """Let a group have what an accepted request says of it beside its sizes, template and subnets."""
    group.cooldown = params.get("DefaultCooldown", group.cooldown)
    group.grace = params.get("HealthCheckGracePeriod", group.grace)
    group.protects_new = params.get("NewInstancesProtectedFromScaleIn", group.protects_new)
