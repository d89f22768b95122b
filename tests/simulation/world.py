"""One sandbox under simulation: its folder, the wall clock it sees, what it shows, and its restarts."""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from moto.ec2.models import ec2_backends
from moto.elbv2.models import elbv2_backends

from ecslab.sandbox.engine.control import carry_out
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.engine.snapshots import AT_STOP
from ecslab.sandbox.journal.journal import Journal
from ecslab.sandbox.wire.credentials import ACCOUNT, REGION
from ecslab.sandbox.world.errors import AwsError
from tests.simulation import ground, machines
from tests.simulation.client import Client
from tests.simulation.watch import Watch

Call = tuple[str, str, dict[str, Any]]
"""Service, operation and parameters."""
EPOCH = 1_790_000_000.0


class World:
    """What a step acts on.

    Args:
        folder: the sandbox's home; empty.
        switches: what `Sandbox` is started with beside the seed: `timing`, …
        hosts: whether it has container instances.

    Attributes:
        wall: what the sandbox's wall clock shows, in epoch seconds.
        complaints: what was wrong within a step, as (invariant, words).
        deleted: calls that are refused while something is deleted, by its name.
    """

    def __init__(self, folder: Path, seed: int, switches: dict[str, Any], hosts: bool = False):
        self.folder, self.seed, self.switches, self.hosts = folder, seed, switches, hosts
        self.wall = EPOCH
        self.client = Client()
        self.complaints: list[tuple[str, str]] = []
        self.security: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.deleted: dict[str, Call] = {}
        self.reached = 0.0
        self.furnished = False
        self.watch = Watch(self)
        self.sandbox = self._opened(mode="stepped")
        ground.furnish(self)
        if hosts:
            machines.furnish(self)
        self.furnished = True

    def _opened(self, **more: Any) -> Sandbox:
        return Sandbox(self.folder, seed=self.seed, wall=lambda: self.wall, **self.switches, **more)

    # what it holds

    @property
    def account(self) -> Any:
        self.sandbox.backend.enter()
        return self.sandbox.backend._account

    @property
    def now(self) -> float:
        return self.sandbox.clock.now

    @property
    def tasks(self) -> dict[str, Any]:
        region = self.account.regions.get(REGION)
        return region.tasks if region else {}

    @property
    def services(self) -> dict[str, Any]:
        region = self.account.regions.get(REGION)
        cluster = region and region.clusters.get(ground.CLUSTER)
        return cluster.services if cluster else {}

    @property
    def pools(self) -> dict[str, Any]:
        self.sandbox.backend.enter()
        pools: dict[str, Any] = elbv2_backends[ACCOUNT][REGION].pools
        return pools

    # what is done to it

    def ask(self, service: str, operation: str, /, **parameters: Any) -> Any:
        """An answer; AwsError for a refusal."""
        try:
            return self.client.ask(self.sandbox, service, operation, **parameters)
        finally:
            self.watch.attach()

    def attempt(self, service: str, operation: str, /, **parameters: Any) -> str:
        """How a call ended: `ok` or the refusal's code."""
        try:
            self.ask(service, operation, **parameters)
        except AwsError as refusal:
            return refusal.code
        return "ok"

    def control(self, verb: str, **values: Any) -> dict[str, Any]:
        try:
            return carry_out(self.sandbox, verb, values)
        finally:
            self.watch.attach()

    def inject(self, kind: str, **values: Any) -> str:
        try:
            self.control("inject", kind=kind, **values)
        except AwsError as refusal:
            return refusal.message
        return "ok"

    def run(self, seconds: float) -> None:
        """Let time pass by hand."""
        until = self.now + seconds
        while self.now < until - 1e-6:  # so much may happen that it stops on the way
            self.control("advance", seconds=until - self.now)

    # its end, and its beginning

    def restart(self, *, cleanly: bool = True, cut_at: int | None = None) -> None:
        """End the process, with or without a last word, and begin another one on what is on the disk.

        Args:
            cut_at: bytes of the journal that came to the disk.
        """
        if cleanly:
            if self.seed % 2:  # then it is as if enough had happened for a snapshot
                self.sandbox.account.snapshots.happened(AT_STOP)
            self.sandbox.close()
        else:
            self.sandbox.journal.close()
        if cut_at is not None:
            os.truncate(self.path, cut_at)
        self.sandbox.backend.close()
        self.sandbox = self._opened()
        self.watch.attach()

    @property
    def journal(self) -> Journal:
        return self.sandbox.journal

    @property
    def path(self) -> Path:
        return self.folder / "sandbox" / "journal.jsonl"

    @contextmanager
    def full_disk(self, after: int) -> Iterator[None]:
        """Within this, one write to the journal, `after` some, leaves half a line and fails."""
        self.journal._file = full = _Full(self.journal._file, after)  # type: ignore[assignment]
        try:
            yield
        finally:
            if self.journal._file is full:  # it never got so far
                self.journal._file = full.file

    def carry_away(self) -> dict[str, Any]:
        """Save: the journal's lines and the bodies beside it."""
        saved = self.control("export")
        saved["bodies"] = {digest: self.journal.blob(digest) for digest in saved["blobs"]}
        return saved

    def bring_back(self, saved: dict[str, Any]) -> None:
        """Load what was saved."""
        text = "\n".join(saved["lines"]).encode()
        digest = hashlib.sha256(text).hexdigest()
        for name, body in {**saved["bodies"], digest: text}.items():
            self.control("accept", digest=name, at=0, data=base64.b64encode(body).decode())
        self.control("restore", journal=digest)

    # what it shows

    def shown(self) -> dict[str, Any]:
        """All that the API tells of it; looking leaves no trace, in no counter of calls either."""
        faults = self.account.faults
        limits, faults.limits = faults.limits, None
        try:
            shown = dict(self._shown())
        finally:
            faults.limits = limits
        return json.loads(json.dumps(shown, default=str))  # type: ignore[no-any-return]

    def _shown(self) -> Iterator[tuple[str, Any]]:
        yield "clock", (self.now, self.sandbox.clock.next_at(), self.sandbox.clock.timestamp())
        yield from self._ecs()
        yield from self._network()
        yield from self._scaling()
        yield from machines.shown(self) if self.hosts else ()
        yield from self._names()
        yield "images", self.look("ecr", "DescribeImages", repositoryName=ground.REPOSITORY)
        yield "secrets", self.look("secretsmanager", "ListSecrets")
        yield "policies", self.look("iam", "ListAttachedRolePolicies", RoleName=ground.ROLE)
        yield "streams", self.look("logs", "DescribeLogStreams", logGroupName=ground.LOGS)
        yield "lines", self.look("logs", "FilterLogEvents", logGroupName=ground.LOGS)

    def _names(self) -> Iterator[tuple[str, Any]]:
        """Told from what is held: what is registered, and what resolvers and proxies remember."""
        for region, held in self.account.service_discovery.items():
            yield f"names {region}", {
                each.arn: (each.name, each.alias, each.owner, each.records, each.revision,
                           {name: (found.health, found.attributes) for name, found in each.instances.items()})
                for each in held.services.values()}  # fmt: skip
        yield "resolvers", {asker: cache.names for asker, cache in self.account.resolvers.items()}
        yield "proxies", {task: (proxy.turns, proxy.failures, proxy.avoided)
                          for task, proxy in self.account.proxies.items()}  # fmt: skip

    def _scaling(self) -> Iterator[tuple[str, Any]]:
        told = {"ScalingActivities": {"IncludeNotScaledActivities": True}}
        for noun in ("ScalableTargets", "ScalingPolicies", "ScheduledActions", "ScalingActivities"):
            more = told.get(noun, {})
            yield (
                noun,
                self.look("application-autoscaling", f"Describe{noun}", ServiceNamespace="ecs", **more),
            )
        yield "alarms", self.look("cloudwatch", "DescribeAlarms") if self.account.cloudwatch else None

    def _network(self) -> Iterator[tuple[str, Any]]:
        """Told from what is held, not from what EC2 answers: that would take as long as all the rest."""
        self.sandbox.backend.enter()
        ec2 = ec2_backends[ACCOUNT][REGION]
        yield "targets", {arn: [(each.ip, each.port, each.health) for each in pool]
                          for arn, pool in self.pools.items()}  # fmt: skip
        yield "interfaces", {eni_id: (eni.private_ip_address, eni.public_ip, eni.status, eni.description)
                             for eni_id, eni in ec2.enis.items()}  # fmt: skip
        yield "rules", [[rule.ip_range for rule in group.ingress_rules]
                        for group in ec2.groups[self.vpc].values()]  # fmt: skip
        routes = ec2.route_tables[self.table].routes
        yield "routes", sorted(str(route.destination_cidr_block) for route in routes)

    def _ecs(self) -> Iterator[tuple[str, Any]]:
        cluster = {"cluster": ground.CLUSTER}
        yield (
            "cluster",
            self.look("ecs", "DescribeClusters", clusters=[ground.CLUSTER], include=["STATISTICS"]),
        )
        yield "listed", self.look("ecs", "ListServices", **cluster)
        for name in sorted(self.services):
            yield f"service {name}", self.look("ecs", "DescribeServices", services=[name], **cluster)
            rollouts = self.look("ecs", "ListServiceDeployments", service=name, **cluster)
            yield f"deployments of {name}", rollouts
            arns = [each["serviceDeploymentArn"] for each in rollouts.get("serviceDeployments", [])][:20]
            if arns:
                yield (
                    f"all of {name}",
                    self.look("ecs", "DescribeServiceDeployments", serviceDeploymentArns=arns),
                )
        for status in ("RUNNING", "STOPPED"):
            arns = self.look("ecs", "ListTasks", desiredStatus=status, **cluster).get("taskArns", [])
            found = self.look("ecs", "DescribeTasks", tasks=arns, **cluster) if arns else {"tasks": []}
            yield f"tasks {status}", found

    def look(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """The answer, or the refusal."""
        try:
            answer: dict[str, Any] = self.client.ask(self.sandbox, service, operation, **parameters)
        except AwsError as refusal:
            return {"refused": refusal.code}
        answer.pop("ResponseMetadata", None)
        return answer


class _Full:
    """A file on a disk that is full once."""

    def __init__(self, file: Any, after: int):
        self.file, self._left = file, after

    def write(self, line: bytes) -> None:
        self._left -= 1
        if self._left < 0:
            self.file.write(line[: len(line) // 2])
            self.file.flush()
            raise OSError(28, "No space left on device")
        self.file.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)
