"""What the account shows now of the application: each fact is asked for once, by calls that read."""

import contextlib
from functools import cached_property
from typing import Any, Final

from ecslab.connection.missing import or_none_if_missing
from ecslab.errors import Unreachable
from ecslab.fault_lab._backstage import Backstage
from ecslab.fault_lab._names import FaultNames
from ecslab.resources import network
from ecslab.resources.network import rules
from ecslab.resources.task import network_interface

Facts = dict[str, Any]
TIMED_OUT: Final = "no answer: the connection timed out"
REFUSED: Final = "no answer: connection refused"
_LOOKED_AT: Final = 5  # tasks, of which the newest one that wrote anything is heard


class Scene:
    """The application as it is now.

    Args:
        lab: the lab behind the scenes.
        names: what its resources are called.
    """

    def __init__(self, lab: Backstage, names: FaultNames):
        self.lab, self.names = lab, names

    # The service --------------------------------------------------------------------------------------------

    @cached_property
    def service(self) -> Facts | None:
        """As DescribeServices shows it; None if it is not there, or no longer ACTIVE."""
        found = self._services(self.names.service)
        return found if found and found["status"] == "ACTIVE" else None

    def _services(self, name: str) -> Facts | None:
        answer = or_none_if_missing(
            self.lab.ecs.describe_services, cluster=self.names.cluster, services=[name]
        )
        found = answer["services"] if answer else []
        return dict(found[0]) if found else None

    @cached_property
    def deployments(self) -> list[Facts]:
        return list(self.service["deployments"]) if self.service else []

    @property
    def primary(self) -> Facts:
        """The newest deployment."""
        return next((one for one in self.deployments if one["status"] == "PRIMARY"), {})

    @property
    def events(self) -> list[str]:
        """What the service says of itself, newest first."""
        return [str(event["message"]) for event in self.service["events"]] if self.service else []

    @property
    def desired(self) -> int:
        return int(self.service["desiredCount"]) if self.service else 0

    # The definition -----------------------------------------------------------------------------------------

    @cached_property
    def definition(self) -> Facts:
        """The one that the newest deployment uses, as DescribeTaskDefinition shows it."""
        return self._definition(self.primary.get("taskDefinition"))

    @cached_property
    def newest_definition(self) -> Facts:
        """The newest revision of the family, whether the service uses it or not."""
        return self._definition(self.names.service)

    def _definition(self, reference: str | None) -> Facts:
        if not reference:
            return {}
        with contextlib.suppress(self.lab.ecs.exceptions.ClientException):
            answer = self.lab.ecs.describe_task_definition(taskDefinition=reference)
            return dict(answer["taskDefinition"])
        return {}

    @property
    def web(self) -> Facts:
        """The application's container in the definition in use."""
        return self.container(self.names.container)

    def container(self, name: str, definition: Facts | None = None) -> Facts:
        """A container of a definition, the one in use unless another is given; {} if it has none such."""
        containers = (definition or self.definition).get("containerDefinitions", [])
        return next((dict(one) for one in containers if one["name"] == name), {})

    @property
    def redeployed(self) -> bool:
        """Whether the newest deployment began after the service did."""
        return bool(self.service and self.primary["createdAt"] > self.service["createdAt"])

    @property
    def unused(self) -> Facts:
        """A revision newer than the one in use; {} if there is none."""
        newer = self.newest_definition.get("revision", 0) > self.definition.get("revision", 0)
        return self.newest_definition if newer else {}

    # Tasks --------------------------------------------------------------------------------------------------

    @cached_property
    def tasks(self) -> list[Facts]:
        """Those of the service that are meant to run, newest first."""
        return self._tasks("RUNNING")

    @cached_property
    def stopped(self) -> list[Facts]:
        """Those of the service that stopped, newest first."""
        return self._tasks("STOPPED")

    def _tasks(self, desired: str) -> list[Facts]:
        answer = or_none_if_missing(
            self.lab.ecs.list_tasks,
            cluster=self.names.cluster,
            serviceName=self.names.service,
            desiredStatus=desired,
        )
        arns = answer["taskArns"] if answer else []
        if not arns:
            return []
        found = self.lab.ecs.describe_tasks(cluster=self.names.cluster, tasks=arns)["tasks"]
        # by the events: what happened while the sandbox's clock was moved on has one and the same time
        told = "\n".join(self.events)
        return sorted(found, key=lambda task: told.find(_id(task)) % (len(told) + 1))

    @property
    def failed(self) -> list[Facts]:
        """Tasks of the newest deployment that stopped without anybody asking for it, newest first."""
        return [
            task
            for task in self.stopped
            if task.get("startedBy") == self.primary.get("id")
            and not str(task.get("stoppedReason", "")).startswith("Scaling activity")
        ]

    @property
    def reason(self) -> str:
        """Why the newest of them stopped; "" if none did."""
        return str(self.failed[0].get("stoppedReason", "")) if self.failed else ""

    @property
    def steady(self) -> bool:
        """Whether as many tasks as wanted run, from one deployment that is over, and the service says so."""
        if not self.service or not self.desired or len(self.deployments) != 1:
            return False
        over = self.primary.get("rolloutState") == "COMPLETED" and "steady state" in self.events[0]
        return over and len(self.tasks) == self.desired and not self._young

    @property
    def _young(self) -> bool:
        return any(task["lastStatus"] != "RUNNING" for task in self.tasks)

    @property
    def moving(self) -> bool:
        """Whether something is still on its way: tasks that start, or a deployment that is not done."""
        open_end = self.primary.get("rolloutState") == "IN_PROGRESS"
        return self._young or open_end or len(self.deployments) > 1 or len(self.tasks) < self.desired

    def log(self, most: int = 8) -> list[str]:
        """The last lines that each container wrote, under its newest stream; of several, with their names."""
        names = [str(one["name"]) for one in self.definition.get("containerDefinitions", [])]
        found = [(name, line) for name in names for line in self._lines(name, most)]
        return [f"{name}: {line}" if len(names) > 1 else line for name, line in found]

    def _lines(self, container: str, most: int) -> list[str]:
        options = self.container(container).get("logConfiguration", {}).get("options", {})
        group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
        for task in (*self.tasks, *self.stopped)[:_LOOKED_AT] if group else ():
            answer = or_none_if_missing(
                self.lab.logs.get_log_events,
                logGroupName=group,
                logStreamName=f"{prefix}/{container}/{_id(task)}",
                limit=most,
            )
            if answer and answer["events"]:
                return [str(event["message"]) for event in answer["events"]]
        return []

    def has_image(self, uri: str) -> bool:
        """Whether an image is there; of other registries, and of digests, that is taken for granted."""
        if ".dkr.ecr." not in uri or "@" in uri:
            return bool(uri)
        repository, _, tag = uri.partition("/")[2].rpartition(":")
        return bool(
            or_none_if_missing(
                self.lab.ecr.describe_images, repositoryName=repository, imageIds=[{"imageTag": tag}]
            )
        )

    # The network --------------------------------------------------------------------------------------------

    @property
    def place(self) -> Facts:
        """The newest deployment's `awsvpcConfiguration`."""
        return dict(self.primary.get("networkConfiguration", {}).get("awsvpcConfiguration", {}))

    @property
    def has_public_ip(self) -> bool:
        return self.place.get("assignPublicIp") == "ENABLED"

    @cached_property
    def subnets(self) -> list[network.SubnetFacts]:
        """The subnets that the newest deployment uses."""
        chosen = self.place.get("subnets", [])
        if not chosen:
            return []
        vpc = self.lab.ec2.describe_subnets(SubnetIds=chosen[:1])["Subnets"][0]["VpcId"]
        return [one for one in network.subnets(self.lab, vpc) if one.id in chosen]

    @cached_property
    def groups(self) -> list[Facts]:
        """The security groups of the newest deployment."""
        chosen = self.place.get("securityGroups", [])
        if not chosen:
            return []
        return list(self.lab.ec2.describe_security_groups(GroupIds=chosen)["SecurityGroups"])

    def admitted(self, port: int = 80) -> list[str]:
        """From where the tasks' groups let a port in."""
        return [source for group in self.groups for source in rules.admitted(group, port)]

    # What a visitor gets ------------------------------------------------------------------------------------

    @cached_property
    def balancer(self) -> Facts | None:
        """The service's load balancer entry: target group, container and port."""
        entries = self.service["loadBalancers"] if self.service else []
        return dict(entries[0]) if entries else None

    @cached_property
    def target_group(self) -> Facts:
        if not self.balancer:
            return {}
        arn = self.balancer["targetGroupArn"]
        answer = or_none_if_missing(self.lab.elbv2.describe_target_groups, TargetGroupArns=[arn])
        return dict(answer["TargetGroups"][0]) if answer else {}

    @cached_property
    def targets(self) -> list[Facts]:
        """As DescribeTargetHealth shows them."""
        if not self.target_group:
            return []
        arn = self.target_group["TargetGroupArn"]
        return list(self.lab.elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"])

    @cached_property
    def address(self) -> str:
        """Where a visitor goes: the load balancer's name, or the newest running task's public IP; or ""."""
        if self.balancer:
            found = or_none_if_missing(self.lab.elbv2.describe_load_balancers, Names=[self.names.balancer])
            return str(found["LoadBalancers"][0]["DNSName"]) if found else ""
        for task in self.tasks:
            if task["lastStatus"] == "RUNNING":
                found = network_interface.interface_of(self.lab, task)
                return network_interface.public_ip_of(found) or ""
        return ""

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
    def page(self) -> bool:
        """Whether a visitor gets the page."""
        return self.visit == "200 OK"


def _id(task: Facts) -> str:
    return str(task["taskArn"]).rpartition("/")[2]
