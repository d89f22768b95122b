"""A sandbox with a private namespace, services that register their tasks in it, and a task that asks."""

from functools import cached_property
from typing import Any

from aws_client import CLUSTER, FAMILY
from botocore.exceptions import ClientError
from test_inside_names import Asking

NAME = "corp.local"


class Discovering(Asking):
    """`arranged`, and the namespace `corp.local` in the VPC of the task that asks."""

    cloud_map = cached_property(lambda self: self.client("servicediscovery", inject_host_prefix=False))

    def arranged(self) -> "Discovering":
        super().arranged()
        self.namespace = self.made_namespace(NAME)
        return self

    def made_namespace(self, name: str, **more: Any) -> str:
        """A private namespace's id, when it is there."""
        request = {"Vpc": self.vpc, **more}
        return self.done(self.cloud_map.create_private_dns_namespace(Name=name, **request))["NAMESPACE"]

    def done(self, answer: dict[str, Any], status: str = "SUCCESS") -> dict[str, str]:
        """The targets of an operation, after it has come to its end."""
        request = {"OperationId": answer["OperationId"]}
        while (operation := self.cloud_map.get_operation(**request)["Operation"])["Status"] == "PENDING":
            self.pass_time(1)
        assert operation["Status"] == status, operation
        self.last_operation = operation
        return dict(operation["Targets"])

    def discovery(self, name: str, *records: str, ttl: int = 60, **more: Any) -> dict[str, Any]:
        """A service of Cloud Map with records of these types."""
        dns = {"DnsRecords": [{"Type": kind, "TTL": ttl} for kind in records or ("A",)]}
        request = {"Name": name, "NamespaceId": self.namespace, "DnsConfig": dns, **more}
        created: dict[str, Any] = self.cloud_map.create_service(**request)["Service"]
        return created

    def instance(self, service: dict[str, Any], name: str, address: str, **attributes: str) -> None:
        instance_attributes = {"AWS_INSTANCE_IPV4": address, **attributes}
        request = {"ServiceId": service["Id"], "InstanceId": name, "Attributes": instance_attributes}
        self.done(self.cloud_map.register_instance(**request))

    def service(self, name: str, count: int = 1, definition: str = FAMILY, **more: Any) -> dict[str, Any]:
        """A service of ECS whose tasks are open to all."""
        vpc = {"subnets": self.subnets[:1], "securityGroups": [self.open], "assignPublicIp": "ENABLED"}
        request: dict[str, Any] = {
            "cluster": CLUSTER, "serviceName": name, "taskDefinition": definition, "desiredCount": count,
            "launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": vpc}, **more,
        }  # fmt: skip
        created: dict[str, Any] = self.ecs.create_service(**request)["service"]
        return created

    def described(self, name: str) -> dict[str, Any]:
        (service,) = self.ecs.describe_services(cluster=CLUSTER, services=[name])["services"]
        return dict(service)

    def tasks(self, name: str) -> list[dict[str, Any]]:
        """The tasks of a service that are to run."""
        arns = self.ecs.list_tasks(cluster=CLUSTER, serviceName=name)["taskArns"]
        described = self.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []
        return list(described)

    def addresses(self, name: str) -> list[str]:
        """Where a service's tasks are."""
        details = (task["attachments"][0]["details"] for task in self.tasks(name))
        return sorted(
            entry["value"] for each in details for entry in each if entry["name"] == "privateIPv4Address"
        )

    def instances(self, service: dict[str, Any]) -> dict[str, dict[str, str]]:
        """Attributes of registered instances by their id."""
        listed = self.cloud_map.list_instances(ServiceId=service["Id"])["Instances"]
        return {each["Id"]: each["Attributes"] for each in listed}

    def resolved(self, name: str) -> list[str]:
        """The addresses that the asking task gets of a name."""
        return sorted(line.split()[0] for line in self.says(f"getent hosts {name}").splitlines())


def refusal(call: Any, **request: Any) -> str:
    """What a call is refused with."""
    try:
        answer = call(**request)
    except ClientError as refused:
        error = refused.response["Error"]
        return f"{error['Code']}: {error['Message']}"
    raise AssertionError(f"answered with {answer}")
