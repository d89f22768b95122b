"""What the account shows now of the application: each fact is asked for once, by calls that read."""

from functools import cached_property
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.errors import Unreachable
from ecslab.fault_lab.engine.names import FaultNames
from ecslab.resources import ecr, log_group, network, role, task_definition
from ecslab.resources.load_balancer import load_balancer_reader, target_group_reader
from ecslab.resources.network import rules
from ecslab.resources.service import service_reader
from ecslab.resources.task import network_interface, task_reader

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import SecurityGroupTypeDef
    from mypy_boto3_ecs.literals import DesiredStatusType
    from mypy_boto3_ecs.type_defs import (
        AwsVpcConfigurationOutputTypeDef,
        ContainerDefinitionOutputTypeDef,
        DeploymentTypeDef,
        LoadBalancerTypeDef,
        ServiceTypeDef,
        TaskDefinitionTypeDef,
        TaskTypeDef,
    )
    from mypy_boto3_elbv2.type_defs import TargetGroupTypeDef, TargetHealthDescriptionTypeDef

TIMED_OUT: Final = "no answer: the connection timed out"
REFUSED: Final = "no answer: connection refused"
_READ: Final = 5  # tasks, of which the log of the newest one that wrote anything is read


class Application:
    """The application as it is now.

    Args:
        lab: the lab without its record.
        names: what its resources are called.
    """

    def __init__(self, lab: Connection, names: FaultNames):
        self.lab, self.names = lab, names

    # The service --------------------------------------------------------------------------------------------

    @cached_property
    def service(self) -> "ServiceTypeDef | None":
        """As DescribeServices shows it; None if it is not there, or no longer ACTIVE."""
        return service_reader.find(self.lab, self.names.service, self.names.cluster)

    @cached_property
    def deployments(self) -> "list[DeploymentTypeDef]":
        return self.service["deployments"] if self.service else []

    @property
    def primary(self) -> "DeploymentTypeDef":
        """The newest deployment."""
        return (service_reader.primary(self.service) if self.service else None) or {}

    @property
    def events(self) -> list[str]:
        """What the service says of itself, newest first."""
        return [event["message"] for event in self.service["events"]] if self.service else []

    @property
    def desired_count(self) -> int:
        return self.service["desiredCount"] if self.service else 0

    @property
    def grace_period(self) -> int:
        """Seconds for which the service forgives failed health checks."""
        return self.service.get("healthCheckGracePeriodSeconds", 0) if self.service else 0

    @property
    def redeployed(self) -> bool:
        """Whether the newest deployment began after the service did."""
        return bool(self.service and self.primary["createdAt"] > self.service["createdAt"])

    # The task definition ------------------------------------------------------------------------------------

    @cached_property
    def task_definition(self) -> "TaskDefinitionTypeDef":
        """The one that the newest deployment uses, as DescribeTaskDefinition shows it."""
        arn = self.primary.get("taskDefinition")
        return (task_definition.find(self.lab, arn) if arn else None) or {}

    @cached_property
    def unused_revision(self) -> "TaskDefinitionTypeDef":
        """The family's newest revision, if the service uses an older one; else {}."""
        newest = task_definition.find(self.lab, self.names.service) or {}
        return newest if newest.get("revision", 0) > self.revision else {}

    @property
    def revision(self) -> int:
        """Of the task definition in use; 0 if there is none."""
        return self.task_definition.get("revision", 0)

    @property
    def web(self) -> "ContainerDefinitionOutputTypeDef":
        """The application's own container in the task definition in use."""
        return self.container(self.names.container)

    def container(self, name: str) -> "ContainerDefinitionOutputTypeDef":
        """A container of the task definition in use; {} if it has none of that name."""
        return container_of(self.task_definition, name)

    @property
    def image(self) -> str:
        """The image that the task definition in use names."""
        return self.web.get("image", "")

    def has_image(self, uri: str) -> bool:
        """Whether an image is there; of other registries, and of digests, that is taken for granted."""
        if ".dkr.ecr." not in uri or "@" in uri:
            return bool(uri)
        repository, _, tag = uri.partition("/")[2].rpartition(":")
        return ecr.image(self.lab, tag, repository) is not None

    @property
    def execution_role(self) -> str:
        """The name of the execution role; "" if none is named."""
        return self.task_definition.get("executionRoleArn", "").rpartition("/")[2]

    @property
    def task_role(self) -> str:
        """The name of the task role; "" if none is named."""
        return self.task_definition.get("taskRoleArn", "").rpartition("/")[2]

    def policies(self, role_name: str) -> list[str]:
        """The names of a role's policies, attached and inline."""
        return role.policy_names(self.lab, role_name)

    # Tasks --------------------------------------------------------------------------------------------------

    @cached_property
    def tasks(self) -> "list[TaskTypeDef]":
        """Those of the service that are meant to run, newest first."""
        return self._tasks("RUNNING")

    @cached_property
    def stopped_tasks(self) -> "list[TaskTypeDef]":
        """Those of the service that stopped, newest first."""
        return self._tasks("STOPPED")

    def _tasks(self, status: "DesiredStatusType") -> "list[TaskTypeDef]":
        tasks = task_reader.listed(
            self.lab, cluster=self.names.cluster, serviceName=self.names.service, desiredStatus=status
        )
        # by the events: what happened while the sandbox's clock was moved on has one and the same time
        events = "\n".join(self.events)
        return sorted(tasks, key=lambda task: events.find(task_reader.task_id(task)) % (len(events) + 1))

    @property
    def running_count(self) -> int:
        return sum(task["lastStatus"] == "RUNNING" for task in self.tasks)

    @property
    def failed_tasks(self) -> "list[TaskTypeDef]":
        """Tasks of the newest deployment that stopped without anybody asking for it, newest first."""
        return [
            task
            for task in self.stopped_tasks
            if task.get("startedBy") == self.primary.get("id")
            and not task.get("stoppedReason", "").startswith("Scaling activity")
        ]

    @property
    def stopped_reason(self) -> str:
        """Why the newest of them stopped; "" if none did."""
        return self.failed_tasks[0].get("stoppedReason", "") if self.failed_tasks else ""

    @property
    def steady(self) -> bool:
        """Whether as many tasks as wanted run, from one deployment that is over, and the service says so."""
        if not self.service or not self.desired_count or len(self.deployments) != 1:
            return False
        over = self.primary.get("rolloutState") == "COMPLETED" and "steady state" in self.events[0]
        return over and len(self.tasks) == self.desired_count == self.running_count

    @property
    def moving(self) -> bool:
        """Whether something is still on its way: tasks that start, or a deployment that is not done."""
        deploying = self.primary.get("rolloutState") == "IN_PROGRESS" or len(self.deployments) > 1
        return deploying or self.running_count < max(len(self.tasks), self.desired_count)

    def log(self, most: int = 8) -> list[str]:
        """The last lines that each container wrote, under its newest stream; of several, with their names."""
        names = [container["name"] for container in self.task_definition.get("containerDefinitions", [])]
        lines = [(name, line) for name in names for line in self._lines(name, most)]
        return [f"{name}: {line}" if len(names) > 1 else line for name, line in lines]

    def _lines(self, container: str, most: int) -> list[str]:
        options = self.container(container).get("logConfiguration", {}).get("options", {})
        group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
        if not group:
            return []
        for task in (*self.tasks, *self.stopped_tasks)[:_READ]:
            stream = f"{prefix}/{container}/{task_reader.task_id(task)}"
            if lines := log_group.last_lines(self.lab, group, stream, most):
                return lines
        return []

    # The network --------------------------------------------------------------------------------------------
    # Subnets and groups are asked for by their ids: one that is gone AWS refuses, and the judge says so.

    @property
    def vpc_configuration(self) -> "AwsVpcConfigurationOutputTypeDef":
        """The newest deployment's `awsvpcConfiguration`."""
        return service_reader.network_of(self.primary)

    @property
    def has_public_ip(self) -> bool:
        return self.vpc_configuration.get("assignPublicIp") == "ENABLED"

    @cached_property
    def subnets(self) -> list[network.SubnetFacts]:
        """The subnets that the newest deployment uses."""
        chosen = self.vpc_configuration["subnets"]
        if not chosen:
            return []
        vpc = self.lab.ec2.describe_subnets(SubnetIds=chosen[:1])["Subnets"][0]["VpcId"]
        return [subnet for subnet in network.subnets(self.lab, vpc) if subnet.id in chosen]

    @property
    def lacks_way_out(self) -> bool:
        """Whether a subnet has no route that leads out."""
        return any(not subnet.way_out for subnet in self.subnets)

    @property
    def routes(self) -> str:
        """The subnets, and where their routes to 0.0.0.0/0 lead, in words."""
        return ", ".join(f"{subnet.id} ({subnet.way_out or 'no route out'})" for subnet in self.subnets)

    @cached_property
    def security_groups(self) -> "list[SecurityGroupTypeDef]":
        """The security groups of the newest deployment."""
        chosen = self.vpc_configuration.get("securityGroups", [])
        if not chosen:
            return []
        return list(self.lab.ec2.describe_security_groups(GroupIds=chosen)["SecurityGroups"])

    def sources(self, port: int = 80) -> list[str]:
        """From where the tasks' security groups let a port in."""
        return [source for group in self.security_groups for source in rules.admitted(group, port)]

    # What a visitor gets ------------------------------------------------------------------------------------

    @cached_property
    def load_balancer(self) -> "LoadBalancerTypeDef | None":
        """The service's load balancer entry: target group, container and port."""
        entries = self.service["loadBalancers"] if self.service else []
        return entries[0] if entries else None

    @cached_property
    def target_group(self) -> "TargetGroupTypeDef":
        if not self.load_balancer:
            return {}
        arn = self.load_balancer["targetGroupArn"]
        return target_group_reader.by_arn(self.lab, arn) or {}

    @cached_property
    def targets(self) -> "list[TargetHealthDescriptionTypeDef]":
        """As DescribeTargetHealth shows them."""
        arn = self.target_group.get("TargetGroupArn")
        return target_group_reader.health(self.lab, arn) if arn else []

    @cached_property
    def address(self) -> str:
        """Where a visitor goes: the load balancer's name, or the newest running task's public IP; or ""."""
        if self.load_balancer:
            load_balancer = load_balancer_reader.find(self.lab, self.names.balancer)
            return load_balancer["DNSName"] if load_balancer else ""
        task = next((task for task in self.tasks if task["lastStatus"] == "RUNNING"), None)
        interface = network_interface.interface_of(self.lab, task) if task else None
        return network_interface.public_ip_of(interface) or ""

    @cached_property
    def visit(self) -> str:
        """What a visitor sees: `200 OK`, another status, or that nobody answers."""
        if not self.address:
            return "no address to go to"
        try:
            status = self.lab.http("GET", f"http://{self.address}/").status
        except Unreachable as error:
            return REFUSED if "nothing in it listens" in str(error) else TIMED_OUT
        except ConnectionError:
            return REFUSED
        return "200 OK" if status == 200 else f"HTTP {status}"

    @property
    def serves_page(self) -> bool:
        """Whether a visitor gets the page."""
        return self.visit == "200 OK"


def container_of(definition: "TaskDefinitionTypeDef", name: str) -> "ContainerDefinitionOutputTypeDef":
    """A container of a task definition; {} if it has none of that name."""
    return (task_definition.container(definition, name) if definition else None) or {}
