"""The world that moto's tests assume: tasks start and stop at once, and any image exists.

So do their other assumptions hold: an image may be put whose layers nobody has uploaded; whatever is
registered as a target passes its health checks; a load balancer needs neither an internet gateway nor
security groups of its own VPC; the account has no VPC but the default one; any machine image is there, as
the tests switch off that there are any; whoever names an instance may register it; and to sleep is to let
time pass.

It is made here and nowhere in the package, so no setting, variable or request can put a sandbox into it.
`enter` refuses outside the process that `python -m tests.compat` starts, and from then on that process
refuses every ordinary sandbox.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import MockAWS
from moto.ecr import urls as ecr_urls
from moto.ecs import urls
from moto.elb import urls as elb_urls
from moto.elbv2 import urls as elbv2_urls

from ecslab.sandbox.bridge import determinism, installation
from ecslab.sandbox.bridge.account import Account, current_account, entered_account
from ecslab.sandbox.bridge.ec2 import machines, vpcs
from ecslab.sandbox.bridge.ec2.backend import EC2Backend
from ecslab.sandbox.bridge.ecr import put_image
from ecslab.sandbox.bridge.ecr import responses as ecr_responses
from ecslab.sandbox.bridge.ecs import clusters, dispatch
from ecslab.sandbox.bridge.ecs.fargate.platform import Fargate
from ecslab.sandbox.bridge.ecs.instances import operations, registration, view
from ecslab.sandbox.bridge.ecs.instances.agents import Agents
from ecslab.sandbox.bridge.elbv2 import responses as elbv2_responses
from ecslab.sandbox.bridge.elbv2 import target_access
from ecslab.sandbox.bridge.elbv2.backend import ElbV2Backend
from ecslab.sandbox.engine import backend
from ecslab.sandbox.runtime.embedded import EmbeddedRuntime
from ecslab.sandbox.wire.caller_identity import CALLER
from ecslab.sandbox.world.container_instance import capabilities
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.load_balancing.target_health import Check
from ecslab.sandbox.world.task.container import Container, Pulled
from ecslab.sandbox.world.task.driver import Driver
from ecslab.sandbox.world.task.phases import Phases
from ecslab.sandbox.world.task.surroundings import Exited
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.clock import Clock
from ecslab.sandbox.world.time.timeline import Timeline

from .permit import Refused, check

__all__ = ["enter"]

ACCOUNT: Final = "123456789012"
_REGION: Final = re.compile(r"https?://ecs\.([a-z0-9-]+)\.amazonaws\.com")


def enter() -> None:
    """Put our backends under `mock_aws`, in the compat world, for the rest of this process.

    Raises:
        Refused: this is not a child of `python -m tests.compat`, or it has a sandbox already.
    """
    check()
    if entered_account() is not None:
        raise Refused("This process has a sandbox already.")
    backend.Backend.__init__ = _no_sandbox  # type: ignore[method-assign]
    urls.url_paths = {"{0}/$": _answer}
    ecr_urls.url_paths = ecr_responses.url_paths
    elb_urls.url_paths = elbv2_urls.url_paths = elbv2_responses.url_paths
    dispatch.OPERATIONS["RegisterContainerInstance"] = _register_instance
    vpcs.create_workshop = _only_the_default_vpc
    machines.is_image = lambda _region, _image: True
    _lenient_balancers()
    put_image.size_of = _size
    _phases_at_once()
    time.sleep = _sleep
    reset, process = MockAWS.reset, BotocoreStubber.process_request

    def fresh(self: MockAWS) -> None:
        reset(self)
        _fresh_account()

    def after_time_passed(self: BotocoreStubber, request: Any) -> Any:
        clock = current_account().clock
        clock.run(until=max(clock.now, clock.timeline.virtual_at(_wall())))
        return process(self, request)

    MockAWS.reset, BotocoreStubber.process_request = fresh, after_time_passed
    _fresh_account()


_slept: Final = [0.0]


def _wall() -> float:
    return time.time() + _slept[0]


def _sleep(seconds: float) -> None:
    _slept[0] += seconds


def _lenient_balancers() -> None:
    ElbV2Backend._has_gateway = lambda *_: True
    ours = ElbV2Backend._groups

    def groups_of_any_vpc(self: ElbV2Backend, ids: list[str], vpc_id: str, kind: str) -> list[str]:
        known = all(self.ec2_backend.get_security_group_from_id(group_id) for group_id in ids)
        return list(ids) if ids and known else ours(self, ids, vpc_id, kind)

    ElbV2Backend._groups = groups_of_any_vpc
    target_access.ask = lambda _backend, _group, _target, check: _passing(check)


def _phases_at_once() -> None:
    ours = Phases.next

    def at_once(self: Phases, task: Task, _delay: float, phase: Callable[[Task], None]) -> None:
        ours(self, task, 0.0, phase)

    Phases.next = at_once


def _size(_repository: Any, manifest: Mapping[str, Any]) -> int:
    """Bytes of an image whose layers nobody has uploaded."""
    return sum(part["size"] for part in [manifest.get("config", {"size": 0}), *manifest.get("layers", [])])


def _passing(check: Check) -> int | str:
    """The answer that a health check hopes for."""
    return "connected" if check.protocol == "TCP" else int(check.codes[:3])


def _register_instance(params: dict[str, Any], caller: dispatch.Caller) -> dict[str, Any]:
    """What the agent asks for: here whoever asks has an instance registered, of the size of moto's."""
    cluster = clusters.find(caller, params.get("cluster"))
    ec2_id = str(json.loads(params["instanceIdentityDocument"])["instanceId"])
    instance_id, now = determinism.rng.get_random_hex(32), current_account().clock.timestamp()
    attributes: dict[str, str | None] = dict.fromkeys(capabilities.capabilities()) | {
        "ecs.availability-zone": f"{caller.region}a", "ecs.cpu-architecture": "x86_64",
        "ecs.os-type": "linux",
    }  # fmt: skip
    instance = ContainerInstance(
        id=instance_id, ec2_id=ec2_id, cpu=4096, memory=7482, interfaces=3, attributes=attributes,
        agent_version="1.0.0", docker_version="DockerVersion: 1.5.0", registered_at=now,
        arn=caller.ecs_arn(f"container-instance/{cluster.name}/{instance_id}"), cluster=cluster.name,
        region=caller.region, built_in=frozenset(attributes), agent_changed_at=now,
    )  # fmt: skip
    operations.agents().registered[ec2_id] = registration._added(cluster, instance)
    return {"containerInstance": view.view(instance)}


