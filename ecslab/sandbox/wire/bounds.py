"""How much a request may ask for: refused at once, in AWS's words, before moto counts to a billion.

moto takes numbers, texts and lists of any size. AWS's own models (botocore's) say how much an operation
takes; what they leave open is bounded here by the service's documented quotas, or, marked U, by ours. ECS is
not among these: its handlers know its limits themselves.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl

from botocore.model import ListShape, MapShape, Shape, StructureShape

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.malformed import json_object
from ecslab.sandbox.wire.service_models import service_model
from ecslab.sandbox.world.errors import AwsError

FIELDS: Final = 1000  # of a form; U
MANY_FIELDS: Final = 50_000  # of PutMetricData: 1,000 metrics with dimensions and values; U
_LONGEST: Final = 64 << 10  # characters of one value of EC2's; its longest, UserData, has 22,000. U
_COUNT: Final = 100  # of things that one call to EC2 makes; U
_FILTERS, _FILTER_VALUES = 50, 200  # "up to 50 filters and up to 200 values per filter in a single call"
_FILTERS_SAID: Final = "The request uses too many filters or too many filter values."
_RULES: Final = 60  # of a security group, in one direction: Amazon VPC quotas
_TAGS: Final = 50  # of a resource: Tagging AWS resources, limits
_DEEPEST: Final = 40  # levels of a policy; U
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_POLICY: Final = re.compile(r"(\w*PolicyDocument|Policy)")
_RULE: Final = re.compile(r"IpPermissions\.(\d+)\.(?:IpRanges|Ipv6Ranges|Groups|PrefixListIds)\.(\d+)\.")
_FILTER: Final = re.compile(r"Filter\.([^.]+)(\.Value\.)?")
_TAG: Final = re.compile(r"(?:Tag|Tags\.member|TagSpecification\.\d+\.Tag)\.([^.]+)\.Key")
_BAD_TOKEN: Final = {
    "ecr": (
        "InvalidParameterException",
        "Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid token'",
    ),
    "ec2": ("InvalidPaginationToken", "The specified pagination token is not valid or is expired."),
    "elasticloadbalancing": ("ValidationError", "The marker is not valid."),  # U
    "iam": ("ValidationError", "Invalid Marker."),  # U
    "logs": ("InvalidParameterException", "The specified nextToken is invalid."),
    "secretsmanager": ("InvalidNextTokenException", "The NextToken value is invalid."),
    "ssm": ("InvalidNextToken", "The specified token is not valid."),
    "application-autoscaling": ("InvalidNextTokenException", "The NextToken value is not valid"),
    "autoscaling": ("InvalidNextToken", "The token is not valid."),  # U
}  # fmt: skip
_PAGED: Final = {
    "ec2": ("DescribeInstances", "DescribeIamInstanceProfileAssociations", "DescribeVpcEndpointServices"),
    "elasticloadbalancing": ("DescribeListenerCertificates", "DescribeListeners", "DescribeLoadBalancers",
                             "DescribeRules", "DescribeSSLPolicies", "DescribeTargetGroups"),
}  # fmt: skip
"""Operations that moto answers in pages; the other ones of these services give no token."""
_PLACE: Final = re.compile(r"[0-9]{1,7}")
"""What moto gives for a token in IAM, Secrets Manager, Systems Manager and ECR: how many came before."""
_TOKENS: Final = frozenset({"nexttoken", "marker", "startingtoken"})


def check(request: HttpRequest, service: str, operation: str) -> None:
    """Refuse a request to moto's services that asks for more than the operation can mean.

    Raises:
        AwsError: as the service words it.
    """
    model = service_model(service)
    if model is None or operation not in model.operation_names:
        return
    shape = model.operation_model(operation).input_shape
    if "x-amz-target" in request.headers:
        given = json_object(request.body, layer=service == "ecr")
        _check_token(service, operation, given or {})
        beyond = next(_beyond(shape, given, ""), None) if shape and given else None
        if beyond:
            raise _broken(service, *beyond)
        return
    form = dict(parse_qsl(form_text(request), keep_blank_values=True))
    _check_token(service, operation, form)
    if service == "ec2":
        _check_ec2(form, operation)
    elif service in ("iam", "sts"):
        _check_policies(form, operation)
    if _tags(form) > _TAGS:
        raise _too_many_tags(service)
    for name, member in (shape.members if isinstance(shape, StructureShape) else {}).items():
        wire_name = str(member.serialization.get("name", name))
        problem = _beyond_form(member, wire_name[:1].upper() + wire_name[1:], form)
        if problem:
            raise _broken(service, name[0].lower() + name[1:], *problem)


def form_text(request: HttpRequest) -> str:
    """Query and body of a form.

    Raises:
        AwsError: it has more fields than any request needs.
    """
    most = MANY_FIELDS if b"Action=PutMetricData&" in request.body else FIELDS
    if request.query.count("&") + request.body.count(b"&") > most:
        if b"Filter.1" in request.body:
            raise AwsError("FilterLimitExceeded", _FILTERS_SAID)
        code = "InvalidParameterValue" if b"Version=2016-11-15" in request.body else "ValidationError"
        raise AwsError(code, f"The request has more than {FIELDS} parameters.")  # U
    return f"{request.query}&{request.body.decode('utf-8', 'replace')}"


def bad_token(request: HttpRequest, service: str) -> AwsError | None:
    """What a service says of a pagination token that it never gave; None if there is none in the request."""
    if "x-amz-target" in request.headers:
        names: Mapping[str, object] = json_object(request.body) or {}
    else:
        names = dict(parse_qsl(form_text(request), keep_blank_values=True))
    given = any(name.lower() in _TOKENS for name in names)
    return AwsError(*_BAD_TOKEN[service]) if given and service in _BAD_TOKEN else None


def _check_token(service: str, operation: str, names: Mapping[str, object]) -> None:
    token = next((value for name, value in names.items() if name.lower() in _TOKENS and value), None)
    if token is None:
        return
    strange = service in _PAGED and operation not in _PAGED[service]
    if service in ("iam", "secretsmanager", "ssm", "ecr"):
        strange = not _PLACE.fullmatch(str(token))
    if strange:
        raise AwsError(*_BAD_TOKEN[service])


def _beyond(shape: Shape, given: object, path: str) -> Iterator[tuple[str, object, str]]:
    """Where a value is beyond its shape's bounds: where, the value, and the bound in words."""
    if isinstance(shape, StructureShape) and isinstance(given, dict):
        for name, member in shape.members.items():
            if given.get(name) is not None:
                yield from _beyond(member, given[name], f"{path}.{name}".strip("."))
        return
    if problem := _problem(shape, given):
        yield path, given, problem
    elif isinstance(shape, ListShape) and isinstance(given, list):
        for number, item in enumerate(given, 1):
            yield from _beyond(shape.member, item, f"{path}.{number}.member")
    elif isinstance(shape, MapShape) and isinstance(given, dict):
        for key, item in given.items():
            yield from _beyond(shape.value, item, f"{path}.{key[:80]}.member")


