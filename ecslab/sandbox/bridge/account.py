"""One sandbox's account, and the seam that says whose account answers now.

moto keeps its backends in dictionaries of its modules, so one account at a time is behind them in a process.
`enter` is the only place that changes which one: what moto held for the account before is parked with that
account, and comes back when it is entered again. `current_account` is the only place that tells; everything
in the bridge that belongs to a sandbox is an attribute of its `Account`.

Whoever enters keeps other threads out until the work for the account is done (`Sandbox.lock`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ecslab.sandbox.bridge.moto_state import MotoState, forget_backends, held, park, put_back
from ecslab.sandbox.runtime import Runtime
from ecslab.sandbox.runtime.budget import AccountBudget
from ecslab.sandbox.world.behaviour import LATEST
from ecslab.sandbox.world.faults import Faults
from ecslab.sandbox.world.network.name_cache import NameCache
from ecslab.sandbox.world.service_connect.proxy import Proxy
from ecslab.sandbox.world.stale_reads import StaleReads
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.clock import Clock
from ecslab.sandbox.world.time.windows import Presents

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.auto_scaling_groups.state import RegionGroups
    from ecslab.sandbox.bridge.autoscaling.state import RegionScaling
    from ecslab.sandbox.bridge.cloudwatch.backend import CloudWatch
    from ecslab.sandbox.bridge.ecs.daemons.hosting import Daemons
    from ecslab.sandbox.bridge.ecs.exec.session import ExecSession
    from ecslab.sandbox.bridge.ecs.fargate.platform import Fargate
    from ecslab.sandbox.bridge.ecs.instances.agents import Agents
    from ecslab.sandbox.bridge.ecs.services.registry import ServiceRegistry
    from ecslab.sandbox.bridge.ecs.state import RegionState
    from ecslab.sandbox.bridge.elbv2.load_balancing import LoadBalancing
    from ecslab.sandbox.bridge.load.connect_metrics import ConnectMeters
    from ecslab.sandbox.bridge.load.meters import Meters
    from ecslab.sandbox.bridge.load.visitors import Visitors
    from ecslab.sandbox.bridge.ssm_nodes.state import RegionNodes
    from ecslab.sandbox.world.network.vpc import Facts
    from ecslab.sandbox.world.service_discovery.registry import Registry

OpenPath = tuple[str, str, tuple[str, ...], int, str]
"""Interface id of a load balancer's node, then subnet, security groups, port and address of a target."""


