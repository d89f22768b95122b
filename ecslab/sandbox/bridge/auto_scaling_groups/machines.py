"""The EC2 instances of a group: launched from its template, and ended."""

from collections.abc import Mapping
from typing import Any, Final

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance as MotoInstance
from moto.ec2.models.launch_templates import LaunchTemplateVersion

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.auto_scaling_groups import state
from ecslab.sandbox.bridge.ec2 import launch_checks
from ecslab.sandbox.bridge.ec2 import machines as ec2_machines
from ecslab.sandbox.bridge.ec2.launch_checks import LaunchRefused, image_of, profile_of
from ecslab.sandbox.world.auto_scaling_group.group import Group, GroupInstance, Template
from ecslab.sandbox.world.errors import AwsError

_FULL: Final = "You must use a valid fully-formed launch template. "


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
    try:
        _check(region, data)
    except LaunchRefused as refused:
        raise _not_fit(refused.message) from None
    return Template(version.template.id, version.template.name, template.version)


def _check(region: str, data: Mapping[str, Any]) -> None:
    """Look at a template as EC2 looks at a request for instances; LaunchRefused if it cannot be."""
    kind, interfaces = data.get("InstanceType") or "", data.get("NetworkInterfaces") or []
    if current_account().behaviour < launch_checks.SINCE:
        if ec2_machines.known_type(kind) is None:
            raise LaunchRefused("InvalidParameterValue", f"Invalid value '{kind}' for InstanceType.")
        image_of(region, data["ImageId"])
    else:
        launch_checks.check_type(region, image_of(region, data["ImageId"]), kind)
        launch_checks.check_user_data(_text(data.get("UserData")))
        groups = data.get("SecurityGroupIds") or ()
        launch_checks.check_groups(region, groups, beside_interfaces=bool(interfaces))
        for interface in interfaces:
            launch_checks.check_groups(region, interface.get("Groups") or (), beside_interfaces=False)
    profile_of(data.get("IamInstanceProfile") or {})


def _not_fit(sentence: str) -> AwsError:
    return state.problem(f"{_FULL}{sentence}")


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
        raise LaunchRefused(refused.code, refused.message) from None
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
