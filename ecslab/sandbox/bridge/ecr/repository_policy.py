"""A repository policy's text: AWS's own form of it, and what makes it invalid.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.models import iam_backends
from moto.iam.policy_validation import IAMPolicyDocumentValidator

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ecr.errors import EcrError, invalid_parameter

_ORDER: Final = ("Version", "Id", "Statement")
_STATEMENT_ORDER: Final = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition",
)  # fmt: skip
_LENIENT: Final = ("_validate_resource_exist", "_validate_version", "_validate_sid_uniqueness")
"""What IAM asks of a policy, and ECR does not of one of a repository."""
_OLDEST: Final = "2008-10-17"
_IDENTITY: Final = re.compile(r"arn:aws:iam::(?P<account>\d{12}):(?P<kind>role|user)/(?P<name>.+)")
_PRINCIPAL: Final = re.compile(
    r"\*|\d{12}|arn:aws:iam::\d{12}:(root|(role|user)/.+)|arn:aws:sts::\d{12}:(assumed-role|federated-user)/.+"
)


def canonical(text: str) -> str:
    """The text as AWS keeps it: printed its way, and lists of one as what is in them.

    Source: radkawar/stackd testdata/aws/ecr.

    Raises:
        EcrError: AWS would not take it.
    """
    document = _parsed(text)
    policy: dict[str, object] = {"Version": document.get("Version", _OLDEST)}
    if "Id" in document:
        policy["Id"] = document["Id"]
    statements = document["Statement"]
    listed = statements if isinstance(statements, list) else [statements]
    policy["Statement"] = [
        {name: _value(name, statement[name]) for name in _STATEMENT_ORDER if name in statement}
        for statement in listed
    ]
    return _printed(policy)


def _parsed(text: str) -> dict[str, Any]:
    validator = IAMPolicyDocumentValidator(text)
    for rule in _LENIENT:
        setattr(validator, rule, lambda: None)
    try:
        validator.validate()
        document: dict[str, Any] = json.loads(text)
    except (MalformedPolicyDocument, ValueError, RecursionError, TypeError, AttributeError):
        raise _invalid() from None
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        _check(statement)
    return document


def _check(statement: Mapping[str, Any]) -> None:
    """EcrError for a resource (awsdocs/amazon-ecr-user-guide#20), no principal, or one that is nobody."""
    if set(statement) - set(_STATEMENT_ORDER) or ("Principal" in statement) == ("NotPrincipal" in statement):
        raise _invalid()
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    if principal == "*":
        return
    if not isinstance(principal, dict) or not principal:
        raise _invalid()
    named = principal.get("AWS", [])
    for arn in named if isinstance(named, list) else [named]:
        if not isinstance(arn, str) or not _PRINCIPAL.fullmatch(arn):
            raise _invalid()
        if _is_nobody(arn):  # hashicorp/terraform-provider-aws#39190
            raise invalid_parameter("PolicyText", "Principal not found")


def _is_nobody(arn: str) -> bool:
    """Whether it is a role or user of this account that is not there; of others nobody can know."""
    named, account = _IDENTITY.fullmatch(arn), current_account().id
    if not named or named["account"] != account:
        return False
    backend = iam_backends[account]["aws"]
    known = backend.get_roles() if named["kind"] == "role" else backend.users.values()
    return all(identity.arn != arn for identity in known)


def _invalid() -> EcrError:
    return invalid_parameter("PolicyText", "Invalid repository policy provided")


def _value(name: str, value: object) -> object:
    if name in ("Principal", "NotPrincipal") and isinstance(value, dict):
        return {kind: _unwrapped([_root(who) for who in _list(named)]) for kind, named in value.items()}
    return _unwrapped(value) if name in ("Action", "NotAction") else value


def _root(who: object) -> object:
    """An account's number stands for its root (U: here as in other policies)."""
    return f"arn:aws:iam::{who}:root" if isinstance(who, str) and re.fullmatch(r"\d{12}", who) else who


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _unwrapped(value: object) -> object:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _printed(value: object, indent: str = "") -> str:
    """As the printer of AWS's JSON library does it: members on lines of their own, lists on one."""
    if isinstance(value, dict):
        inner = f"{indent}  "
        members = ",\n".join(
            f"{inner}{json.dumps(name)} : {_printed(each, inner)}" for name, each in value.items()
        )
        return f"{{\n{members}\n{indent}}}" if members else "{ }"
    if isinstance(value, list):
        return f"[ {', '.join(_printed(each, indent) for each in value)} ]" if value else "[ ]"
    return json.dumps(value, ensure_ascii=False)
