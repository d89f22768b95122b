"""The data key of a session under the cluster's KMS key: the agent decrypts it, under the task role.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
"""

from typing import Final

from moto.core.exceptions import JsonRESTError

from ecslab.aws_api.session_cipher import context
from ecslab.sandbox.bridge.ecs.exec.session import ExecSession
from ecslab.sandbox.bridge.ecs.exec.target import denied, reaches
from ecslab.sandbox.bridge.late_backends import backend

_FAILED: Final = (
    "Fetching data key failed: Unable to retrieve data key, Error when decrypting data key {code}: {why}"
)
_HIDDEN: Final = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or "
    "you are not allowed to access."
)


class KeyRefused(Exception):
    """The agent cannot decrypt a data key; the message is what it says of it."""


def data_key(session: ExecSession, ciphertext: bytes) -> bytes:
    """The data key that a client sends encrypted.

    Raises:
        KeyRefused: KMS cannot be reached, did not encrypt it for this session, or the role may not decrypt.
    """
    task = session.task
    if not reaches(task, "kms"):
        raise KeyRefused(_FAILED.format(code="RequestError", why="send request failed"))  # U
    target = f"ecs:{task.cluster}_{task.id}_{session.container.runtime_id}"
    try:
        plain, key = backend("kms", task.region).decrypt(ciphertext, context(session.id, target))
    except JsonRESTError as refusal:
        raise KeyRefused(_FAILED.format(code=refusal.error_type, why=refusal.message)) from None
    if denied(task, "kms", "kms:Decrypt", key):
        raise KeyRefused(_FAILED.format(code="AccessDeniedException", why=_HIDDEN))
    return bytes(plain)
