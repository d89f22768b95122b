"""Evidence: a call and a field, as a learner writes them, and as AWS's own models know them."""

import difflib
import functools
import re
from dataclasses import dataclass
from typing import Final, TypedDict

from botocore import xform_name
from botocore.loaders import Loader

from ecslab.aws_api.operations import changes
from ecslab.errors import EcslabError

SERVICES: Final = (
    "ecs", "ec2", "elbv2", "ecr", "iam", "logs", "secretsmanager", "servicediscovery", "route53",
)  # fmt: skip
"""Whose calls can be pointed at. Of a call that several have the first one is meant, unless it is named."""
VISIT: Final = "http get"
_VISIT_WORDS: Final = frozenset({"http", "https", "curl", "browser", "visit", "page"})
_VISIT_FIELDS: Final = frozenset({"status", "body", "answer", "timeout", "headers"})


class NoSuchEvidence(EcslabError, LookupError):
    """A call or a field that AWS does not have."""


@dataclass(frozen=True)
class Evidence:
    """Where a learner points: a service, a call of its CLI, and the field of the answer."""

    service: str
    call: str
    field: str

    def __str__(self) -> str:
        return f"`{self.field}` in `{f'aws {self.service} ' if self.service else ''}{self.call}`"


def located(call: str, field: str) -> Evidence:
    """What is meant by `("ecs describe-tasks", "stoppedReason")`, or by boto3's or the API's spelling.

    Raises:
        NoSuchEvidence: there is no such call, or its answer has no such field; with the nearest ones.
    """
    words = [word for word in re.split(r"[^A-Za-z0-9_-]+", str(call)) if word not in ("", "aws", "lab")]
    names = re.findall(r"[A-Za-z][A-Za-z0-9]*", str(field))  # of a path, as in `services[0].desiredCount`
    wanted = names[-1].lower() if names else ""
    if words and words[0].lower() in _VISIT_WORDS:
        if wanted not in _VISIT_FIELDS:
            raise NoSuchEvidence(f"of a visit one sees: {', '.join(sorted(_VISIT_FIELDS))}")
        return Evidence("", VISIT, wanted)
    service, operation = _operation(words, str(call))
    fields = _fields(service, operation)
    if wanted not in fields:
        near = difflib.get_close_matches(wanted, fields, 3) or sorted(fields)[:6]
        shown = ", ".join(fields[name] for name in near)
        raise NoSuchEvidence(
            f"the answer of `aws {service} {operation}` has no field {field!r}.\n  it has, for example: "
            f"{shown}"
        )
    return Evidence(service, operation, fields[wanted])


def _operation(words: list[str], call: str) -> tuple[str, str]:
    known = _operations()
    spelled = [xform_name(word, "-").replace("_", "-") for word in words]
    for word in spelled:
        services = [service for service in known.get(word, ()) if service in spelled] or known.get(word, ())
        if services:
            return services[0], word
    near = difflib.get_close_matches(spelled[-1] if spelled else "", known, 3)
    shown = ", ".join(f"'{known[name][0]} {name}'" for name in near) or "'ecs describe-tasks'"
    raise NoSuchEvidence(f"there is no call {call!r} that looks at something.\n  for example: {shown}")


class _Shape(TypedDict, total=False):
    """What botocore's own file says of a structure, a list or a map."""

    members: dict[str, dict[str, str]]
    member: dict[str, str]
    value: dict[str, str]


class _Model(TypedDict):
    """What botocore's own file says of a service, as far as it is needed here."""

    operations: dict[str, dict[str, dict[str, str]]]
    shapes: dict[str, _Shape]


@functools.cache
def _model(service: str) -> _Model:
    model: _Model = Loader().load_service_model(service, "service-2")
    return model


@functools.cache
def _operations() -> dict[str, tuple[str, ...]]:
    """The calls that read, as the CLI spells them, and whose they are."""
    operations: dict[str, tuple[str, ...]] = {}
    for service in SERVICES:
        for name in _model(service)["operations"]:
            if not changes(service, name):
                spelled = xform_name(name, "-")
                operations[spelled] = (*operations.get(spelled, ()), service)
    return operations


@functools.cache
def _fields(service: str, operation: str) -> dict[str, str]:
    """Every field of an operation's answer, at any depth: lower case, and as AWS spells it."""
    model = _model(service)
    name = next(name for name in model["operations"] if xform_name(name, "-") == operation)
    fields: dict[str, str] = {}
    todo = [model["operations"][name].get("output", {}).get("shape", "")]
    seen: set[str] = set()
    while todo:
        shape_name = todo.pop()
        if not shape_name or shape_name in seen:
            continue
        seen.add(shape_name)
        shape = model["shapes"][shape_name]
        for member, target in shape.get("members", {}).items():
            spelled = target.get("locationName", member) if service == "ec2" else member
            fields.setdefault(spelled.lower(), member)
            fields.setdefault(member.lower(), member)
            todo.append(target["shape"])
        todo += [target["shape"] for target in (shape.get("member"), shape.get("value")) if target]
    return fields