def _beyond_form(shape: Shape, name: str, form: Mapping[str, str]) -> tuple[object, str] | None:
    """The same of a form's member: a number, a text, or the length of a list."""
    given: object = form.get(name)
    if isinstance(shape, ListShape):
        item = re.compile(rf"{re.escape(name)}(?:\.member)?\.([0-9]+)(?:\.|\Z)")
        given = sorted({match[1] for field in form if (match := item.match(field))})
    elif shape.type_name in ("integer", "long"):
        if not _INTEGER.fullmatch(str(given)):
            return None  # at which moto's parser fails, and `moto_failure` has the words
        given = int(str(given)[:40])
    problem = _problem(shape, given)
    return (given, problem) if problem else None


def _problem(shape: Shape, given: object) -> str | None:
    if shape.type_name in ("integer", "long") and isinstance(given, int):
        what, size = "value", given
    elif (shape.type_name == "string" and isinstance(given, str)) or (
        shape.type_name in ("list", "map") and isinstance(given, list | dict)
    ):
        what, size = "length", len(given)
    else:
        return None
    most = shape.metadata.get("max")
    if most is None and shape.name.lower() in ("taglist", "tags", "taglisttype"):
        most = _TAGS
    if most is not None and size > most:
        return f"{what} less than or equal to {most}"
    least = shape.metadata.get("min")
    if what == "value" and least is not None and size < least:
        return f"{what} greater than or equal to {least}"
    return None


