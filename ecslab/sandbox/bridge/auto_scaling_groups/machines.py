"""The EC2 instances of a group: launched from its template, and ended."""

from collections.abc import Mapping
from typing import Any, Final

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance as MotoInstance
from moto.ec2.models.launch_templates import LaunchTemplateVersion
from moto.ec2.utils import filter_iam_instance_profiles

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.auto_scaling_groups import state
from ecslab.sandbox.bridge.ec2 import machines as ec2_machines
from ecslab.sandbox.bridge.late_backends import backend as late_backend
from ecslab.sandbox.world.auto_scaling_group.group import Group, GroupInstance, Template
from ecslab.sandbox.world.errors import AwsError

ALIAS: Final = "resolve:ssm:"
"""How a template names an image by a parameter of Systems Manager (user guide of EC2, launch templates)."""
_FULL: Final = "You must use a valid fully-formed launch template. "


class LaunchRefused(Exception):
    """EC2 does not launch the instance, and says why."""

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


def version_of(region: str, template: Template) -> LaunchTemplateVersion:
    """The version of a launch template that a group launches from now.

    Raises:
        AwsError: ValidationError, there is no such template or version.
    """
    backend = ec2_machines.backend(region)
    by_id = backend.launch_templates.get(
        template.id or backend.launch_template_name_to_ids.get(template.name)
    )
    if by_id is None:
        what = f"ID {template.id}" if template.id else f"name {template.name}"
        raise _not_fit(f"The specified launch template, with template {what}, does not exist.")
    version = template.version or "$Default"
    known = {str(each.number): each for each in by_id.versions}
    known |= {"$Default": by_id.default_version(), "$Latest": by_id.latest_version()}
    if version not in known:
        raise _not_fit(
            f"The specified launch template version, {version}, for template ID {by_id.id}, does not exist."
        )
    return known[version]


def check_template(region: str, template: Template) -> Template:
    """A request's template with its id and name, if instances can be launched from it.

    Raises:
        AwsError: ValidationError, in EC2's words. U: in which order they come.
    """
    version = version_of(region, template)
    data = version.data
    if not data.get("ImageId"):
        raise _not_fit("The request must contain the parameter ImageId")
    if ec2_machines.known_type(data.get("InstanceType") or "") is None:
        raise _not_fit(f"Invalid value '{data.get('InstanceType') or ''}' for InstanceType.")
    try:
        image_of(region, data["ImageId"])
        profile_of(data.get("IamInstanceProfile") or {})
    except LaunchRefused as refused:
        raise _not_fit(refused.message) from None
    return Template(version.template.id, version.template.name, template.version)


def _not_fit(sentence: str) -> AwsError:
    return state.problem(f"{_FULL}{sentence}")


def image_of(region: str, named: str) -> str:
    """The id of an image that a template names, by id or by a parameter.

    Raises:
        LaunchRefused: there is no such parameter, or no such image.
    """
    image = named
    if named.startswith(ALIAS):
        parameter = late_backend("ssm", region).get_parameter(named.removeprefix(ALIAS))
        if parameter is None:
            raise LaunchRefused(f"The parameter {named.removeprefix(ALIAS)} does not exist.")  # U
        image = str(parameter.value)
    if not ec2_machines.is_image(region, image):
        raise LaunchRefused(f"The image id '[{image}]' does not exist")
    return image


def launch(group: Group, subnet: str, zone: str) -> GroupInstance:
    """A new EC2 instance of a group.

    Raises:
        LaunchRefused: EC2 refuses it, as when the template's security group is gone.
    """
    try:
        version = version_of(group.region, group.template)
        image = image_of(group.region, version.data.get("ImageId", ""))
        instance = _run(group, version, image, subnet)
    except (AwsError, EC2ClientError) as refused:
        raise LaunchRefused(str(getattr(refused, "message", None) or refused)) from None
    template = Template(version.template.id, version.template.name, str(version.number))
    kind = str(instance.instance_type)
    return GroupInstance(
        str(instance.id), zone, subnet, kind, image, template, current_account().clock.now, group.protects_new
    )


def _run(group: Group, version: LaunchTemplateVersion, image: str, subnet: str) -> MotoInstance:
    data: Mapping[str, Any] = version.data
    profile = profile_of(data.get("IamInstanceProfile") or {})
    [interface] = data.get("NetworkInterfaces") or [{}]
    propagated = {key: value for key, (value, at_launch) in group.tags.items() if at_launch}
    own = {
        state.GROUP_TAG: group.name,
        "aws:ec2launchtemplate:id": version.template.id,
        "aws:ec2launchtemplate:version": str(version.number),
    }
    public = interface.get("AssociatePublicIpAddress")
    return ec2_machines.run(
        group.region, image, data["InstanceType"], subnet,
        list(interface.get("Groups") or data.get("SecurityGroupIds") or ()),
        {**version.instance_tags, **propagated, **own},
        profile=profile, user_data=_text(data.get("UserData")), key=data.get("KeyName"),
        public=None if public is None else str(public).lower() == "true",
    )  # fmt: skip


def profile_of(given: Mapping[str, str]) -> str | None:
    """ARN of the instance profile that is named by `Arn` or `Name`; None if none is.

    Raises:
        LaunchRefused: there is no such profile.
    """
    if not given:
        return None
    try:
        profile = filter_iam_instance_profiles(
            current_account().id, "aws", given.get("Arn"), given.get("Name")
        )
    except Exception:
        which = "arn" if given.get("Arn") else "name"
        value = given.get("Arn") or given.get("Name")
        raise LaunchRefused(
            f"Value ({value}) for parameter iamInstanceProfile.{which} is invalid. Invalid IAM Instance "
            f"Profile {'ARN' if which == 'arn' else which}."
        ) from None
    return str(profile.arn)


def _text(user_data: object) -> str | None:
    """User data in base64: moto keeps that of a template's first version as an object of its own."""
    if user_data is None or isinstance(user_data, str):
        return user_data
    return str(user_data.as_bytes().decode())  # type: ignore[attr-defined]


def end(region: str, ec2_id: str) -> None:
    """Terminate an EC2 instance; one that is gone is passed over."""
    if ec2_machines.find(region, ec2_id):
        ec2_machines.backend(region).terminate_instances([ec2_id])


def runs(region: str, ec2_id: str) -> bool:
    """Whether an EC2 instance is there and running."""
    instance = ec2_machines.find(region, ec2_id)
    return instance is not None and instance.state == "running"
