"""May the program in a container make this call? Its role's policies, asked for each request it signs.

Only roles are judged: whoever holds the sandbox's own key may do everything. The resource is read from the
request where that is simple (`_RESOURCES`, and paths of S3); elsewhere an action that any statement allows
for some resource passes.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
"""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.iam import customer_keys, ecs_resources, roles
from ecslab.sandbox.bridge.iam.customer_keys import DENIED, DENIED_PARAMETER
from ecslab.sandbox.bridge.late_backends import backend
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.texts import tables

FREE: Final = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
"""What needs no permission (API_GetCallerIdentity)."""
_PREFIXES: Final = {"monitoring": "cloudwatch", "email": "ses", "tagging": "tag"}
"""Signing name: the service's prefix in policies, where they differ."""
_RESOURCES: Final = tables(__file__)
_DECRYPTING: Final = frozenset(
    {"secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters"}
)  # fmt: skip
_S3_ACTIONS: Final = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject",
                      "POST": "PutObject"}  # fmt: skip
_S3_BUCKET: Final = {"GET": "ListBucket", "HEAD": "ListBucket", "PUT": "CreateBucket",
                     "DELETE": "DeleteBucket", "POST": "DeleteObject"}  # fmt: skip


def check(
    access_key: str,
    service: str,
    operation: str,
    region: str,
    method: str,
    path: str,
    body: bytes,
    query: str,
) -> None:
    """Let a call pass, if a role's keys signed it and the role allows it; AwsError, as the service refuses.

    `access_key` signed; `service` is its signing name; S3's operations are read from method and path.
    """
    session = backend("sts").get_assumed_role_from_access_key(access_key)
    if session is None:
        return
    action, resources = _asked(service, operation, region, method, path, body, query)
    if action in FREE:
        return
    for resource in resources:
        refusal = roles.session_problem(session.role_arn, session.arn, action, resource)
        if refusal:
            raise _refused(service, refusal)
    if service == "ecs":
        for role in ecs_resources.passed_roles(operation, region, body):
            refusal = roles.session_problem(session.role_arn, session.arn, "iam:PassRole", role)
            if refusal:
                raise _refused(service, refusal)
    if action in _DECRYPTING:
        names = list(_values(_RESOURCES[service]["members"], body, query))
        _check_keys(service, names, region, body, session)


def _check_keys(service: str, names: list[str], region: str, body: bytes, session: Any) -> None:
    """Whoever reads what a customer's key encrypted needs that key too."""

    def is_allowed(action: str, resource: str) -> bool:
        return roles.session_problem(session.role_arn, session.arn, action, resource) is None

    if service == "ssm":
        if json.loads(body or b"{}").get("WithDecryption") is not True:
            return
        keys = [customer_keys.key_of_parameter(name, region) for name in names]
        sentence = DENIED_PARAMETER.format(request_id=rng.uuid4())
    else:
        keys, sentence = [customer_keys.key_of_secret(name, region) for name in names], DENIED
    if any(customer_keys.is_denied(key, region, is_allowed) for key in keys):
        raise _refused(service, sentence)


def _asked(
    service: str, operation: str, region: str, method: str, path: str, body: bytes, query: str
) -> tuple[str, list[str | None]]:
    """The action, and the resources it is about; None stands for one that is not read from the request."""
    if service == "s3":
        return _asked_of_s3(method, path)
    action = f"{_PREFIXES.get(service, service)}:{operation}"
    named = _RESOURCES.get(service, {"members": (), "arn": ""})
    if service == "ecs":
        return action, ecs_resources.resources(operation, region, body)
    about = {"region": region, "account": current_account().id}
    values = list(_values(named["members"], body, query))
    return action, [_arn(service, value, named["arn"], about) for value in values] or [None]


def _values(names: tuple[str, ...], body: bytes, query: str) -> Iterator[str]:
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        given = parse_qs(f"{query}&{body.decode('utf-8', 'replace')}")
    for name in names:
        value = given.get(name) if isinstance(given, dict) else None
        yield from (str(each) for each in (value if isinstance(value, list) else [value] if value else []))


def _arn(service: str, value: str, form: str, about: dict[str, str]) -> str:
    if value.startswith("arn:"):
        return value
    if service == "secretsmanager":
        secret = backend("secretsmanager", about["region"]).secrets.get(value)
        if secret is not None:
            return str(secret.arn)
    return form.format(value=value.lstrip("/"), **about)


def _asked_of_s3(method: str, path: str) -> tuple[str, list[str | None]]:
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    if not bucket:
        return "s3:ListAllMyBuckets", ["*"]
    if not key:
        return f"s3:{_S3_BUCKET.get(method, 'ListBucket')}", [f"arn:aws:s3:::{bucket}"]
    return f"s3:{_S3_ACTIONS.get(method, 'GetObject')}", [f"arn:aws:s3:::{bucket}/{key}"]


def _refused(service: str, sentence: str) -> AwsError:
    if service == "ec2":
        text = f"You are not authorized to perform this operation. {sentence}"
        return AwsError("UnauthorizedOperation", text, 403)
    if service in ("s3", "iam", "sts", "elasticloadbalancing", "monitoring"):
        return AwsError("AccessDenied", sentence, 403)
    return AwsError("AccessDeniedException", sentence, 400)