def _broken(service: str, path: str, value: object, bound: str) -> AwsError:
    if service == "ecr":
        return AwsError(
            "InvalidParameterException",
            f"Invalid parameter at '{path}' failed to satisfy constraint: 'Member must have {bound}'",
        )
    if service == "ec2":
        return AwsError(
            "InvalidParameterValue", f"Value ( {_shown(value)} ) for parameter {path} is invalid."
        )
    if service == "application-autoscaling":
        path = ".".join(part[:1].lower() + part[1:] for part in path.split("."))
    json_protocol = service in ("secretsmanager", "ssm", "kms", "logs", "acm", "application-autoscaling")
    code = "InvalidParameterException" if service == "logs" else "ValidationException"
    sentence = f"Value '{_shown(value)}' at '{path}' failed to satisfy constraint: Member must have {bound}"
    return AwsError(code if json_protocol else "ValidationError", f"1 validation error detected: {sentence}")


def _shown(value: object) -> str:
    """A value as AWS shows it, though never at its full length."""
    text = f"[{', '.join(map(str, value[:10]))}]" if isinstance(value, list) else str(value)[:512]
    return text if len(text) <= 128 else f"{text[:128]}…"


def _check_ec2(form: Mapping[str, str], operation: str) -> None:
    for name, value in form.items():
        if len(value) > _LONGEST:
            raise AwsError("InvalidParameterValue", f"The value of parameter {name[:80]} is too long.")  # U
        if name.endswith("Count") and _INTEGER.fullmatch(value) and int(value[:40]) > _COUNT:
            raise _too_many_things(operation, name, int(value[:40]))
    numbers = Counter(match[1] for name in form if (match := _FILTER.match(name)) and match[2])
    if len(numbers) > _FILTERS or max(numbers.values(), default=0) > _FILTER_VALUES:
        raise AwsError("FilterLimitExceeded", _FILTERS_SAID)
    rules = {(match[1], match[2]) for name in form if (match := _RULE.match(name))}
    if len(rules) > _RULES:
        sentence = "The maximum number of rules per security group has been reached."
        raise AwsError("RulesPerSecurityGroupLimitExceeded", sentence)


def _too_many_things(operation: str, name: str, count: int) -> AwsError:
    if operation == "RunInstances" and name in ("MinCount", "MaxCount"):
        return AwsError(
            "InstanceLimitExceeded",
            f"You have requested more instances ({count}) than your current instance limit of 20 allows for "
            "the specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to "
            "request an adjustment to this limit.",
        )
    return AwsError("InvalidParameterValue", f"Value ({count}) for parameter {name} is invalid.")  # U


def _tags(form: Mapping[str, str]) -> int:
    return sum(1 for name in form if _TAG.fullmatch(name))


def _too_many_tags(service: str) -> AwsError:
    if service == "ec2":
        return AwsError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
    if service == "elasticloadbalancing":
        return AwsError("TooManyTags", "You've reached the limit on the number of tags per load balancer.")
    return AwsError(
        "LimitExceeded", f"The number of tags has reached the maximum limit of {_TAGS}.", 409
    )  # U


def _check_policies(form: Mapping[str, str], operation: str) -> None:
    """Policies that are no JSON objects, or so deep that nobody could evaluate them."""
    trust = operation in ("CreateRole", "UpdateAssumeRolePolicy")
    sentence = "This policy contains invalid Json" if trust else "Syntax errors in policy."
    for name, value in form.items():
        if _POLICY.fullmatch(name) and not _is_policy(value):
            raise AwsError("MalformedPolicyDocument", sentence)


def _is_policy(text: str) -> bool:
    depth = deepest = 0
    for letter in re.findall(r"[][{}]", text):  # brackets within texts count too; policies have few
        depth += 1 if letter in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        return False
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
