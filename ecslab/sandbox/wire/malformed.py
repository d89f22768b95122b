"""The outside of a request: what is not even of the form of one is refused before anybody reads it.

U: sentences without a source.
"""

import json
from typing import Final

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.world.errors import AwsError

ECS_TARGET: Final = "AmazonEC2ContainerServiceV20141113."
LARGE: Final = 1 << 20  # bytes of JSON above which only its ends are looked at: it is a layer part
_JSON: Final = ("application/x-amz-json-1.0", "application/x-amz-json-1.1", "application/json")


def check(request: HttpRequest, service: str) -> None:
    """Refuse what is not even of the form of a request to `service` (its signing name).

    Raises:
        AwsError: UnknownOperationException, or SerializationException.
    """
    target = request.headers.get("x-amz-target")
    if service == "ecs" and not (target or "").startswith(ECS_TARGET):
        raise unknown_operation(f"ECS takes X-Amz-Target {ECS_TARGET}<operation>, not {target!r}.")
    if target is None:
        return
    content = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content not in _JSON:
        raise unknown_operation(
            f"The Content-Type is {content!r}; {service} takes application/x-amz-json-1.1."
        )
    json_object(request.body, layer=service == "ecr")


def json_object(body: bytes, *, layer: bool = False) -> dict[str, object] | None:
    """The object that a JSON body stands for; an empty body stands for an empty one.

    Args:
        layer: it may be a layer part, of which None is given; it is not looked at twice.

    Raises:
        AwsError: SerializationException.
    """
    if layer and len(body) > LARGE:
        if body[:1] + body[-1:] != b"{}":
            raise not_serializable("The request body is no JSON object.")
        return None
    try:
        value = json.loads(body or b"{}")
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise not_serializable("The request body has half of a surrogate pair.") from None
    except RecursionError:
        raise not_serializable("The request body is nested too deeply.") from None
    except ValueError:
        raise not_serializable("The request body is not JSON.") from None
    if not isinstance(value, dict):
        raise not_serializable("Unexpected field type")
    return value


def unknown_operation(message: str) -> AwsError:
    return AwsError("UnknownOperationException", message)


def not_serializable(message: str) -> AwsError:
    return AwsError("SerializationException", message)
