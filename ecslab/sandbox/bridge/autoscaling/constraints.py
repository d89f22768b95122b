"""A request held against AWS's model: what is missing, and words outside an enumeration, as AWS says it.

Values of a wrong type or beyond a length are refused before (`wire`).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.model import ListShape, Shape, StructureShape

from ecslab.sandbox.wire.service_models import service_model
from ecslab.sandbox.world.errors import AwsError

SERVICE: Final = "application-autoscaling"
_ALSO: Final = {"PolicyType": ("RightSizing",)}
"""Words that AWS's refusal names, and botocore's model does not have yet."""


def check(operation: str, given: Mapping[str, Any]) -> None:
    """Refuse a request that AWS's model does not take.

    Raises:
        AwsError: ValidationException, which counts what is wrong.
    """
    model = service_model(SERVICE)
    assert model is not None, "botocore carries it"
    shape = model.operation_model(operation).input_shape
    problems = list(_problems(shape, given, "")) if shape else []
    if problems:
        errors = "error" if len(problems) == 1 else "errors"
        raise invalid(f"{len(problems)} validation {errors} detected: {'; '.join(problems)}")


def invalid(message: str) -> AwsError:
    """ValidationException with this sentence."""
    return AwsError("ValidationException", message)


def _problems(shape: Shape, given: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            if given.get(name) is None:
                yield _failed("null", _below(path, name), "Member must not be null", quoted=False)
        for name, member in shape.members.items():
            if given.get(name) is not None:
                yield from _problems(member, given[name], _below(path, name))
    elif isinstance(shape, ListShape):
        for number, item in enumerate(given, 1):
            yield from _problems(shape.member, item, f"{path}.{number}.member")
    else:
        words = getattr(shape, "enum", None)
        words = words and sorted({*words, *_ALSO.get(shape.name, ())})
        if words and given not in words:
            yield _failed(given, path, f"Member must satisfy enum value set: [{', '.join(words)}]")


def _failed(value: object, path: str, rule: str, quoted: bool = True) -> str:
    shown = f"'{value}'" if quoted else value
    return f"Value {shown} at '{path}' failed to satisfy constraint: {rule}"


def _below(path: str, name: str) -> str:
    inner = name[:1].lower() + name[1:]
    return f"{path}.{inner}" if path else inner
