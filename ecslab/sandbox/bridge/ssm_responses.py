"""Systems Manager's answers: moto's, and those on machines outside AWS, which moto does not have."""

import json
from collections.abc import Callable
from typing import Any

from moto.ssm.responses import SimpleSystemManagerResponse
from moto.ssm.urls import url_bases as url_bases

from ecslab.sandbox.bridge.ssm_nodes import operations


class SsmResponse(SimpleSystemManagerResponse):  # type: ignore[misc]  # moto ships no types
    """One request."""

    body: str
    region: str

    def create_activation(self) -> str:
        return json.dumps(operations.create_activation(json.loads(self.body), self.region))

    def delete_activation(self) -> str:
        return json.dumps(operations.delete_activation(json.loads(self.body), self.region))

    def describe_activations(self) -> str:
        return json.dumps(operations.describe_activations(json.loads(self.body or "{}"), self.region))

    def describe_instance_information(self) -> str:
        return json.dumps(
            operations.describe_instance_information(json.loads(self.body or "{}"), self.region)
        )

    def add_tags_to_resource(self) -> Any:
        return self._of_node(operations.add_tags) or super().add_tags_to_resource()

    def remove_tags_from_resource(self) -> Any:
        return self._of_node(operations.remove_tags) or super().remove_tags_from_resource()

    def list_tags_for_resource(self) -> Any:
        return self._of_node(operations.list_tags) or super().list_tags_for_resource()

    def _of_node(self, operation: Callable[[operations.Params, str], operations.Answer]) -> str:
        """The answer of an operation on a machine outside AWS; "" where the request is on something else."""
        params = json.loads(self.body)
        if params.get("ResourceType") != "ManagedInstance":
            return ""
        return json.dumps(operation(params, self.region))

    def deregister_managed_instance(self) -> str:
        return json.dumps(operations.deregister_managed_instance(json.loads(self.body), self.region))


url_paths = {"{0}/$": SsmResponse.dispatch}  # where moto's router finds these answers
