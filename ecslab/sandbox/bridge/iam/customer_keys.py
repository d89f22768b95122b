"""Who reads a secret or a parameter under a customer's key needs that key too: `kms:Decrypt` on it.

AWS's own keys (`alias/aws/…`) ask for nothing. Key policies are not judged: the default one leaves it to IAM.
https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
"""

from collections.abc import Callable
from typing import Any, Final

from ecslab.sandbox.bridge.late_backends import backend

IsAllowed = Callable[[str, str], bool]
"""Whether the reader may do an action on a resource."""

DENIED: Final = "Access to KMS is not allowed"
"""GiamPy5/terraform-aws-directus#10."""
DENIED_PARAMETER: Final = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or "
    "you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; "
    "Request ID: {request_id})"
)
"""aws/aws-cdk#4498."""


def is_denied(key: str | None, region: str, is_allowed: IsAllowed) -> bool:
    """Whether somebody cannot decrypt what a key encrypted.

    Args:
        key: id, ARN or alias, as a secret or a parameter has it.
    """
    if key is None or "alias/aws/" in key:
        return False
    held = backend("kms", region).key(key)
    if held is not None and held.key_manager == "AWS":
        return False
    return held is None or held.key_state != "Enabled" or not is_allowed("kms:Decrypt", held.arn)


def key_of_secret(secret_id: str, region: str) -> str | None:
    """The key that a secret names, if the secret is there and names one."""
    return _key(backend("secretsmanager", region).secrets.get(secret_id), "kms_key_id")


def key_of_parameter(name: str, region: str) -> str | None:
    """The key of a SecureString."""
    held = backend("ssm", region).get_parameters([name]).get(name)
    return _key(held, "keyid") if held is not None and held.parameter_type == "SecureString" else None


def _key(held: Any, attribute: str) -> str | None:
    return getattr(held, attribute, None)
