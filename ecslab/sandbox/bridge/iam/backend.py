"""moto's IAM, with AWS's managed policies."""

from typing import Any, Final

from moto.core.utils import utcnow
from moto.iam import urls
from moto.iam.exceptions import NotFoundException, ValidationError
from moto.iam.models import SERVICE_NAME_CONVERSION, AWSManagedPolicy, ManagedPolicy, Role, User
from moto.iam.models import IAMBackend as MotoIAMBackend

from ecslab.sandbox.bridge.iam import managed_policies

LINKED_ROLE: Final = "AWSServiceRoleForECS"
_LINKED: Final = {
    # role: its policy
    LINKED_ROLE: "AmazonECSServiceRolePolicy",
    "AWSServiceRoleForApplicationAutoScaling_ECSService": "AWSApplicationAutoscalingECSServicePolicy",
    "AWSServiceRoleForAutoScaling": "AutoScalingServiceRolePolicy",
}

SERVICE_NAME_CONVERSION["ecs"] = "ECS"  # moto would name the role AWSServiceRoleForecs
_LINKED_NAMES: Final = {
    "ecs.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_ECSService"
}
"""The names of service-linked roles that moto would call otherwise, by the service."""


class _Root(User):  # type: ignore[misc]  # moto ships no types
    """The account's root user, as GetUser shows it to itself."""

    def __init__(self, account_id: str, region: str):
        super().__init__(account_id, region, name="root")
        self.id = account_id
        self.create_date = utcnow().replace(year=2024, month=1, day=1, hour=0, minute=0, second=0)

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:root"


class IamBackend(MotoIAMBackend):  # type: ignore[misc]  # moto ships no types
    """moto's IAM, in which every managed policy of AWS exists without being loaded."""

    managed_policies: dict[str, ManagedPolicy]

    @property
    def _url_module(self) -> object:
        return urls

    def _init_aws_policies(self) -> list[AWSManagedPolicy]:
        return []

    def _read_policy(self, arn: str) -> None:
        if arn not in self.managed_policies:
            policy = managed_policies.policy(arn, self.account_id)
            if policy:
                self._add(policy)

    def _add(self, policy: AWSManagedPolicy) -> None:
        self.aws_managed_policies.append(policy)
        self.managed_policies[policy.arn] = policy

    def get_policy(self, policy_arn: str) -> ManagedPolicy:
        self._read_policy(policy_arn)
        return super().get_policy(policy_arn)

    def list_policies(
        self, marker: str | None, max_items: int, only_attached: bool, path_prefix: str, scope: str
    ) -> object:
        if scope != "Local" and not only_attached:
            for policy in managed_policies.every(self.account_id):
                if policy.arn not in self.managed_policies:
                    self._add(policy)
        self.managed_policies = dict(sorted(self.managed_policies.items()))
        return super().list_policies(marker, max_items, only_attached, path_prefix, scope)

    def get_role(self, role_name: str) -> Role:
        """moto words a missing role in its own way."""
        for role in self.get_roles():
            if role.name == role_name:
                return role
        raise NotFoundException(f"The role with name {role_name} cannot be found.")

    def get_user_from_access_key_id(self, access_key_id: str) -> User:
        """Whoever has no key of a user is the account itself; moto makes a user up each time."""
        return super().get_user_from_access_key_id(access_key_id) or _Root(self.account_id, self.region_name)

    def remove_role_from_instance_profile(self, profile_name: str, role_name: str) -> None:
        """moto fails at a role that the profile does not have."""
        if self.get_role(role_name) not in self.get_instance_profile(profile_name).roles:
            text = f"The role with name {role_name} cannot be found."  # U
            raise NotFoundException(text)
        super().remove_role_from_instance_profile(profile_name, role_name)

    def create_role(self, role_name: str, *about: Any, **named: Any) -> Role:
        return super().create_role(
            _LINKED_NAMES.get(named.get("linked_service", ""), role_name), *about, **named
        )

    def create_service_linked_role(self, service_name: str, description: str, suffix: str) -> Role:
        """AWS gives such a role its policy; moto attaches none, and fails at what is no service's name."""
        if not service_name.endswith(".amazonaws.com"):
            raise ValidationError(f"Invalid service name: {service_name}")  # U
        role = super().create_service_linked_role(service_name, description, suffix)
        if policy := _LINKED.get(role.name):
            self.attach_role_policy(f"{managed_policies.ARN}/aws-service-role/{policy}", role.name)
        return role

    def attach_role_policy(self, policy_arn: str, role_name: str) -> None:
        """Attaching twice is one attachment; moto counts two."""
        self._read_policy(policy_arn)
        if policy_arn not in self.get_role(role_name).managed_policies:
            super().attach_role_policy(policy_arn, role_name)

    def attach_user_policy(self, policy_arn: str, user_name: str) -> None:
        self._read_policy(policy_arn)
        if policy_arn not in self.get_user(user_name).managed_policies:
            super().attach_user_policy(policy_arn, user_name)

    def attach_group_policy(self, policy_arn: str, group_name: str) -> None:
        self._read_policy(policy_arn)
        super().attach_group_policy(policy_arn, group_name)
