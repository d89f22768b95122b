"""One look at the account: whose tag counts, where the ledger says to look, what several searches need."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, cast

from ecslab.connection import cluster_namespaces
from ecslab.connection.connection import Connection
from ecslab.connection.ledger_lines import identity
from ecslab.connection.tags import Tags, made_by
from ecslab.resources import cluster
from ecslab.resources.load_balancer import load_balancer_reader
from ecslab.resources.machines import machine_reader
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecs.type_defs import ClusterTypeDef, ContainerInstanceTypeDef, ServiceTypeDef, TaskTypeDef
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef

Look = TypeVar("Look")


@dataclass(frozen=True)
class SurveyedCluster:
    """An ACTIVE cluster that may hold something of the lab's.

    Attributes:
        shown: as DescribeClusters shows it.
        ours: whether the lab made it. What others put into it is theirs all the same.
        services: those in it that are the lab's.
        strangers: the other services in it.
        leaving: the names of those of the lab's that are deleted, while their last tasks stop.
    """

    shown: ClusterTypeDef
    ours: bool
    services: list[ServiceTypeDef]
    strangers: list[ServiceTypeDef]
    leaving: set[str] = field(default_factory=set)


class Survey:
    """What all searches share.

    Args:
        owner: whose tag counts.
    """

    def __init__(self, lab: Connection, owner: str):
        self.lab, self.owner = lab, owner
        self._tasks: dict[str, list[TaskTypeDef]] = {}
        self._instances: dict[str, list[ContainerInstanceTypeDef]] = {}
        self._looks: dict[object, object] = {}
        cluster_namespaces.recover(lab.client, lab.ledger)
        self._entries = [entry for entry in lab.ledger.entries() if entry.outcome != "refused"]

    def names(self, kind: str, *lesson: str) -> list[str]:
        """The names of that kind: those of the lesson, then those in the ledger."""
        return list(dict.fromkeys([*lesson, *(entry.name for entry in self._entries if entry.kind == kind)]))

    def ids(self, kind: str) -> list[str]:
        """What AWS called what the ledger has of that kind."""
        return [id_ for entry in self._entries if entry.kind == kind for id_ in entry.ids]

    def may_have(self, *kinds: str) -> bool:
        """Whether it is worth asking for such kinds: the ledger has one of them, or is not the owner's."""
        return self.owner != self.lab.ledger.owner or any(entry.kind in kinds for entry in self._entries)

    def look(self, kind: Callable[[Survey], Look]) -> Look:
        """A look at one part of the account, which several searches share; it is taken once."""
        if kind not in self._looks:
            self._looks[kind] = kind(self)
        return cast("Look", self._looks[kind])

    @property
    def families(self) -> list[str]:
        """The families of task definitions: the lesson's, and those in the ledger."""
        return self.names("task definition", self.lab.names.family)

    def recorded(self, kind: str, arn: str, born: str = "") -> bool:
        """Whether the ledger has this very resource; see `Ledger.knows`."""
        return self.lab.ledger.knows(kind, arn, born)

    def ours(self, tags: Tags | None, kind: str = "", arn: str = "", born: object = None) -> bool:
        """Whether the lab made a resource. Where an ARN is given, the ledger counts beside the tag."""
        recorded = arn != "" and self.recorded(kind, arn, identity(born))
        return made_by(self.owner, tags, recorded=recorded)

    @cached_property
    def clusters(self) -> list[SurveyedCluster]:
        """The ACTIVE clusters that the lab made, or ran something in."""
        service_arns = sorted(arn for each in self._entries if each.kind == "service" for arn in each.ids)
        of_services = [arn.split("/")[1] for arn in service_arns]  # …:service/<cluster>/<service>
        named = [*self.names("cluster", self.lab.names.cluster), *self.names("task"), *of_services]
        wanted = dict.fromkeys(named)
        shown = cluster.with_tags(self.lab, wanted)
        if any(each["status"] == cluster.PROVISIONING for each in shown):
            self.lab.wait(lambda: cluster.settled(self.lab, wanted), "clusters that are being made", 300)
            shown = cluster.with_tags(self.lab, wanted)
        return [self._surveyed(each, self.ours(each.get("tags"))) for each in shown]

    def _surveyed(self, shown: ClusterTypeDef, ours: bool) -> SurveyedCluster:
        services: dict[bool, list[ServiceTypeDef]] = {True: [], False: []}
        for each in service_reader.with_tags(self.lab, shown["clusterArn"]):
            made = self.ours(each.get("tags"), "service", each["serviceArn"], each.get("createdAt"))
            services[made].append(each)
        return SurveyedCluster(shown, ours, services[True], services[False])

    def container_instances(self, cluster: SurveyedCluster) -> list[ContainerInstanceTypeDef]:
        """The container instances of a cluster, with their tags; asked for once, and where there are any."""
        arn = cluster.shown["clusterArn"]
        if arn not in self._instances:
            some = cluster.shown.get("registeredContainerInstancesCount", 0) > 0
            self._instances[arn] = list(machine_reader.container_instances(self.lab, arn)) if some else []
        return self._instances[arn]

    def tasks(self, cluster: SurveyedCluster) -> list[TaskTypeDef]:
        """The tasks of a cluster that are not STOPPED, with their tags; asked for once."""
        arn = cluster.shown["clusterArn"]
        if arn not in self._tasks:
            arns: list[str] = []
            arns += task_reader.arns(self.lab, cluster=arn, desiredStatus="RUNNING") or []
            # those that are asked to stop may still be stopping
            arns += task_reader.arns(self.lab, cluster=arn, desiredStatus="STOPPED") or []
            described = task_reader.described(self.lab, arn, arns, ["TAGS"])
            alive = self._tasks[arn] = [task for task in described if task["lastStatus"] != "STOPPED"]
            self._add_leaving(cluster, {task.get("group", "") for task in alive})
        return self._tasks[arn]

    def _add_leaving(self, cluster: SurveyedCluster, groups: set[str]) -> None:
        """Find out whose the services are that are deleted, and whose last tasks still stop."""
        listed = {service["serviceName"] for service in [*cluster.services, *cluster.strangers]}
        named = {group.removeprefix("service:") for group in groups if group.startswith("service:")}
        for service in service_reader.described(
            self.lab, cluster.shown["clusterArn"], sorted(named - listed)
        ):
            made = self.ours(service.get("tags"), "service", service["serviceArn"], service.get("createdAt"))
            if made:
                cluster.leaving.add(service["serviceName"])

    @cached_property
    def load_balancers(self) -> list[tuple[LoadBalancerTypeDef, bool]]:
        """The load balancers by name, and whether each is the lab's."""
        named = [
            load_balancer_reader.find(self.lab, name)
            for name in self.names("load balancer", self.lab.names.load_balancer)
        ]
        arns = {each["LoadBalancerArn"]: each for each in named if each}
        return [(each, self.ours(self.elb_tags(arn), "load balancer", arn)) for arn, each in arns.items()]

    def elb_tags(self, arn: str) -> Tags:
        """The tags of a load balancer or a target group."""
        return load_balancer_reader.tags(self.lab, arn)
