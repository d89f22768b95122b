"""A request's JSON held against AWS's own model of the ECS API.

As the service does: a member it does not know is passed over, one of the wrong type is a
SerializationException, a required one that is missing or a word outside an enumeration is refused. The
model is the one botocore carries (`ecs/2014-11-13`).
"""

from functools import cache
from typing import Final

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from ecslab.sandbox.wire.service_models import service_model
from ecslab.sandbox.world.errors import AwsError

_JSON_NAMES: Final[dict[type, str]] = {
    str: "STRING_VALUE", int: "NUMBER_VALUE", float: "DECIMAL_VALUE", bool: "TRUE_VALUE",
    type(None): "NULL_VALUE",
}  # fmt: skip
_JAVA_NAMES: Final = {
    "string": "String", "integer": "Integer", "long": "Long", "double": "Double", "float": "Float",
    "boolean": "Boolean", "timestamp": "Date",
}  # fmt: skip
_ACCEPTED: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,), "integer": (int,), "long": (int,), "double": (int, float), "float": (int, float),
    "boolean": (bool,), "timestamp": (int, float, str),
}  # fmt: skip
_JUDGED_BY_HANDLERS: Final = {"LogDriver", "ClusterSettingName", "TaskDefinitionPlacementConstraintType"}
"""Enumerations whose refusal ECS words itself."""
_DOCUMENTED: Final = {"SettingName": ("dualStackIPv6",)}
"""Words that API_PutAccountSetting describes and its model leaves out."""
_RECORDED: Final = {
    "LaunchType": "launch type should be one of [EC2,FARGATE,EXTERNAL,FMI,MANAGED_INSTANCES]",
    "SchedulingStrategy": "Scheduling strategy should be one of [REPLICA,DAEMON]",
    "ThresholdType": "Invalid deployment circuit breaker threshold type.",
}
"""How ECS words the refusal of a word outside these enumerations. The other ones' wording is U."""


@cache
def model() -> ServiceModel:
    """botocore's model of ECS."""
    known = service_model("ecs")
    assert known is not None, "botocore carries it"
    return known


def checked_input(operation: str, given: object) -> dict[str, object]:
    """The members of `given` that the operation knows, nulls left out; AwsError, as the operation refuses."""
    shape = model().operation_model(operation).input_shape
    return _structure(shape, given, operation) if shape else {}


def _value(shape: Shape, given: object, path: str, operation: str) -> object:
    if isinstance(shape, StructureShape):
        return _structure(shape, given, operation)
    if isinstance(shape, ListShape):
        if not isinstance(given, list):
            raise _cannot("Unexpected field type")
        return [_value(shape.member, item, path, operation) for item in given]
    if isinstance(shape, MapShape):
        if not isinstance(given, dict):
            raise _cannot("Unexpected field type")
        present = {key: item for key, item in given.items() if item is not None}
        return {key: _value(shape.value, item, path, operation) for key, item in present.items()}
    return _scalar(shape, given, path, operation)


def _structure(shape: StructureShape, given: object, operation: str) -> dict[str, object]:
    if not isinstance(given, dict):
        raise _cannot("Unexpected field type")
    known = {
        name: _value(member, given[name], name, operation)
        for name, member in shape.members.items()
        if given.get(name) is not None
    }
    if shape.is_tagged_union and len(known) != 1:
        raise _cannot(f"Exactly one member of {shape.name} must be set.")
    for name in shape.required_members:
        if name not in known:
            raise _missing(name, operation)
    return known


def _scalar(shape: Shape, given: object, path: str, operation: str) -> object:
    """The texts are those of AWS's JSON protocol as other services give them; for ECS they are **U**."""
    if isinstance(given, dict):
        raise _cannot("Start of structure or map found where not expected.")
    if isinstance(given, list):
        raise _cannot("Start of list found where not expected")
    kinds = _ACCEPTED[shape.type_name]
    if not isinstance(given, kinds) or (isinstance(given, bool) and bool not in kinds):
        seen = "FALSE_VALUE" if given is False else _JSON_NAMES[type(given)]
        raise _cannot(f"{seen} can not be converted to {_article(_JAVA_NAMES[shape.type_name])}")
    words, documented = getattr(shape, "enum", None), _DOCUMENTED.get(shape.name, ())
    if words and given not in (*words, *documented) and shape.name not in _JUDGED_BY_HANDLERS:
        sentence = _RECORDED.get(shape.name) or f"{path} should be one of [{','.join(words)}]"
        if shape.name == "TaskDefinitionField":  # its operation has its own words, and brackets twice
            sentence = f"{given} is not a valid value for include. The value must be one of [[TAGS]]"
        raise AwsError(_code(operation), sentence)
    return given


def _code(operation: str) -> str:
    """What kind of refusal it is; two operations have their own."""
    own = operation in ("RegisterTaskDefinition", "DescribeTaskDefinition")
    return "ClientException" if own else "InvalidParameterException"


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "AEIOU" else f"a {name}"


def _cannot(message: str) -> AwsError:
    return AwsError("SerializationException", message)


def _missing(name: str, operation: str) -> AwsError:
    if operation == "RegisterTaskDefinition" and name == "containerDefinitions":
        return AwsError("ClientException", "Container list cannot be empty.")
    words = name[0].upper() + name[1:]  # U: after `Container.name should not …`
    return AwsError(_code(operation), f"{words} should not be null or empty.")
