"""Systems Manager's answers: moto's, and those on machines outside AWS, which moto does not have."""

import json

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

    def deregister_managed_instance(self) -> str:
        return json.dumps(operations.deregister_managed_instance(json.loads(self.body), self.region))


url_paths = {"{0}/$": SsmResponse.dispatch}  # where moto's router finds these answers
