"""What a Fargate task finds around it: its interface, the registry, the logs, and a runtime."""

from collections.abc import Mapping
from typing import Final

from ecslab.sandbox.bridge import logs
from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.capacity import look
from ecslab.sandbox.bridge.ecs.fargate import connect_log, image_pulls, task_agent, task_interfaces
from ecslab.sandbox.bridge.ecs.fargate.container_host import Host
from ecslab.sandbox.bridge.ecs.fargate.container_spec import container_spec
from ecslab.sandbox.bridge.ecs.fargate.credentials import Credentials
from ecslab.sandbox.bridge.ecs.fargate.injected_values import injected
from ecslab.sandbox.bridge.ecs.fargate.metadata import Environment
from ecslab.sandbox.bridge.ecs.fargate.volumes import Volumes
from ecslab.sandbox.bridge.ecs.instances import placing
from ecslab.sandbox.bridge.iam.endpoint_policies import endpoint_problem
from ecslab.sandbox.bridge.load.meters import meters_of
from ecslab.sandbox.bridge.logs import log_options, log_stream
from ecslab.sandbox.runtime import RunningContainer
from ecslab.sandbox.world.network import packets, vpc
from ecslab.sandbox.world.task import failures
from ecslab.sandbox.world.task.container import Container, Pulled
from ecslab.sandbox.world.task.driver import Driver
from ecslab.sandbox.world.task.surroundings import Exited, StartFailed
from ecslab.sandbox.world.task.task import Task

_PENDING: Final = frozenset({"PENDING", "ACTIVATING"})  # PROVISIONING counts in neither: recorded of services


class Fargate:
    """Surroundings (`world.task.surroundings`) made of moto's account and the sandbox's runtime.

    Attributes:
        driver: walks the account's tasks.
    """

    def __init__(self, account: Account):
        self.account, self.driver = account, Driver(account.clock, self, account.behaviour)
        self.volumes, self.credentials = Volumes(account.budget), Credentials()
        self.images = image_pulls.Images(account)

    def _fail_if_platform_does(self, phase: str) -> None:
        problem = self.account.faults.platform
        failure = failures.platform_failures()[problem] if problem else None
        if failure and failure.phase == phase:
            raise StartFailed(failure.reason, failure.after)

    def attach_eni(self, task: Task) -> task_network.Eni:
        if task.attachment.shared:
            return task_interfaces.join(self.account, task)
        self._fail_if_platform_does("interface")
        return task_interfaces.attach(self.account, task)

    def release_eni(self, task: Task) -> None:
        self.volumes.forget(task)
        self.credentials.forget(task)
        task_interfaces.release(self.account, task)

    def prepare(self, task: Task) -> None:
        self._fail_if_platform_does("containers")
        facts, (role, service) = task_agent.network(task), task_agent.role(task)
        image_pulls.log_in(task, facts, role, service)
        for container in task.containers:
            container.injected = injected(task, container, facts, role) or None

    def open_logs(self, task: Task) -> None:
        facts, role = task_agent.network(task), task_agent.role(task)
        for container in task.containers:
            where, options = log_stream(task, container), log_options(container)
            if where is not None:
                self._open_log(task, where, options, facts, *role, logs.pattern_refusal(container))
        log = connect_log.log_of(task)
        if log is not None:
            self._open_log(task, connect_log.stream_of(task, log), log.options, facts, *role)

    def _open_log(
        self,
        task: Task,
        where: tuple[str, str, str],
        options: Mapping[str, str],
        facts: vpc.Facts,
        role: str | None,
        service: str,
        refusal: str | None = None,
    ) -> None:
        """Make a log stream; StartFailed with the reason if that cannot be, or with `refusal`."""
        if not packets.egress(facts, "logs").passed:
            raise failures.unreachable("logs_unreachable")
        create = options.get("awslogs-create-group") == "true"
        refusal = refusal or logs.open_stream(
            *where, role or "", task.id, create,
            lambda action, arn: endpoint_problem(facts, "logs", action, arn, role or "", task.id), service,
        )  # fmt: skip
        if refusal:
            raise StartFailed(refusal)

    def pull(self, task: Task, container: Container) -> Pulled:
        return self.images.pull(task, container)

    def start(self, task: Task, container: Container, exited: Exited) -> tuple[str, RunningContainer]:
        host = Host(self.account, task, container, exited, self.credentials)
        runtime_id = f"{task.id}-{rng.randrange(10**9, 10**10)}"
        environment = Environment(task, container, self.credentials)
        init = bool((container.definition.get("linuxParameters") or {}).get("initProcessEnabled"))
        init_process = init and self.account.behaviour >= 2
        spec = container_spec(task, container, environment, self.volumes, init_process)
        return runtime_id, self.account.runtime.start(spec, host)

    def reachable(self, task: Task) -> bool:
        instance = placing.instance_of(task)
        return instance is None or instance.agent_connected or self.account.behaviour < placing.FAULTS

    def leaving(self, task: Task) -> float:
        services = self.account.services
        return services.leaving(task) if services else self.account.clock.durations.of("deactivated", task.id)

    def moved(self, task: Task, before: str | None) -> None:
        cluster = state.of(task.region).clusters[task.cluster]
        now = self.account.clock.now
        cluster.pending.add((task.last_status in _PENDING) - (before in _PENDING), now)
        cluster.running.add((task.last_status == "RUNNING") - (before == "RUNNING"), now)
        if task.instance and task.last_status == "STOPPED":
            placing.release(task)
        if task.last_status == "STOPPED" and task.id in cluster.waiting:
            del cluster.waiting[task.id]
            look.soon(task.region, cluster)
        if self.account.services:
            if task.last_status != before:
                self._measure(task)
            self.account.services.task_moved(task, before)
        if self.account.daemons:
            self.account.daemons.task_moved(task)

    def _measure(self, task: Task) -> None:
        """Let a service's task count in its metrics, or not any more."""
        services = self.account.services
        membership = services.tasks.get(task.id) if services else None
        if membership:
            meters_of(self.account).task_moved(task, membership.service)
