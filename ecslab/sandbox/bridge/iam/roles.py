"""The question ECS asks of a role: may I use it, and does it allow this?

Callers are not judged (whoever holds the sandbox's keys may do everything); the roles of tasks are.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
"""

import json
from typing import Any, Final

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import Role, iam_backends

from ecslab.sandbox.bridge.determinism import building
from ecslab.sandbox.bridge.iam.backend import LINKED_ROLE
from ecslab.sandbox.bridge.late_reads import roles_as_known
from ecslab.sandbox.world.errors import invalid
from ecslab.sandbox.world.permissions import Decision, decide, trusts

TASKS: Final = "ecs-tasks.amazonaws.com"
INSTANCES: Final = "ec2.amazonaws.com"
UNKNOWN_LINKED_ROLE: Final = (
    "Unable to assume the service linked role. Please verify that the ECS service linked role exists."
)


def role_problem(
    role_arn: str,
    action: str | None = None,
    resource: str = "*",
    task_id: str = "",
    region: str = "us-east-1",
    service: str = TASKS,
) -> str | None:
    """Why ECS cannot use the role, or None.

    Without `action`: whether the role exists and trusts `ecs-tasks.amazonaws.com`. With it: also whether
    the role's policies allow it, answered in the sentence that follows `AccessDeniedException: `.

    Args:
        action: as policies spell it, such as `ecr:GetAuthorizationToken`.
        resource: the ARN acted upon, or `*`.
        task_id: names the session in the refusal (32 hex digits).
        region: where ECS assumes the role, for trust policies that ask.
        service: who assumes it.
    """
    known = {
        "aws:sourceaccount": DEFAULT_ACCOUNT_ID,
        "aws:sourcearn": f"arn:aws:ecs:{region}:{DEFAULT_ACCOUNT_ID}:*",
    }
    with roles_as_known():
        role = _role(role_arn)
        if role is None or not trusts(json.loads(role.assume_role_policy_document), service, known):
            return (
                f"ECS was unable to assume the role '{role_arn}' that was provided for this task. Please "
                "verify that the role being passed has the proper trust relationship and permissions and "
                "that your IAM user has permissions to pass this role."
            )
        session = f"arn:aws:sts::{DEFAULT_ACCOUNT_ID}:assumed-role/{role.name}/{task_id}"
        return _refusal(role, session, action, resource) if action else None


def session_problem(role_arn: str, session_arn: str, action: str, resource: str | None) -> str | None:
    """Why a role's policies do not allow what its session asks for, in IAM's sentence, or None.

    Args:
        resource: the ARN acted upon, `*`, or None if it is not known: then any that is allowed will do.
    """
    with roles_as_known():
        role = _role(role_arn)
        return _refusal(role, session_arn, action, resource) if role else None


def instance_problem(session_arn: str, action: str, resource: str, service: str = INSTANCES) -> str | None:
    """Why the role of an instance does not allow what its session asks for, or None.

    Args:
        session_arn: `arn:aws:sts::<account>:assumed-role/<role>/<instance id>`.
        service: who assumes the role: EC2, or Systems Manager for a machine outside AWS.
    """
    name = session_arn.split("/")[1]
    with roles_as_known():
        known = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].get_roles()
        role = next((role for role in known if role.name == name), None)
        if role is None or not trusts(json.loads(role.assume_role_policy_document), service, {}):
            return f"{'EC2' if service == INSTANCES else service} cannot assume the role {name}"
        return _refusal(role, session_arn, action, resource)


def ensure_service_linked_role() -> None:
    """Make AWSServiceRoleForECS if it is not there, as the first CreateCluster of an account does.

    U: AWS was seen to refuse now and then already the call that makes it, and never by which calls it does.

    Raises:
        AwsError: it was made a moment ago, and ECS does not know it yet.
    """
    backend = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    if _has_linked_role():
        with roles_as_known():
            if not _has_linked_role():
                raise invalid(UNKNOWN_LINKED_ROLE)
        return
    with building("iam-role", DEFAULT_ACCOUNT_ID, LINKED_ROLE):
        about = "Role to enable Amazon ECS to manage your cluster."
        backend.create_service_linked_role("ecs.amazonaws.com", about, "")


def ensure_role_of(principal: str, name: str) -> None:
    """Make the service-linked role of another service than ECS, if it is not there.

    Args:
        principal: the service's, `….amazonaws.com`.
        name: the role's, by which the account has it once.
    """
    backend = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    if all(role.name != name for role in backend.get_roles()):
        with building("iam-role", DEFAULT_ACCOUNT_ID, name):
            backend.create_service_linked_role(principal, "", "")


def _has_linked_role() -> bool:
    return any(role.name == LINKED_ROLE for role in iam_backends[DEFAULT_ACCOUNT_ID]["aws"].get_roles())


def _role(arn: str) -> Role | None:
    roles = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].get_roles()
    return next((role for role in roles if role.arn == arn), None)


def _refusal(role: Role, session: str, action: str, resource: str | None) -> str | None:
    decision = decide(_documents(role), action, resource)
    why = {
        Decision.NOT_ALLOWED: f"because no identity-based policy allows the {action} action",
        Decision.DENIED: "with an explicit deny in an identity-based policy",
    }.get(decision)
    if why is None:
        return None
    return f"User: {session} is not authorized to perform: {action} on resource: {resource or '*'} {why}"


def _documents(role: Role) -> list[dict[str, Any]]:
    attached = [
        version.document
        for policy in role.managed_policies.values()
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]
    return [json.loads(document) for document in [*role.policies.values(), *attached]]
