"""May this principal do that? IAM's rules over the policies a role carries.

Pure: policies come in as parsed JSON. A statement that denies wins over any that allows; what nothing
allows is denied. Conditions are judged where the sandbox knows the key; others count as met.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Final

from ecslab.sandbox.world.wildcards import pattern

Document = Mapping[str, object]
Known = Mapping[str, str]

ASSUME_ROLE: Final = "sts:AssumeRole"
_LIKE: Final = {"stringlike", "arnlike", "arnequals"}


class Decision(Enum):
    ALLOWED = "allowed"
    NOT_ALLOWED = "nothing allows it"
    DENIED = "a statement denies it"


def decide(documents: Iterable[Document], action: str, resource: str | None) -> Decision:
    """Judge identity-based policies.

    Args:
        action: `<service>:<Operation>`, letters of either case.
        resource: the ARN acted upon, or `*`. None if it is not known: what is allowed for some resource
            counts as allowed, and what is denied for all as denied.
    """
    applicable = [
        statement
        for document in documents
        for statement in _statements(document)
        if _covers(statement, "Action", action) and _concerns(statement, resource)
    ]
    return _outcome(applicable)


def trusts(document: Document, service: str, known: Known) -> bool:
    """Whether a trust policy lets `service` (`ecs-tasks.amazonaws.com`) assume the role.

    Args:
        known: what the request tells by condition key, lower case (`aws:sourceaccount`).
    """
    applicable = [
        statement
        for statement in _statements(document)
        if _covers(statement, "Action", ASSUME_ROLE)
        and _names(statement.get("Principal"), service)
        and _conditions_met(statement.get("Condition", {}), known)
    ]
    return _outcome(applicable) is Decision.ALLOWED


def decide_for_principals(
    document: Document, names: Iterable[str], account: str, action: str, known: Known | None = None
) -> Decision:
    """Judge a resource's own policy for one principal of the resource's account.

    Args:
        names: ARNs that a policy may call the principal by: of itself, of its role.
        account: of the principal. A statement that names it as a whole denies to everybody in it, and allows
            to its root alone: to others it only leaves to their own policies whether they may.
        known: what the request tells by condition key, lower case.
    """
    exactly = {"*", *names}
    whole = {account, f"arn:aws:iam::{account}:root"}
    applicable = [
        statement
        for statement in _statements(document)
        if _covers(statement, "Action", action)
        and _is_principal(statement, exactly | whole if statement.get("Effect") == "Deny" else exactly)
        and _conditions_met(statement.get("Condition", {}), known or {})
    ]
    return _outcome(applicable)


def decide_at_endpoint(
    document: Document, names: Iterable[str], account: str, action: str, resource: str | None
) -> Decision:
    """Judge the policy of a VPC endpoint, which names principals, actions and resources.

    Args:
        names: ARNs that the policy may call the principal by; an account's root stands for all in it.
        resource: as `decide` takes it.
    """
    callers = {"*", account, f"arn:aws:iam::{account}:root", *names}
    applicable = [
        statement
        for statement in _statements(document)
        if _covers(statement, "Action", action)
        and _concerns(statement, resource)
        and _is_principal(statement, callers)
    ]
    return _outcome(applicable)


def _is_principal(statement: Document, names: set[str]) -> bool:
    if "NotPrincipal" in statement:
        return not _listed(statement["NotPrincipal"]) & names
    return bool(_listed(statement.get("Principal", {})) & names)


def _listed(principal: object) -> set[str]:
    if isinstance(principal, Mapping):
        return set(_list(principal.get("AWS", [])))
    return {str(principal)}


def _outcome(applicable: list[Document]) -> Decision:
    effects = {statement.get("Effect") for statement in applicable}
    if "Deny" in effects:
        return Decision.DENIED
    return Decision.ALLOWED if "Allow" in effects else Decision.NOT_ALLOWED


def _statements(document: Document) -> list[Document]:
    statements = document.get("Statement", [])
    listed = statements if isinstance(statements, list) else [statements]
    return [statement for statement in listed if isinstance(statement, Mapping)]


def _concerns(statement: Document, resource: str | None) -> bool:
    if resource is not None:
        return _covers(statement, "Resource", resource)
    return statement.get("Effect") == "Allow" or "*" in _list(statement.get("Resource", []))


def _covers(statement: Document, element: str, value: str) -> bool:
    if f"Not{element}" in statement:
        return not _matches(statement[f"Not{element}"], value, element)
    return _matches(statement.get(element, []), value, element)


def _matches(patterns: object, value: str, element: str) -> bool:
    ignore_case = element == "Action"
    return any(pattern(wildcards, ignore_case).fullmatch(value) for wildcards in _list(patterns))


def _names(principal: object, service: str) -> bool:
    if isinstance(principal, Mapping):
        return service in _list(principal.get("Service", []))
    return principal == "*"


def _conditions_met(conditions: object, known: Known) -> bool:
    operators = conditions.items() if isinstance(conditions, Mapping) else ()
    return all(
        _condition_met(operator.lower(), wanted, known[key.lower()])
        for operator, keys in operators
        for key, wanted in keys.items()
        if key.lower() in known
    )


def _condition_met(operator: str, wanted: object, actual: str) -> bool:
    operator = operator.removesuffix("ifexists")
    if operator == "stringequals":
        return actual in _list(wanted)
    if operator in _LIKE:
        return any(pattern(wildcards, False).fullmatch(actual) for wildcards in _list(wanted))
    return True


def _list(value: object) -> list[str]:
    return list(value) if isinstance(value, list) else [str(value)]
