"""What a container may ask of the sandbox: time, its log, and the network as its task sees it."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from typing import Final

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ecs.fargate import metadata, task_role_calls
from ecslab.sandbox.bridge.ecs.fargate.credentials import Credentials
from ecslab.sandbox.bridge.ecs.fargate.metadata import host_name
from ecslab.sandbox.bridge.logs import write_log
from ecslab.sandbox.bridge.open_ports import program_on
from ecslab.sandbox.runtime import Cancellable, HttpRequest, HttpResponse, RunningContainer
from ecslab.sandbox.world.network import packets
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.surroundings import Exited
from ecslab.sandbox.world.task.task import Task

LOOPBACK: Final = "127.0.0.1"
AWS: Final = ".amazonaws.com"


class Host:
    """The host of one container (`runtime.Host`).

    Args:
        account: whose network, clock and logs these are.
        exited: whom to tell that the container ended.
        credentials: what the metadata endpoint gives out.
    """

    __slots__ = ("_account", "_container", "_credentials", "_exited", "_task")

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

    def exited(self, code: int, reason: str | None = None) -> None:
        self._exited(code, reason)

    def log(self, line: str) -> None:
        write_log(self._task, self._container, line)

    def after(self, seconds: float, action: Callable[[], None]) -> Cancellable:
        return self._account.clock.after(seconds, action)

    def now(self) -> float:
        return self._account.clock.now

    def timestamp(self) -> float:
        return self._account.clock.timestamp()

    def hostname(self) -> str:
        return host_name(self._task)

    def taken(self, port: int) -> bool:
        return program_on(self._task, port) is not None

    def fetch(self, host: str, port: int, request: HttpRequest) -> HttpResponse:
        interface = self._task.attachment.interface
        assert interface is not None, "a container that runs has a network"
        own = (interface.private_ip, interface.private_dns)
        if host == "localhost" or host in own or host.startswith("127."):
            return _asked(program_on(self._task, port), port, replace(request, peer=LOOPBACK))
        if (host, port) == (metadata.ADDRESS, 80):
            return metadata.answer(self._task, self._credentials, request)
        if host.endswith(AWS):
            return self._asked_of_aws(host, request)
        return self._asked_elsewhere(_address(host), port, replace(request, peer=interface.private_ip))

    def _asked_of_aws(self, host: str, request: HttpRequest) -> HttpResponse:
        """An AWS endpoint, through the task's own network interface."""
        service = task_role_calls.service_at(host)
        if service is None:
            raise LookupError(f"no host {host}")
        interface = self._task.attachment.interface
        assert isinstance(interface, task_network.Eni)
        if not packets.egress(task_network.network_facts(interface), service).passed:
            raise TimeoutError(f"no answer from {host}")
        return task_role_calls.answer(host, request)

    def _asked_elsewhere(self, address: str, port: int, request: HttpRequest) -> HttpResponse:
        """Another task of the VPC, by its private address, if the rules let the packet in."""
        mine = self._task.attachment.interface
        assert isinstance(mine, task_network.Eni)
        for task in self._account.tasks_by_interface.values():
            theirs = task.attachment.interface
            if not isinstance(theirs, task_network.Eni):
                continue
            if (theirs.vpc_id, theirs.private_ip) == (mine.vpc_id, address):
                packet = packets.Packet(mine.private_ip, port, source_groups=mine.group_ids)
                if packets.inbound(packet, task_network.network_facts(theirs)).passed:
                    return _asked(program_on(task, port), port, request)
        raise TimeoutError(f"no answer from {address}")


def _asked(program: RunningContainer | None, port: int, request: HttpRequest) -> HttpResponse:
    if program is None:
        raise ConnectionRefusedError(f"nothing listens on port {port}")
    return program.request(request, port)


def _address(host: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:  # containers of one task share localhost, and do not know each other by name
        raise LookupError(f"no host {host}") from None
