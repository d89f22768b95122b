"""Elastic Load Balancing's refusals, letter by letter where a real one was seen."""

from collections.abc import Iterable
from typing import Final

from moto.elbv2.exceptions import ELBClientError

MOST_NAME: Final = 32
IP_TYPES: Final = ("ipv4", "dualstack", "dualstack-without-public-ipv4")
RANGES: Final = {
    "healthCheckIntervalSeconds": (5, 300),
    "healthCheckTimeoutSeconds": (2, 120),
    "healthyThresholdCount": (2, 10),
    "unhealthyThresholdCount": (2, 10),
    "port": (1, 65535),
}
"""API_CreateTargetGroup, API_CreateListener."""


def same_name(kind: str, name: str) -> ELBClientError:
    """`kind` is `load balancer` or `target group`."""
    code = "Duplicate" + kind.title().replace(" ", "") + "Name"
    return ELBClientError(code, f"A {kind} with the same name '{name}' exists, but with different settings")


def same_port(balancer_arn: str) -> ELBClientError:
    text = f"A listener already exists on this port for this load balancer '{balancer_arn}'"
    return ELBClientError("DuplicateListener", text)


def no_balancer() -> ELBClientError:
    return ELBClientError("LoadBalancerNotFound", "One or more load balancers not found")


def no_subnet(subnet_id: str) -> ELBClientError:
    return ELBClientError("SubnetNotFound", f"The subnet ID '{subnet_id}' does not exist")  # U


def one_zone() -> ELBClientError:
    text = "At least two subnets in two different Availability Zones must be specified"
    return ELBClientError("ValidationError", text)


def twice_in_zone() -> ELBClientError:
    text = "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
    return ELBClientError("InvalidConfigurationRequest", text)


def two_vpcs() -> ELBClientError:
    return ELBClientError("InvalidConfigurationRequest", "All subnets must belong to the same VPC")  # U


def no_gateway(vpc_id: str) -> ELBClientError:
    return ELBClientError("InvalidSubnet", f"VPC {vpc_id} has no internet gateway")


def bad_groups() -> ELBClientError:
    return ELBClientError("InvalidConfigurationRequest", "One or more security groups are invalid")


def protected(arn: str) -> ELBClientError:
    text = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
    return ELBClientError("OperationNotPermitted", text)


def group_in_use(arn: str) -> ELBClientError:
    text = f"Target group '{arn}' is currently in use by a listener or a rule"
    return ELBClientError("ResourceInUse", text)


def second_balancer(arns: Iterable[str]) -> ELBClientError:
    text = "The following target groups cannot be associated with more than one load balancer: "
    return ELBClientError("TargetGroupAssociationLimit", text + ", ".join(arns))


def no_sign_in(kind: str) -> ELBClientError:
    return ELBClientError("InvalidLoadBalancerAction", f"This sandbox carries no actions of type {kind}.")


def protocols_differ(listener: str, group: str) -> ELBClientError:
    return ELBClientError(
        "InvalidConfigurationRequest",
        f"Listener protocol '{listener}' is not supported with a target group with the target-group protocol "
        f"of '{group}'",
    )  # U


def missing(name: str) -> ELBClientError:
    return _invalid(
        f"1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not "
        "be null"
    )


def check_name(name: str) -> None:
    """Refuse what is no load balancer's name (API_CreateLoadBalancer)."""  # U: the sentences
    if len(name) > MOST_NAME:
        raise _invalid(f"Load balancer name '{name}' cannot be longer than '{MOST_NAME}' characters")
    if not all(letter == "-" or (letter.isascii() and letter.isalnum()) for letter in name):
        raise _invalid(
            f"The load balancer name '{name}' can only contain characters that are alphanumeric characters "
            "and hyphens(-)"
        )
    if name.startswith(("-", "internal-")) or name.endswith("-"):
        raise _invalid(f"Load balancer name '{name}' cannot begin or end with '-', or begin with 'internal-'")


def check_ip_type(kind: str) -> None:
    """Refuse an address type that no load balancer has (API_CreateLoadBalancer)."""
    if kind not in IP_TYPES:
        raise _invalid(
            f"1 validation error detected: Value '{kind}' at 'ipAddressType' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(IP_TYPES)}]"
        )


def check_ranges(**values: int | str | None) -> None:
    """Refuse numbers outside their range; None stands for a default."""
    for name, value in values.items():
        low, high = RANGES[name]
        if value is None or low <= int(value) <= high:
            continue
        bound = f"greater than or equal to {low}" if int(value) < low else f"less than or equal to {high}"
        raise _invalid(
            f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member "
            f"must have value {bound}"
        )


def _invalid(text: str) -> ELBClientError:
    return ELBClientError("ValidationError", text)
