"""The outside of a request: what is not even of the form of one is refused before anybody reads it.

U: sentences without a source.
"""

import json
import re
from typing import Final
from urllib.parse import unquote_plus

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.world.errors import AwsError

ECS_TARGET: Final = "AmazonEC2ContainerServiceV20141113."
LARGE: Final = 1 << 20  # bytes of JSON above which only its ends are looked at: it is a layer part
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_JSON: Final = ("application/x-amz-json-1.0", "application/x-amz-json-1.1", "application/json")


def check(request: HttpRequest, service: str) -> None:
    """Refuse what is not even of the form of a request to `service` (its signing name).

    Raises:
        AwsError: UnknownOperationException, or SerializationException.
    """
    _check_form(request)
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
    _check_tags(json_object(request.body, layer=service == "ecr") or {})


def _check_tags(given: dict[str, object]) -> None:
    """moto keeps a tag without a key, and fails from then on at whatever looks at it."""
    for name in ("Tags", "tags"):
        tags = given.get(name)
        for number, tag in enumerate(tags if isinstance(tags, list) else (), 1):
            if isinstance(tag, dict) and not {"Key", "key", "TagKey"} & tag.keys():
                key = "tagKey" if "TagValue" in tag else "key"
                null = f"Value null at 'tags.{number}.member.{key}' failed to satisfy constraint"
                message = f"1 validation error detected: {null}: Member must not be null"
                raise AwsError("ValidationException", message)


def _check_form(request: HttpRequest) -> None:
    """An answer in XML could not hold what some parameters do; neither could AWS's."""
    text = f"{request.path}?{request.query}"
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        text = f"{text}&{request.body.decode('utf-8', 'replace')}"
    match = _NOT_IN_XML.search(unquote_plus(text, errors="replace"))
    if match:
        raise AwsError("MalformedInput", f"The request holds the character U+{ord(match[0]):04X}.")


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