@dataclass(slots=True)
class KnownNetworks:
    """What was found out of networks.

    Attributes:
        open_paths: from load balancers to targets, those that packets pass.
        facts: of an interface in this Region and subnet, with these security groups.
    """

    open_paths: set[OpenPath] = field(default_factory=set)
    facts: dict[tuple[str, str, tuple[str, ...]], Facts] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Account:
    """A sandbox's parts, as the bridge sees them.

    Attributes:
        clock: virtual time; whoever serves a request has moved it before.
        runtime: runs the programs of containers.
        id: twelve digits.
        folder: where image layers and the registry's key are kept; None keeps them in memory.
        seed: decides what moto's backends hold when they are built.
        behaviour: of the sandbox that wrote the journal (`world.behaviour`).
        wall_clock: the time moto sees, in epoch seconds; by default the clock's.
        client_clock: what time it is for clients outside, in epoch seconds; by default as moto sees it.
        faults: what has been made to go wrong.
        stale_reads: what clients see late; None where they see everything at once.
        regions: what ECS holds, by Region.
        fargate: the platform that runs tasks; None before the first task.
        first_task: the one it was made for.
        tasks_by_interface: the tasks that hold a network interface, by its id.
        tasks_by_instance: tasks that share an EC2 instance's interface, by its id and theirs.
        agents: the container agents of EC2 instances; None before the account is installed.
        services: the services' tasks and scheduler; None before the first service.
        daemons: the tasks of managed daemons; None before the first daemon.
        load_balancing: None before Elastic Load Balancing is first used.
        autoscaling: scalable targets and their activities, by Region.
        scaling_groups: Auto Scaling groups, by Region.
        managed_nodes: activations of Systems Manager, and the machines that used them, by Region.
        instance_lost_listeners: called with Region and id of an EC2 instance that is stopped or terminated.
        cloudwatch: metrics and alarms; None before either is first used.
        meters: what services and target groups tell CloudWatch; None before the first of them.
        connect_meters: what Service Connect tells it; None before the first request that a proxy carries.
        visitors: who comes to load balancers; None before the first do.
        known_networks: what was found out of networks since a call of the API last changed something; only
            such calls change a network's rules. None keeps nothing.
        building: how many of moto's backends are being built at this moment.
        budget: what all containers may use together.
        service_discovery: what Cloud Map holds, by Region.
        resolvers: what resolvers remember of names, by the network interface that asked.
        proxies: what the proxies of Service Connect remember, by task id.
        exec_sessions: the sessions of ECS Exec, by id, those that ended not long ago too.
        log_lines, log_bytes: what is kept of logs, or more, if some were deleted since it was counted.
        moto: what moto held for this account when another one was entered.
    """

    clock: Clock
    runtime: Runtime
    id: str
    folder: Path | None = None
    seed: str = "ecslab"
    behaviour: int = LATEST
    wall_clock: Callable[[], float] | None = None
    client_clock: Callable[[], float] | None = None
    faults: Faults = field(default_factory=Faults)
    stale_reads: StaleReads | None = None
    regions: dict[str, RegionState] = field(default_factory=dict)
    fargate: Fargate | None = None
    first_task: Task | None = None
    tasks_by_interface: dict[str, Task] = field(default_factory=dict)
    tasks_by_instance: dict[str, dict[str, Task]] = field(default_factory=dict)
    agents: Agents | None = None
    services: ServiceRegistry | None = None
    daemons: Daemons | None = None
    load_balancing: LoadBalancing | None = None
    autoscaling: dict[str, RegionScaling] = field(default_factory=dict)
    scaling_groups: dict[str, RegionGroups] = field(default_factory=dict)
    managed_nodes: dict[str, RegionNodes] = field(default_factory=dict)
    instance_lost_listeners: list[Callable[[str, str], None]] = field(default_factory=list)
    cloudwatch: CloudWatch | None = None
    meters: Meters | None = None
    connect_meters: ConnectMeters | None = None
    visitors: Visitors | None = None
    known_networks: KnownNetworks | None = None
    building: int = 0
    budget: AccountBudget = field(default_factory=AccountBudget)
    service_discovery: dict[str, Registry] = field(default_factory=dict)
    resolvers: dict[str, NameCache] = field(default_factory=dict)
    proxies: dict[str, Proxy] = field(default_factory=dict)
    exec_sessions: dict[str, ExecSession] = field(default_factory=dict)
    log_lines: int = 0
    log_bytes: int = 0
    moto: MotoState = field(default_factory=MotoState)

    def timestamp(self) -> float:
        """The time moto sees, in epoch seconds."""
        return self.wall_clock() if self.wall_clock else self.clock.timestamp()

    def client_time(self) -> float:
        """The time by which is judged what a client compares with its own clock, in epoch seconds.

        Nothing of it may become part of the account: a replay has another.
        """
        return self.client_clock() if self.client_clock else self.timestamp()

    def presents(self) -> Presents:
        """The world's present and the client's."""
        return Presents(self.clock.timestamp_at(0.0), self.timestamp(), self.client_time())


class _Seam:
    entered: Account | None = None


def enter(account: Account) -> None:
    """Let moto's dictionaries, and `current_account`, answer for `account` from here on."""
    previous = _Seam.entered
    if previous is account:
        return
    if previous is None:
        forget_backends()
    else:
        previous.moto = park()
    _Seam.entered = account
    put_back(account.moto)


@contextmanager
def whole(account: Account) -> Iterator[Account]:
    """Within this an account has what moto holds for it, too; its random stream is of no event, and stays."""
    enter(account)
    account.moto = replace(held(), random=None)
    try:
        yield account
    finally:
        account.moto = MotoState()


def leave(account: Account) -> None:
    """Forget what moto holds for `account`, which is at its end."""
    account.moto = MotoState()
    if _Seam.entered is account:
        forget_backends()
        _Seam.entered = None


def entered_account() -> Account | None:
    """The account that answers now, or None before the first one is entered."""
    return _Seam.entered


def current_account() -> Account:
    """The account that answers now; RuntimeError before the first one is entered."""
    if _Seam.entered is None:
        raise RuntimeError("no sandbox is installed in this process: call bridge.installation.install first")
    return _Seam.entered
