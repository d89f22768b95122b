"""Why a task's secrets or environment files could not be had, in the words of ECS on Fargate.

Texts of stopped tasks, letter by letter; `U` marks what is put together by analogy.
"""

import json
from typing import Final

_AUTH: Final = "ResourceInitializationError: unable to pull secrets or registry auth: "
_RETRIED: Final = "service call has been retried 1 time(s): "
_FETCH: Final = f"{_AUTH}execution resource retrieval failed: "
_ASM: Final = f"{_FETCH}unable to retrieve secret from asm: {_RETRIED}"
_SSM: Final = f"{_FETCH}unable to retrieve secrets from ssm: {_RETRIED}"
_CANCELLED: Final = "https response error StatusCode: 0, RequestID: , canceled, context deadline exceeded"
_FILES: Final = "ResourceInitializationError: failed to download env files: "
_LITERALS: Final = {"t": "true", "f": "false", "n": "null"}


def secret_unreachable(arn: str) -> str:
    """The task has no way to Secrets Manager."""
    return (
        f"{_AUTH}unable to retrieve secret from asm: There is a connection issue between the task and AWS "
        f"Secrets Manager. Check your task network configuration. failed to fetch secret {arn} from secrets "
        f"manager: operation error Secrets Manager: GetSecretValue, {_CANCELLED}"
    )


def secret_denied(arn: str, request_id: str, denied: str) -> str:
    """The execution role may not read the secret; `denied` is IAM's sentence."""
    return f"{_ASM}{_asm(arn, request_id)}, api error AccessDeniedException: {denied}"


def secret_missing(arn: str, request_id: str, why: str) -> str:
    """No such secret, or no such version of it; `why` is Secrets Manager's sentence."""
    return f"{_ASM}{_asm(arn, request_id)}, ResourceNotFoundException: {why}"


def key_missing(key: str) -> str:
    """The secret is JSON, without that key."""
    return f"{_ASM}retrieved secret from Secrets Manager did not contain json key {key}"


def not_json(text: str) -> str:
    """A key is asked for, and the secret is no JSON object."""
    return f"{_ASM}{json_problem(text)}"


def parameters_unreachable() -> str:
    """The task has no way to Systems Manager."""
    return (
        f"{_AUTH}unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. "
        "There is a connection issue between the task and AWS Systems Manager Parameter Store. Check your "
        f"task network configuration. operation error SSM: GetParameters, {_CANCELLED}"
    )


def parameters_denied(request_id: str, denied: str) -> str:
    """The execution role may not read the parameters."""
    about = (
        f"operation error SSM: GetParameters, https response error StatusCode: 400, RequestID: {request_id}"
    )
    return f"{_SSM}{about}, api error AccessDeniedException: {denied}"


def parameters_missing(names: list[str]) -> str:
    """No such parameters."""
    return f"{_SSM}invalid ssm parameters: {','.join(names)}"


def file_unreachable() -> str:
    """The task has no way to S3."""
    return (
        f"{_FILES}file download command: non empty error stream: RequestCanceled: request context canceled "
        "caused by: context deadline exceeded"
    )


def file_refused(request_id: str, missing: bool) -> str:
    """S3 has no such file, or will not say so to a role that may not list the bucket."""
    status, why = (404, "NotFound: Not Found") if missing else (403, "Forbidden: Forbidden")
    return (
        f"{_FILES}{_RETRIED}operation error S3: HeadObject, https response error StatusCode: {status}, "
        f"RequestID: {request_id}, HostID: {request_id}, api error {why}"
    )


def json_problem(text: str) -> str:
    """What Go's JSON reader says of a text that is no object. U beyond a broken literal."""
    start = text.lstrip(" \t\r\n")
    literal = _LITERALS.get(start[:1], "")
    for position, expected in enumerate(literal[1 : len(start)], 1):
        if start[position] != expected:
            return f"invalid character '{start[position]}' in literal {literal} (expecting '{expected}')"
    if len(start) < len(literal):
        return "unexpected end of JSON input"
    try:
        value = json.loads(text)
    except json.JSONDecodeError as problem:
        return _syntax(problem)
    return f"json: cannot unmarshal {_kind(value)} into Go value of type map[string]interface {{}}"


def _syntax(problem: json.JSONDecodeError) -> str:
    character = problem.doc[problem.pos : problem.pos + 1]
    if not character or problem.msg.startswith("Unterminated"):
        return "unexpected end of JSON input"
    places = {
        "Expecting property name": "looking for beginning of object key string",
        "Expecting ':'": "after object key",
        "Expecting ','": "after object key:value pair",
        "Extra data": "after top-level value",
    }
    where = next((place for begins, place in places.items() if problem.msg.startswith(begins)), None)
    return f"invalid character '{character}' {where or 'looking for beginning of value'}"


def _kind(value: object) -> str:
    kinds = {bool: "bool", int: "number", float: "number", str: "string", list: "array"}
    return kinds.get(type(value), "object")


def _asm(arn: str, request_id: str) -> str:
    return (
        f"failed to fetch secret {arn} from secrets manager: operation error Secrets Manager: GetSecretValue"
        f", https response error StatusCode: 400, RequestID: {request_id}"
    )
