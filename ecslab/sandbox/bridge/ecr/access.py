"""May this principal do that to a repository? What its role allows, and what the repository's policy says.

Within an account one of the two has to allow it, and neither may deny it. The account itself needs no leave.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from moto.ecr.models import ecr_backends

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.bridge.late_backends import backend
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.permissions import Decision, decide_for_principals

_DENIED: Final = "with an explicit deny"
_REPOSITORY: Final = re.compile(r"arn:aws:ecr:(?P<region>[^:]+):(?P<account>[^:]+):repository/(?P<name>.+)")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Args:
        arn: as refusals name it: the account's root, or a session of a role.
        role: ARN of the role, for a session of one.
    """

    arn: str
    role: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What a policy may call it, besides `*` and its account."""
        return (self.arn, self.role) if self.role else (self.arn,)


def principal(access_key: str | None) -> Principal:
    """Whose key it is: a session of a role has one of STS; any other is the account's own."""
    if access_key and access_key.startswith("ASIA"):
        session = backend("sts").get_assumed_role_from_access_key(access_key)
        if session is not None:
            return Principal(str(session.arn), str(session.role_arn))
    return Principal(f"arn:aws:iam::{current_account().id}:root")


def task(role: str, task_id: str) -> Principal:
    """The session under which a task's image is pulled."""
    name = role.rpartition("/")[2]
    return Principal(f"arn:aws:sts::{current_account().id}:assumed-role/{name}/{task_id}", role)


def is_denied(policy: str, who: Principal, action: str) -> bool:
    """Whether a repository policy denies the action to the principal."""
    judged = decide_for_principals(json.loads(policy), who.names, current_account().id, action)
    return judged is Decision.DENIED


def check(access_key: str, operation: str, region: str, body: bytes) -> None:
    """Let a call of the API pass if its caller may make it.

    Raises:
        AwsError: in IAM's sentence.
    """
    who, action = principal(access_key), f"ecr:{operation}"
    named: list[str | None] = [*_asked_for(region, body)]
    for arn in named or [None]:
        refusal = problem(who, action, arn)
        if refusal:
            raise AwsError("AccessDeniedException", refusal)


def _asked_for(region: str, body: bytes) -> Iterator[str]:
    """ARNs of the repositories that a request names."""
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        return
    if not isinstance(given, dict):
        return
    if given.get("resourceArn"):
        yield str(given["resourceArn"])
    several = given.get("repositoryNames")
    for name in [given.get("repositoryName"), *(several if isinstance(several, list) else [])]:
        if name:
            yield f"arn:aws:ecr:{region}:{current_account().id}:repository/{name}"


def problem(who: Principal, action: str, arn: str | None) -> str | None:
    """Why `who` may not do it, in the sentence of an AccessDeniedException, or None.

    Args:
        action: as `ecr:BatchGetImage`.
        arn: of the repository, which need not be there; None for a call that names none.
    """
    decision = _of_policy(who, action, arn)
    if decision is Decision.DENIED:
        return (f"User: {who.arn} is not authorized to perform: {action} on resource: {arn} with an "
                "explicit deny in a resource-based policy")  # fmt: skip
    if who.role is None:
        return None
    refusal = roles.session_problem(who.role, who.arn, action, arn)
    if refusal and decision is Decision.ALLOWED and _DENIED not in refusal:
        return None
    return refusal


def _of_policy(who: Principal, action: str, arn: str | None) -> Decision:
    """What the repository's policy says of it; nothing, without a policy."""
    named, account = _REPOSITORY.fullmatch(arn or ""), current_account().id
    regions = ecr_backends[account]
    if not named or named["account"] != account or named["region"] not in regions.regions:
        return Decision.NOT_ALLOWED
    repository = regions[named["region"]].repositories.get(named["name"])
    if repository is None or not repository.policy:
        return Decision.NOT_ALLOWED
    return decide_for_principals(json.loads(repository.policy), who.names, account, action)
