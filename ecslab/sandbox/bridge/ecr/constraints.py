"""Numbers, texts and lists of a request to ECR, held against the limits in AWS's own model (botocore's)."""

import json
from functools import cache
from typing import Final

from botocore.model import ServiceModel, Shape

from ecslab.sandbox.bridge.ecr.errors import EcrError, invalid_parameter
from ecslab.sandbox.wire.service_models import service_model

_WITH_LENGTH: Final = {("list", list), ("string", str)}
_OWN_WORDS: Final = frozenset({"RepositoryName", "ImageTag"})
"""Shapes that are refused elsewhere, in other words."""


@cache
def _model() -> ServiceModel:
    known = service_model("ecr")
    assert known is not None, "botocore carries it"
    return known


def broken(operation: str, body: str | bytes | None) -> EcrError | None:
    """The refusal for the first member that is too small or too large; None if there is none."""
    given = json.loads(body or "{}")
    if operation not in _model().operation_names or not isinstance(given, dict):
        return None
    shape = _model().operation_model(operation).input_shape
    for name, member in (shape.members if shape else {}).items():
        problem = _problem(member, given.get(name))
        if problem:
            return invalid_parameter(name, f"Member must have {problem}")
    return None


def _problem(shape: Shape, value: object) -> str | None:
    if shape.type_name == "integer" and isinstance(value, int):
        what, size = "value", value
    elif (shape.type_name, type(value)) in _WITH_LENGTH and shape.name not in _OWN_WORDS:
        what, size = "length", len(value)  # type: ignore[arg-type]
    else:
        return None
    least, most = shape.metadata.get("min", size), shape.metadata.get("max", size)
    if size < least:
        return f"{what} greater than or equal to {least}"
    return f"{what} less than or equal to {most}" if size > most else None
