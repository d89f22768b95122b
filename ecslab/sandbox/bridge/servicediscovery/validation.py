"""A request to Cloud Map held against AWS's model of it (`servicediscovery/2017-03-14`), and its refusals."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.model import ServiceModel

from ecslab.sandbox.bridge.cloudwatch.validation import detected, problems, typed
from ecslab.sandbox.wire.service_models import service_model
from ecslab.sandbox.world.errors import AwsError

__all__ = ["checked_input", "invalid", "model", "refused"]


@cache
def model() -> ServiceModel:
    """botocore's model of Cloud Map."""
    known = service_model("servicediscovery")
    assert known is not None, "botocore carries it"
    return known


def checked_input(operation: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The input without nulls.

    Raises:
        AwsError: InvalidInput; a member is missing, beyond its bounds or outside its words. U: the code.
    """
    shape = model().operation_model(operation).input_shape
    if shape is None:
        return {}
    checked: dict[str, Any] = typed(shape, given)
    errors = list(problems(shape, checked, ""))
    if errors:
        raise invalid(detected(errors))
    return checked


def invalid(message: str) -> AwsError:
    """InvalidInput with this sentence."""
    return AwsError("InvalidInput", message)


def refused(code: str, message: str, **fields: object) -> AwsError:
    """A refusal of the API's, with the HTTP status that the model gives it."""
    shape = model().shape_for(code)
    status = (shape.metadata.get("error") or {}).get("httpStatusCode", 400)
    return AwsError(code, message, status, **fields)
