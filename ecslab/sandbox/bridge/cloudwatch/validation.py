"""A request to CloudWatch held against AWS's model of it, and refused in CloudWatch's words.

Operations on metrics are older than those on alarms, and word refusals in their own way. The model is the one
that botocore carries (`cloudwatch/2010-08-01`).
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from ecslab.sandbox.wire.service_models import service_model
from ecslab.sandbox.world.errors import AwsError

__all__ = [
    "Problem",
    "check_shape",
    "checked_input",
    "combination",
    "detected",
    "invalid_value",
    "model",
    "problems",
    "seconds_of",
    "typed",
    "validation_error",
]

Problem = tuple[str, Any, str]
"""Where a value is not as the model wants it, the value, and what is wanted of it."""

_OF_METRICS: Final = frozenset({"PutMetricData", "GetMetricStatistics", "ListMetrics", "GetMetricData"})
_RECORDED: Final = {"StateValue": ("INSUFFICIENT_DATA", "ALARM", "OK")}
"""In which order CloudWatch names the words of an enumeration. U of the other ones."""
_SURROGATE: Final = "\\uD800"
"""In a pattern that allows every character of XML, which Java writes as halves of pairs."""
_BEYOND: Final = 2.0**360
"""Values between -2**360 and 2**360 are taken (API_MetricDatum)."""


@cache
def model() -> ServiceModel:
    """botocore's model of CloudWatch."""
    known = service_model("cloudwatch")
    assert known is not None, "botocore carries it"
    return known


def validation_error(sentence: str) -> AwsError:
    return AwsError("ValidationError", sentence)


def invalid_value(sentence: str) -> AwsError:
    return AwsError("InvalidParameterValue", sentence)


def combination(sentence: str) -> AwsError:
    return AwsError("InvalidParameterCombination", sentence)


def checked_input(operation: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The input without nulls, its timestamps in epoch seconds.

    Raises:
        AwsError: a member is missing, beyond its bounds or outside its words.
    """
    shape = model().operation_model(operation).input_shape
    if shape is None:
        return {}
    checked: dict[str, Any] = typed(shape, given)
    if operation in _OF_METRICS:
        missing = next(_missing(shape, checked, ""), None)
        if missing:
            code = "ValidationError" if operation == "GetMetricData" else "MissingParameter"
            raise AwsError(code, f"The parameter {missing} is required.\n")
    problem = next(problems(shape, checked, ""), None)
    if problem and operation in _OF_METRICS:
        path, value, _ = problem
        raise invalid_value(f"The value {_shown(value)} for parameter {path} is invalid.")  # U beyond NaN
    check_shape(shape, checked)
    return checked


def check_shape(shape: StructureShape, given: Mapping[str, Any]) -> None:
    """Refuse an input whose members are missing, beyond their bounds or outside their words.

    Raises:
        AwsError: ValidationError, as services of the query protocol word it.
    """
    errors = list(problems(shape, given, ""))
    if errors:
        raise validation_error(detected(errors))


def detected(errors: Sequence[Problem]) -> str:
    """What is wrong with a request, in the words that AWS's services have in common."""
    count = f"{len(errors)} validation error{'s' if len(errors) > 1 else ''} detected"
    return f"{count}: {'; '.join(_sentence(*each) for each in errors[:10])}"


def seconds_of(value: object) -> float:
    """A timestamp of JSON, in epoch seconds.

    Raises:
        AwsError: InvalidParameterValue; it is none.
    """
    try:
        if isinstance(value, str) and not re.fullmatch(r"[-+.\deE]+", value):
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.astimezone()).timestamp()
        seconds = float(value)  # type: ignore[arg-type]
        if not -62e9 < seconds < 253e9:
            raise ValueError(value)
    except (ValueError, OverflowError, TypeError):
        raise invalid_value(f"timestamp {str(value)[:80]} must follow ISO8601") from None  # U
    return seconds


def typed(shape: Shape, given: Any) -> Any:
    """An input without nulls, its timestamps in epoch seconds."""
    if isinstance(shape, StructureShape):
        members = shape.members
        return {name: typed(members[name], given[name]) for name in members if given.get(name) is not None}
    if isinstance(shape, ListShape):
        return [typed(shape.member, item) for item in given]
    if shape.type_name == "timestamp":
        return seconds_of(given)
    return float(given) if shape.type_name == "double" else given


def _missing(shape: Shape, given: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            if name not in given:
                yield f"{path}.{name}".strip(".")
        for name, value in given.items():
            yield from _missing(shape.members[name], value, f"{path}.{name}".strip("."))
    elif isinstance(shape, ListShape):
        for number, item in enumerate(given, 1):
            yield from _missing(shape.member, item, f"{path}.member.{number}")


def problems(shape: Shape, given: Any, path: str) -> Iterator[Problem]:
    """Where a value is not as the model wants it."""
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            if name not in given:
                yield f"{path}.{name}".strip("."), None, "not be null"
        for name, value in given.items():
            yield from problems(shape.members[name], value, f"{path}.{name}".strip("."))
        return
    wanted = _wanted(shape, given)
    if wanted:
        yield path, given, wanted
    elif isinstance(shape, ListShape):
        for number, item in enumerate(given, 1):
            yield from problems(shape.member, item, f"{path}.member.{number}")


def _wanted(shape: Shape, given: Any) -> str | None:
    words = getattr(shape, "enum", None)
    if words and given not in words:
        return f"satisfy enum value set: [{', '.join(_RECORDED.get(shape.name, tuple(words)))}]"
    if shape.type_name == "double":
        return (
            None if math.isfinite(given) and abs(given) <= _BEYOND else "be a number within -2^360 and 2^360"
        )
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    is_number = shape.type_name in ("integer", "long")
    size = given if is_number else len(given) if isinstance(given, str | list | dict) else None
    what = "have value" if is_number else "have length"
    if isinstance(shape, MapShape) or size is None:
        return None
    if least is not None and size < least:
        return f"{what} greater than or equal to {least}"
    if most is not None and size > most:
        return f"{what} less than or equal to {most}"
    pattern = shape.metadata.get("pattern")
    if pattern and _SURROGATE not in pattern and not re.fullmatch(pattern, given, re.DOTALL):
        return f"satisfy regular expression pattern: {pattern}"
    return None


def _sentence(path: str, value: object, wanted: str) -> str:
    where = ".".join(part[:1].lower() + part[1:] for part in path.split("."))
    where = re.sub(r"\.member\.(\d+)", r".\1.member", where)
    value = "null" if value is None else f"'{_shown(value)}'"
    return f"Value {value} at '{where}' failed to satisfy constraint: Member must {wanted}"


def _shown(value: object) -> str:
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    text = f"[{', '.join(map(str, value[:10]))}]" if isinstance(value, list) else str(value)
    return text if len(text) <= 300 else f"{text[:300]}…"
