"""One look at the account: whose tag counts, where the ledger says to look, what several searches need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.connection.tags import Tags, made_by
from ecslab.resources import cluster
from ecslab.resources.load_balancer import load_balancer_reader
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ClusterTypeDef, ServiceTypeDef
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef


@dataclass(frozen=True)
class SurveyedCluster:
    """An ACTIVE cluster that may hold something of the lab's.

    Attributes:
        shown: as DescribeClusters shows it.
        ours: whether the lab made it, and with it all that is in it.
        services: those in it that are the lab's.
    """

    shown: ClusterTypeDef
    ours: bool
    services: list[ServiceTypeDef]


class Survey:
    """What all searches share.

    Args:
        owner: whose tag counts.
    """

    def __init__(self, lab: Connection, owner: str):
        self.lab, self.owner = lab, owner
        self._entries = [entry for entry in lab.ledger.entries() if entry.outcome != "refused"]
        self._recorded = frozenset(arn for entry in self._entries for arn in entry.ids)

    def names(self, kind: str, *lesson: str) -> list[str]:
        """The names of that kind: those of the lesson, then those in the ledger."""
        return list(dict.fromkeys([*lesson, *(entry.name for entry in self._entries if entry.kind == kind)]))

    @property
    def families(self) -> list[str]:
        """The families of task definitions: the lesson's, and those in the ledger."""
        return self.names("task definition", self.lab.names.family)

    def recorded(self, arn: str) -> bool:
        """Whether the ledger has this ARN, which AWS gives to one resource only."""
        return arn in self._recorded

    def ours(self, tags: Tags | None, arn: str = "", inside_ours: bool = False) -> bool:
        """Whether the lab made a resource. Where an ARN is given, the ledger counts beside the tag."""
        return made_by(self.owner, tags, recorded=self.recorded(arn), inside_ours=inside_ours)

    @cached_property
    def clusters(self) -> list[SurveyedCluster]:
        """The ACTIVE clusters that the lab made, or ran something in."""
        service_arns = sorted(arn for each in self._entries if each.kind == "service" for arn in each.ids)
        of_services = [arn.split("/")[1] for arn in service_arns]  # …:service/<cluster>/<service>
        wanted = [*self.names("cluster", self.lab.names.cluster), *self.names("task"), *of_services]
        shown = cluster.with_tags(self.lab, dict.fromkeys(wanted))
        return [self._surveyed(each, self.ours(each.get("tags"))) for each in shown]

    def _surveyed(self, shown: ClusterTypeDef, ours: bool) -> SurveyedCluster:
        services = [
            service
            for service in service_reader.with_tags(self.lab, shown["clusterArn"])
            if self.ours(service.get("tags"), service["serviceArn"], inside_ours=ours)
        ]
        return SurveyedCluster(shown, ours, services)

    @cached_property
    def load_balancers(self) -> list[tuple[LoadBalancerTypeDef, bool]]:
        """The load balancers by name, and whether each is the lab's."""
        named = [
            load_balancer_reader.find(self.lab, name)
            for name in self.names("load balancer", self.lab.names.load_balancer)
        ]
        return [(each, self.ours(self.elb_tags(each["LoadBalancerArn"]))) for each in named if each]

    def elb_tags(self, arn: str) -> Tags:
        """The tags of a load balancer or a target group."""
        return load_balancer_reader.tags(self.lab, arn)
