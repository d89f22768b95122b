"""How a carried service is spoken to: the header, the version and the protocol that its model names.

U: sentences without a source.
"""

from typing import Final
from urllib.parse import parse_qs

from botocore.model import ServiceModel

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.bounds import form_text
from ecslab.sandbox.wire.malformed import unknown_operation
from ecslab.sandbox.world.errors import AwsError

_ALSO_FORMS: Final = {"sqs": "2012-11-05"}
"""Services that speak JSON, and took forms of this version before."""


def spoken(model: ServiceModel) -> str:
    """The protocol that the sandbox speaks for a service."""
    protocols = model.metadata.get("protocols", [model.metadata["protocol"]])
    return "json" if "json" in protocols else str(model.metadata["protocol"])


def check(request: HttpRequest, model: ServiceModel, operation: str) -> None:
    """Refuse a request that asks for a carried operation in another way than the service is asked.

    Raises:
        AwsError: UnknownOperationException, or what services say of a version that they do not have.
    """
    target = request.headers.get("x-amz-target")
    name, protocol = model.service_name, spoken(model)
    if protocol == "json" and target is not None:
        wanted = f"{model.metadata['targetPrefix']}.{operation}"
        if target != wanted:
            raise unknown_operation(f"The X-Amz-Target of {name} is {wanted}, not {target[:200]}.")
        return
    if target is not None:
        raise unknown_operation(f"{name} takes no X-Amz-Target; the request has {target[:200]}.")
    if protocol in ("query", "ec2"):
        check_version(request, str(model.metadata["apiVersion"]), operation, is_ec2=protocol == "ec2")
    elif protocol == "json":
        version = _ALSO_FORMS.get(name)
        if version is None or "smithy-protocol" in request.headers:
            raise unknown_operation(f"{name} is spoken to in JSON, with the header X-Amz-Target.")
        check_version(request, version, operation)


def check_version(request: HttpRequest, version: str, operation: str, *, is_ec2: bool = False) -> None:
    asked = parse_qs(form_text(request)).get("Version", [""])[0]
    if asked == version:
        return
    if not is_ec2:
        seen = asked[:80] or "NO_VERSION_SPECIFIED"
        raise AwsError("InvalidAction", f"Could not find operation {operation} for version {seen}")
    if not asked:
        raise AwsError("MissingParameter", "The request must contain the parameter Version")
    sentence = f"The requested version ({asked[:80]}) of service AmazonEC2 does not exist"
    raise AwsError("NoSuchVersion", sentence)
