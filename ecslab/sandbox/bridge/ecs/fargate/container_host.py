"""What a container may ask of the sandbox: time, its log, and the network as its task sees it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from ecslab.sandbox.bridge import instance_memory, vpc_names
from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ecs.fargate import connect_proxy, metadata, task_role_calls
from ecslab.sandbox.bridge.ecs.fargate.connections import connect
from ecslab.sandbox.bridge.ecs.fargate.credentials import Credentials, task_role
from ecslab.sandbox.bridge.ecs.fargate.metadata import host_name
from ecslab.sandbox.bridge.iam.endpoint_policies import endpoint_problem
from ecslab.sandbox.bridge.log_events import FLUSHED
from ecslab.sandbox.bridge.logs import collector, write_log, write_log_again
from ecslab.sandbox.bridge.open_ports import connect_of, program_of, program_of_host, program_on
from ecslab.sandbox.runtime import Cancellable, HttpRequest, HttpResponse, RunningContainer
from ecslab.sandbox.world.network import packets
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.surroundings import Exited
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.clock import Leaves

LOOPBACK: Final = "127.0.0.1"


class Host:
    """The host of one container (`runtime.Host`).

    Args:
        account: whose network, clock and logs these are.
        exited: whom to tell that the container ended.
        credentials: what the metadata endpoint gives out.
    """

    __slots__ = ("_account", "_collector", "_container", "_credentials", "_exited", "_task")

    def __init__(
        self,
        account: Account,
        task: Task,
        container: Container,
        exited: Exited,
        credentials: Credentials,
    ):
        self._account, self._task, self._container = account, task, container
        self._exited, self._credentials = exited, credentials
        self._collector = collector(task, container)

    def exited(self, code: int, reason: str | None = None) -> None:
        if self._collector:
            self._collector.flush()
        for session in list(self._account.exec_sessions.values()):
            if session.container is self._container:
                session.end()
        self._container.held = 0.0
        self._exited(self._task, self._container, code, reason)
        if self._account.visitors:
            self._account.visitors.container_ended(self._task)

    def log(self, line: str) -> None:
        if self._collector is None:
            write_log(self._task, self._container, line)
        elif self._collector.take(self._account.clock.timestamp(), line):
            self._account.clock.after(FLUSHED, self._collector.flush, aside=True)

    @property
    def repeats(self) -> bool:
        return self._collector is None

    def log_again(self, moments: Sequence[float]) -> None:
        write_log_again(self._task, self._container, [*map(self._account.clock.timestamp_at, moments)])

    def after(self, seconds: float, action: Callable[[], None]) -> Cancellable:
        return self._account.clock.after(seconds, action)

    def now(self) -> float:
        return self._account.clock.now

    def timestamp(self) -> float:
        return self._account.clock.timestamp()

    def hostname(self) -> str:
        if self._task.attachment.shared and self._mode != "host":
            return str(self._container.runtime_id)[:12]  # as Docker names a container
        return host_name(self._task)

    def hold(self, mib: float) -> bool:
        return instance_memory.hold(self._task, self._container, mib)

    def taken(self, port: int) -> bool:
        return self._at_home(port) is not None

    @property
    def _mode(self) -> str:
        return str(self._task.definition.get("networkMode", "bridge"))

    def _at_home(self, port: int) -> RunningContainer | None:
        """Who listens on a port of the container's network: its task's, its machine's, or its own alone."""
        if not self._task.attachment.shared:
            return program_on(self._task, port)
        if self._mode == "host":
            return program_of_host(self._interface.eni_id, port)
        own = program_of(self._container)
        return own if own and port in own.listening else None

    def name_server(self) -> str:
        interface = self._interface
        return vpc_names.resolver(interface.region, interface.vpc_id)

    def resolve(self, name: str) -> tuple[str, ...]:
        interface = self._interface
        if name == "localhost":
            return (LOOPBACK,)
        if name == interface.private_dns:  # it stands in the container's /etc/hosts
            return (interface.private_ip,)
        mesh = connect_of(self._task)
        local = mesh.address(name.lower()) if mesh else None
        if local:  # it stands there too
            return (local,)
        return vpc_names.resolve(name, interface.region, interface.vpc_id, interface.eni_id)

    def services(self, name: str) -> tuple[str, ...]:
        interface = self._interface
        return vpc_names.services(name, interface.region, interface.vpc_id, interface.eni_id)

    def fetch(self, host: str, port: int, request: HttpRequest) -> HttpResponse:
        interface = self._interface
        if (host, port) == (metadata.ADDRESS, 80):
            return metadata.answer(self._task, self._credentials, request)
        if task_role_calls.service_at(host):
            return self._asked_of_aws(host, request)
        if self._mode == "none" and host not in ("localhost", LOOPBACK):
            raise ConnectionRefusedError(f"no route to {host}")
        mesh = connect_of(self._task)
        endpoint = mesh.endpoints.get((host.lower(), port)) if mesh else None
        if endpoint:
            return connect_proxy.request(self._account, self._task, interface, endpoint, request)
        last: Exception = TimeoutError(f"no answer from {host}")
        for address in self.resolve(host.strip("[]")):
            if address in (interface.private_ip, interface.ipv6) or address.startswith("127."):
                return _asked(self._at_home(port), port, replace(request, peer=LOOPBACK))
            try:
                answer = connect(self._account, interface, address, port)
            except (TimeoutError, ConnectionRefusedError) as failure:
                last = failure
            else:
                return answer(request)
        raise last

    def fetched_again(self, host: str, port: int, period: float) -> Leaves | None:
        interface = self._interface
        if host not in ("localhost", LOOPBACK, interface.private_dns, interface.private_ip):
            return None  # what lies between may change, and who answers, without a word to this container
        program = self._at_home(port)
        return program.repeats(port, period) if program else Leaves(lambda _moments: None)

    @property
    def _interface(self) -> task_network.Eni:
        interface = self._task.attachment.interface
        assert isinstance(interface, task_network.Eni), "a container that runs has a network"
        return interface

    def _asked_of_aws(self, host: str, request: HttpRequest) -> HttpResponse:
        """An AWS endpoint, through the task's own network interface."""
        service, interface = task_role_calls.service_at(host), self._interface
        facts = task_network.network_facts(interface)
        verdict = packets.egress(facts, service)
        if verdict.stopped_by == "name-resolution":
            raise LookupError(f"no host {host}")
        if not verdict.passed:
            raise TimeoutError(f"no answer from {host}")
        role = task_role(self._task) or ""
        return task_role_calls.answer(
            host, request,
            lambda action: endpoint_problem(facts, str(service), action, None, role, self._task.id),
        )  # fmt: skip


def _asked(program: RunningContainer | None, port: int, request: HttpRequest) -> HttpResponse:
    if program is None:
        raise ConnectionRefusedError(f"nothing listens on port {port}")
    return program.request(request, port)
