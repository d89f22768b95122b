"""Calls to a sandbox of this process, without a signature; every answer is held against AWS's own model."""

import json
from functools import cache
from typing import Any
from urllib.parse import urlencode

from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from botocore.session import Session

from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.credentials import REGION
from ecslab.sandbox.wire.signature import Signer
from ecslab.sandbox.world.errors import AwsError
from tests.sandbox.model_walk import Facts, Walk

HELD = ("ecs", "ecr", "elbv2", "application-autoscaling")
"""Services whose answers are held against the model."""


class NoFacts(Facts):
    """Of an answer that is only judged nothing need be known later."""

    def learn(self, name: str, value: Any) -> None:
        pass


@cache
def model(service: str) -> tuple[ServiceModel, Any, Any]:
    """A service's model, its serializer and its parser."""
    loader = Session().get_component("data_loader")
    found = ServiceModel(loader.load_service_model(service, "service-2"), service)
    protocol = found.metadata["protocol"]
    return found, create_serializer(protocol, False), create_parser(protocol)


class Client:
    """`client.ask(sandbox, "ecs", "ListTasks", …)`; `problems` says where an answer is none of AWS's."""

    def __init__(self) -> None:
        self.walk = Walk({})
        self.walk.facts = {service: NoFacts({}) for service in HELD}
        self.walk.succeeded = {service: set() for service in HELD}

    @property
    def problems(self) -> dict[str, None]:
        return self.walk.problems

    def ask(self, sandbox: Sandbox, service: str, operation: str, /, **parameters: Any) -> Any:
        """The answer, with times as numbers where the protocol has them so; AwsError for a refusal."""
        about, serializer, parser = model(service)
        asked = about.operation_model(operation)
        request = serializer.serialize_to_request(parameters, asked)
        body = request["body"]
        body = urlencode(body, doseq=True) if isinstance(body, dict) else body
        body = body.encode() if isinstance(body, str) else body
        headers = {name.lower(): value for name, value in request["headers"].items()} | {"host": "127.0.0.1"}
        wire = HttpRequest(request["method"], request["url_path"], "", headers, body)
        try:
            answer = sandbox.call(wire, Signer(sandbox.credentials.access_key, REGION, about.signing_name))
        except AwsError as refusal:
            if refusal.status >= 500 and refusal.code != "ServiceUnavailable":
                self.problems[f"{service} {operation}: {refusal.code} {refusal.message}"] = None
            raise
        if service in HELD:
            self.walk.heard(service, about, operation, answer.status, answer.body)
        shown = {"headers": answer.headers, "body": answer.body, "status_code": answer.status}
        if answer.status >= 400:
            error = parser.parse(shown, asked.output_shape)["Error"]
            raise AwsError(error["Code"], error.get("Message", ""), answer.status)
        if about.metadata["protocol"] == "json":
            return json.loads(answer.body or b"{}")
        return parser.parse(shown, asked.output_shape)
