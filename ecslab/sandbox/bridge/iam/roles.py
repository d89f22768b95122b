"""IAM: moto's, with AWS's managed policies, and the question ECS asks of a role.

Callers are not judged (whoever holds the sandbox's keys may do everything); the roles of tasks are.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
"""

import json
from typing import Any, Final

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam import urls
from moto.iam.exceptions import NotFoundException
from moto.iam.models import SERVICE_NAME_CONVERSION, iam_backends
from moto.iam.models import IAMBackend as MotoIAMBackend

from ecslab.sandbox.bridge.determinism import building
from ecslab.sandbox.bridge.iam import managed_policies
from ecslab.sandbox.world.permissions import Decision, decide, trusts

__all__ = ["IamBackend", "ensure_service_linked_role", "role_problem", "session_problem"]

TASKS: Final = "ecs-tasks.amazonaws.com"
_LINKED_ROLE: Final = "AWSServiceRoleForECS"
_LINKED_POLICY: Final = f"{managed_policies.ARN}/aws-service-role/AmazonECSServiceRolePolicy"


SERVICE_NAME_CONVERSION["ecs"] = "ECS"  # moto would name the role AWSServiceRoleForecs


class IamBackend(MotoIAMBackend):  # type: ignore[misc]  # moto ships no types
    """moto's IAM, in which every managed policy of AWS exists without being loaded."""

    managed_policies: dict[str, Any]

    @property
    def _url_module(self) -> Any:
        return urls

    def _init_aws_policies(self) -> list[Any]:
        return []

    def _read_policy(self, arn: str) -> None:
        if arn not in self.managed_policies:
            found = managed_policies.policy(arn, self.account_id)
            if found:
                self._add(found)

    def _add(self, policy: Any) -> None:
        self.aws_managed_policies.append(policy)
        self.managed_policies[policy.arn] = policy

    def get_policy(self, policy_arn: str) -> Any:
        self._read_policy(policy_arn)
        return super().get_policy(policy_arn)

    def list_policies(
        self, marker: str | None, max_items: int, only_attached: bool, path_prefix: str, scope: str
    ) -> Any:
        if scope != "Local" and not only_attached:
            for policy in managed_policies.every(self.account_id):
                if policy.arn not in self.managed_policies:
                    self._add(policy)
        self.managed_policies = dict(sorted(self.managed_policies.items()))
        return super().list_policies(marker, max_items, only_attached, path_prefix, scope)

    def get_role(self, role_name: str) -> Any:
        """moto words a missing role in its own way."""
        for role in self.get_roles():
            if role.name == role_name:
                return role
        raise NotFoundException(f"The role with name {role_name} cannot be found.")

    def create_service_linked_role(self, service_name: str, description: str, suffix: str) -> Any:
        """AWS gives ECS's role its policy; moto attaches none."""
        role = super().create_service_linked_role(service_name, description, suffix)
        if role.name == _LINKED_ROLE:
            self.attach_role_policy(_LINKED_POLICY, role.name)
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


def role_problem(
    role_arn: str,
    action: str | None = None,
    resource: str = "*",
    task_id: str = "",
    region: str = "us-east-1",
) -> str | None:
    """Why ECS cannot use the role, or None.

    Without `action`: whether the role exists and trusts `ecs-tasks.amazonaws.com`. With it: also whether
    the role's policies allow it, answered in the sentence that follows `AccessDeniedException: `.

    Args:
        action: as policies spell it, such as `ecr:GetAuthorizationToken`.
        resource: the ARN acted upon, or `*`.
        task_id: names the session in the refusal (32 hex digits).
        region: where ECS assumes the role, for trust policies that ask.
    """
    role = _role(role_arn)
    known = {
        "aws:sourceaccount": DEFAULT_ACCOUNT_ID,
        "aws:sourcearn": f"arn:aws:ecs:{region}:{DEFAULT_ACCOUNT_ID}:*",
    }
    if role is None or not trusts(json.loads(role.assume_role_policy_document), TASKS, known):
        return (
            f"ECS was unable to assume the role '{role_arn}' that was provided for this task. Please verify "
            "that the role being passed has the proper trust relationship and permissions and that your IAM "
            "user has permissions to pass this role."
        )
    session = f"arn:aws:sts::{DEFAULT_ACCOUNT_ID}:assumed-role/{role.name}/{task_id}"
    return _refusal(role, session, action, resource) if action else None


def session_problem(role_arn: str, session_arn: str, action: str, resource: str | None) -> str | None:
    """Why a role's policies do not allow what its session asks for, in IAM's sentence, or None.

    Args:
        resource: the ARN acted upon, `*`, or None if it is not known: then any that is allowed will do.
    """
    role = _role(role_arn)
    return _refusal(role, session_arn, action, resource) if role else None


def ensure_service_linked_role() -> None:
    """Make AWSServiceRoleForECS if it is not there, as the first CreateCluster of an account does."""
    backend = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    if any(role.name == _LINKED_ROLE for role in backend.get_roles()):
        return
    with building("iam-role", DEFAULT_ACCOUNT_ID, _LINKED_ROLE):
        about = "Role to enable Amazon ECS to manage your cluster."
        backend.create_service_linked_role("ecs.amazonaws.com", about, "")


def _role(arn: str) -> Any | None:
    roles = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].get_roles()
    return next((role for role in roles if role.arn == arn), None)


def _refusal(role: Any, session: str, action: str, resource: str | None) -> str | None:
    decision = decide(_documents(role), action, resource)
    why = {
        Decision.NOT_ALLOWED: f"because no identity-based policy allows the {action} action",
        Decision.DENIED: "with an explicit deny in an identity-based policy",
    }.get(decision)
    if why is None:
        return None
    return f"User: {session} is not authorized to perform: {action} on resource: {resource or '*'} {why}"


def _documents(role: Any) -> list[dict[str, Any]]:
    attached = [
        version.document
        for policy in role.managed_policies.values()
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]
    return [json.loads(document) for document in [*role.policies.values(), *attached]]
