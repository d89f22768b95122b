"""Operations that take a while: what the API answers at once, and what happens when they are done."""

from collections.abc import Callable, Mapping
from typing import Final

from ecslab.sandbox.bridge.servicediscovery.pages import listed, moment
from ecslab.sandbox.bridge.servicediscovery.requests import Answer, ListRequest, OperationRequest
from ecslab.sandbox.bridge.servicediscovery.state import Caller, letters
from ecslab.sandbox.bridge.servicediscovery.validation import refused
from ecslab.sandbox.world.service_discovery.registry import Operation

Failure = tuple[str, str]
"""`ErrorCode` and `ErrorMessage` of an operation that failed."""
STEPS: Final = {"CREATE_NAMESPACE": "namespace_created", "DELETE_NAMESPACE": "namespace_deleted"}
"""Rows of `durations.toml`; the other ones take `instance_changed`."""


def begin(
    caller: Caller, kind: str, targets: Mapping[str, str], work: Callable[[], Failure | None], step: str = ""
) -> Answer:
    """Answer with a new operation, and let its work happen when it is due."""
    clock = caller.account.clock
    now = clock.timestamp()
    operation = Operation(f"{letters(32)}-{letters(8)}", kind, dict(targets), now, now)
    caller.registry.add_operation(operation)

    def done() -> None:
        operation.error = work()
        operation.status = "FAIL" if operation.error else "SUCCESS"
        operation.updated_at = clock.timestamp()

    clock.after(clock.durations.of(step or STEPS.get(kind, "instance_changed"), operation.id), done)
    return {"OperationId": operation.id}


def get_operation(params: OperationRequest, caller: Caller) -> Answer:
    operation = caller.registry.operations.get(params["OperationId"])
    if operation is None:
        raise refused("OperationNotFound", f"Operation not found: {params['OperationId']}")  # U
    return {"Operation": _view(operation, caller)}


def list_operations(params: ListRequest, caller: Caller) -> Answer:
    newest_first = reversed(caller.registry.operations.values())
    return listed("Operations", newest_first, params, _values, _summary)


def _summary(operation: Operation) -> Answer:
    return {"Id": operation.id, "Status": operation.status}


def _values(operation: Operation) -> dict[str, str | float | None]:
    targets = operation.targets
    return {
        "NAMESPACE_ID": targets.get("NAMESPACE"),
        "SERVICE_ID": targets.get("SERVICE"),
        "STATUS": operation.status,
        "TYPE": operation.kind,
        "UPDATE_DATE": operation.updated_at,
    }


def _view(operation: Operation, caller: Caller) -> Answer:
    code, message = operation.error or (None, None)
    failure = {"ErrorCode": code, "ErrorMessage": message} if code else {}
    return {
        "Id": operation.id,
        "OwnerAccount": caller.account.id,
        "Type": operation.kind,
        "Status": operation.status,
        **failure,
        "CreateDate": moment(operation.created_at),
        "UpdateDate": moment(operation.updated_at),
        "Targets": operation.targets,
    }
