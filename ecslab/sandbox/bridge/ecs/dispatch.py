"""From a request on the wire to the module that answers it, and back.

ECS speaks JSON 1.1: the operation is in `X-Amz-Target`, a refusal is `{"__type": code, "message": …}`.
"""

import json
from typing import Final, Never, cast

from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs import (
    account_settings,
    capacity_providers,
    clusters,
    container_instances,
    tag_operations,
    task_definitions,
)
from ecslab.sandbox.bridge.ecs.input_validation import checked_input, model
from ecslab.sandbox.bridge.ecs.services import deployments, task_protection
from ecslab.sandbox.bridge.ecs.services import operations as services
from ecslab.sandbox.bridge.ecs.shapes import Answer
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.bridge.ecs.tasks import operations as tasks
from ecslab.sandbox.world.errors import AwsError

__all__ = ["OPERATIONS", "TARGET", "Caller", "call", "respond"]

TARGET: Final = "AmazonEC2ContainerServiceV20141113."
CONTENT_TYPE: Final = "application/x-amz-json-1.1"

_NOUNS: Final = (
    capacity_providers, clusters, container_instances, deployments, services, account_settings,
    tag_operations, task_definitions, task_protection, tasks,
)  # fmt: skip

OPERATIONS: Final = {name: handler for noun in _NOUNS for name, handler in noun.OPERATIONS.items()}
"""What this sandbox carries, by the operation's name."""


def call(action: str, params: object, caller: Caller) -> Answer:
    """Carry out one operation.

    Args:
        action: the operation's name, such as `RunTask`.
        params: its input, as the API reference spells it.

    Returns:
        Its output, timestamps in epoch seconds. It may share parts with the state: read it, do not change it.

    Raises:
        AwsError: in AWS's words; UnsupportedFeatureException for an operation this sandbox does not carry.
    """
    if action not in model().operation_names:
        raise AwsError("UnknownOperationException", f"ECS has no operation {action}.")
    if action not in OPERATIONS:
        raise AwsError("UnsupportedFeatureException", f"This sandbox does not carry {action} yet.")
    answer: Answer = OPERATIONS[action](cast("Never", checked_input(action, params)), caller)
    return answer


def respond(target: str, body: bytes, caller: Caller) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body for a request with this `X-Amz-Target`; a refusal is answered, not raised."""
    try:
        status, answer = 200, call(target.removeprefix(TARGET), _decoded(body), caller)
    except AwsError as refusal:
        status = refusal.status
        answer = {"__type": refusal.code, "message": refusal.message, **refusal.fields}
    headers = {"Content-Type": CONTENT_TYPE, "x-amzn-RequestId": str(rng.uuid4())}
    return status, headers, json.dumps(answer, ensure_ascii=False).encode()


def _decoded(body: bytes) -> object:
    try:
        return json.loads(body or b"{}")
    except ValueError:
        raise AwsError("SerializationException", "The request body is not JSON.") from None
