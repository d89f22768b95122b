"""ECS as a client meets it: requests go over the wire format, answers are held against AWS's own model."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.validate import ParamValidator

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.ecs import dispatch
from ecslab.sandbox.bridge.ecs.input_validation import model
from ecslab.sandbox.bridge.installation import install
from ecslab.sandbox.runtime.embedded import EmbeddedRuntime
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.time.clock import Clock

ACCOUNT = "123456789012"
CALLER = dispatch.Caller(ACCOUNT, "us-east-1", f"arn:aws:iam::{ACCOUNT}:root")
ARN = f"arn:aws:ecs:us-east-1:{ACCOUNT}:"


class Ecs:
    """`ecs("CreateCluster", clusterName="lab")` answers as boto3 would see it."""

    def __init__(self, caller: dispatch.Caller = CALLER):
        self.caller = caller
        self.clock = Clock()
        install(Account(self.clock, EmbeddedRuntime(), ACCOUNT))

    def __call__(self, operation: str, **members: Any) -> Any:
        status, _, body = dispatch.respond(
            dispatch.TARGET + operation, json.dumps(members).encode(), self.caller
        )
        answer = json.loads(body)
        if status != 200:
            raise AwsError(answer.pop("__type"), answer.pop("message"), status, **answer)
        held_against_model(operation, answer)
        return answer

    @contextmanager
    def refuses(self, code: str, message: str) -> Iterator[None]:
        """The block ends in this refusal, letter by letter."""
        with pytest.raises(AwsError) as caught:
            yield
        assert (caught.value.code, caught.value.message) == (code, message)


def held_against_model(operation: str, answer: Any) -> None:
    """Fail unless the answer has only members that ECS has, of their types."""
    shape = model().operation_model(operation).output_shape
    known = {member: value for member, value in answer.items() if member != "clusterCount"}  # undocumented
    report = ParamValidator().validate(known, shape)
    assert not report.has_errors(), report.generate_report()
