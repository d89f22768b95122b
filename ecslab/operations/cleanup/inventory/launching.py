"""What instances of a lab are launched from, and act as: launch templates and instance profiles."""

from __future__ import annotations

from collections.abc import Iterator

from ecslab.connection.connection import Connection
from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.tags import KEY, value_in
from ecslab.operations.cleanup.inventory.machines import Machines
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey
from ecslab.resources.machines import machine_reader
from ecslab.resources.machines.machine_reader import TEMPLATE_TAG

_STAYS = "an instance that stays needs it"


def launch_templates(survey: Survey) -> Iterator[Resource]:
    """The launch templates: the lab's, and strangers' of a name of its ledger."""
    names = survey.names("launch template")
    if not survey.may_have("launch template"):
        return
    filters = {f"tag:{KEY}": [survey.owner], **({"launch-template-name": names} if names else {})}
    templates = {
        each["LaunchTemplateId"]: each
        for name, values in filters.items()
        for each in machine_reader.launch_templates(survey.lab, {name: values})
    }
    needed = set(_needed(survey, TEMPLATE_TAG))
    for template_id, shown in templates.items():
        ours = survey.ours(shown.get("Tags"), "launch template", template_id)
        reason = _STAYS if ours and template_id in needed else ""
        yield Resource("launch template", shown["LaunchTemplateName"], template_id, ours=ours, kept=reason)


def _needed(survey: Survey, tag: str) -> Iterator[str]:
    """What a tag of AWS's says of instances that stay."""
    machines = survey.look(Machines)
    for instance_id in machines.held:
        shown = machines.instances.get(instance_id)
        value = value_in(shown.get("Tags"), tag) if shown else None
        if value:
            yield value


def instance_profiles(survey: Survey) -> Iterator[Resource]:
    """The instance profiles that the ledger names. All Regions share them, as they share roles."""
    for name in survey.names("instance profile"):
        answer = or_none_if_missing(survey.lab.iam.get_instance_profile, InstanceProfileName=name)
        if answer:
            shown = answer["InstanceProfile"]
            ours = survey.ours(
                shown.get("Tags"), "instance profile", shown["Arn"], shown["InstanceProfileId"]
            )
            reason = why_profile_stays(survey, name, shown["Arn"]) if ours else ""
            yield Resource("instance profile", name, name, ours=ours, kept=reason)


def why_profile_stays(survey: Survey, name: str, arn: str) -> str:
    """Why an instance profile of the lab's cannot go for now; "" where it can."""
    machines = survey.look(Machines)
    held = [machines.instances[each] for each in machines.held if each in machines.instances]
    if arn in {each.get("IamInstanceProfile", {}).get("Arn") for each in held}:
        return _STAYS
    used = ", ".join(survey.lab.ledger.regions_that_use(name))
    return f"your lab in {used} still uses it: clean up there first, then here again" if used else ""


def delete_profile(lab: Connection, resource: Resource) -> None:
    """Take the role out of an instance profile, and delete it; one that is gone is no error."""
    answer = or_none_if_missing(lab.iam.get_instance_profile, InstanceProfileName=resource.id)
    for role in answer["InstanceProfile"]["Roles"] if answer else []:
        or_none_if_missing(
            lab.iam.remove_role_from_instance_profile,
            InstanceProfileName=resource.id, RoleName=role["RoleName"],
        )  # fmt: skip
    or_none_if_missing(lab.iam.delete_instance_profile, InstanceProfileName=resource.id)
