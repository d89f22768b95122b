"""What EC2 looks at before it launches instances: image, type, user data, instance profile, security groups.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.utils import filter_iam_instance_profiles

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ec2 import machines
from ecslab.sandbox.bridge.late_backends import backend as late_backend

SINCE: Final = 9
"""The behaviour from which on RunInstances looks at all of this, and launches up to MaxCount instances."""
ALIAS: Final = "resolve:ssm:"
"""How a request names an image by a parameter of Systems Manager (user guide of EC2)."""
LONGEST: Final = 16_384
"""Bytes of user data, before it is in base64 (user guide of EC2)."""


class LaunchRefused(EC2ClientError):  # type: ignore[misc]  # moto ships no types
    """EC2 does not launch the instance, and says why.

    Args:
        code: EC2's error code.
        message: its sentence.
    """

    def __init__(self, code: str, message: str):
        super().__init__(code, message)
        self.message: str = message


def image_of(region: str, named: str) -> str:
    """The id of an image that a request names, by id or by a parameter.

    Raises:
        LaunchRefused: there is no such parameter, or no such image.
    """
    image = named
    if named.startswith(ALIAS):
        parameter = late_backend("ssm", region).get_parameter(named.removeprefix(ALIAS))
        if parameter is None:  # U
            text = f"The parameter {named.removeprefix(ALIAS)} does not exist."
            raise LaunchRefused("InvalidParameterValue", text)
        image = str(parameter.value)
    if not machines.is_image(region, image):
        raise LaunchRefused("InvalidAMIID.NotFound", f"The image id '[{image}]' does not exist")
    return image


def check_type(region: str, image: str, kind: str) -> None:
    """Refuse a type that does not exist, or whose architecture is not that of the image.

    The sentences are EC2's, as people quote them (getmoto/moto#1695, skypilot-org/skypilot#6315).
    """
    known = machines.known_type(kind)
    if known is None:
        raise LaunchRefused("InvalidParameterValue", f"Invalid value '{kind}' for InstanceType.")
    of_image = machines.architecture_of(region, image)
    if known.architecture and of_image and (known.architecture == "arm64") != (of_image == "arm64"):
        raise LaunchRefused(
            "InvalidParameterValue",
            f"The architecture '{known.architecture}' of the specified instance type does not match the "
            f"architecture '{of_image}' of the specified AMI. Specify an instance type and an AMI that have "
            "matching architectures, and try again. You can use 'describe-instance-types' or "
            "'describe-images' to discover the architecture of the instance type or AMI.",
        )


def check_user_data(encoded: str | None) -> None:
    """Refuse user data that is too long; what is no base64 is refused elsewhere."""
    try:
        size = len(base64.b64decode(encoded or ""))
    except binascii.Error:
        return
    if size > LONGEST:
        raise LaunchRefused("InvalidParameterValue", f"User data is limited to {LONGEST} bytes")


def check_counts(least: int, most: int) -> None:
    """Refuse numbers of instances that cannot be. U: the sentences but the second."""
    for value, name in ((least, "Minimum"), (most, "Maximum")):
        if value < 1:
            text = f"{name} instance count must be greater than zero"
            raise LaunchRefused("InvalidParameterValue", text)
    if least > most:
        text = "Minimum instance count must not exceed maximum instance count"
        raise LaunchRefused("InvalidParameterValue", text)


def check_groups(region: str, groups: Iterable[str], *, beside_interfaces: bool) -> None:
    """Refuse security groups that are not there, or stand beside network interfaces that have their own."""
    named = list(groups)
    if named and beside_interfaces:
        raise LaunchRefused(
            "InvalidParameterCombination",
            "Network interfaces and an instance-level security groups may not be specified on the same "
            "request",
        )
    for group in named:
        if machines.backend(region).get_security_group_from_id(group) is None:
            text = f"The security group '{group}' does not exist"
            raise LaunchRefused("InvalidGroup.NotFound", text)


def check_named_groups(region: str, names: Iterable[str], subnet: str | None) -> None:
    """Refuse names of security groups that the default VPC does not have, and names beside a subnet."""
    backend = machines.backend(region)
    for name in names:
        if subnet:
            text = "The parameter groupName cannot be used with the parameter subnet"
            raise LaunchRefused("InvalidParameterCombination", text)
        vpc = backend.default_vpc.id
        if backend.get_security_group_from_name(name, vpc) is None:
            text = f"The security group '{name}' does not exist in default VPC '{vpc}'"
            raise LaunchRefused("InvalidGroup.NotFound", text)


def check_zone(region: str, zone: str | None, subnet: str | None) -> None:
    """Refuse an Availability Zone that is not the subnet's. U: the sentence."""
    if zone and subnet and machines.backend(region).get_subnet(subnet).availability_zone != zone:
        text = f"The subnet '{subnet}' is not in the Availability Zone '{zone}'"
        raise LaunchRefused("InvalidParameterValue", text)


def profile_of(given: Mapping[str, Any]) -> str | None:
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
            "InvalidParameterValue",
            f"Value ({value}) for parameter iamInstanceProfile.{which} is invalid. Invalid IAM Instance "
            f"Profile {'ARN' if which == 'arn' else which}",
        ) from None
    return str(profile.arn)