def _no_sandbox(*_args: Any, **_options: Any) -> None:
    raise Refused("No sandbox is started in the compat world.")


def _only_the_default_vpc(_backend: EC2Backend) -> None:
    """An account as AWS opens it."""


def _fresh_account() -> None:
    _slept[0] = 0.0
    clock = Clock(timeline=Timeline(_wall()))
    account = Account(clock, EmbeddedRuntime(), ACCOUNT, wall_clock=_wall)
    installation.install(account)
    installation.load_balancing()
    account.fargate, account.agents = _AtOnce(account), Agents(account)


def _answer(request: Any, url: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
    """What moto's ECS would have answered."""
    match = _REGION.match(url)
    caller = dispatch.Caller(ACCOUNT, match[1] if match else "us-east-1", CALLER)
    return dispatch.respond(headers["X-Amz-Target"], request.data, caller)


class _AtOnce(Fargate):
    """Surroundings with every image and no refusals, and a driver that takes no time."""

    def __init__(self, account: Account):
        super().__init__(account)
        self.driver = _QuickDriver(account.clock, self)

    def prepare(self, task: Task) -> None:
        """Neither registry nor logs nor secrets are asked."""

    def pull(self, task: Task, container: Container) -> Pulled:
        return Pulled("sha256:" + "0" * 64, 0.0)

    def start(self, task: Task, container: Container, exited: Exited) -> tuple[str, Any]:
        idle = _Idle(self.account.clock, lambda code: exited(task, container, code, None))
        return f"{task.id}-{determinism.rng.randrange(10**9, 10**10)}", idle

    def leaving(self, task: Task) -> float:
        super().leaving(task)
        return 0.0


class _QuickDriver(Driver):
    def launch(self, task: Task) -> None:
        super().launch(task)
        self.clock.run(until=self.clock.now)

    def stop(self, task: Task, code: str, reason: str) -> None:
        super().stop(task, code, reason)
        self.clock.run(until=self.clock.now)


class _Idle:
    """A program that waits until it is told to end."""

    listening: frozenset[int] = frozenset()

    def __init__(self, clock: Clock, exited: Callable[[int], None]):
        self.clock, self.exited = clock, exited

    def signal(self, name: str) -> None:
        code = 143 if name == "TERM" else 137
        self.clock.after(0.0, lambda: self.exited(code))
