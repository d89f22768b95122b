"""The daemons of a lab's clusters, as one survey sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ecslab.connection.missing import or_none_if_missing
from ecslab.connection.ownership.daemon_readers import listed, name_of, tags
from ecslab.operations.cleanup.inventory.survey import Survey

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

GROUP: Final = "daemon:"
"""How the task group of a daemon's tasks begins."""


@dataclass(frozen=True)
class SurveyedDaemon:
    """A daemon of one of the clusters.

    Attributes:
        cluster: its cluster's ARN.
        status: ACTIVE or DELETE_IN_PROGRESS.
        ours: whether the lab made it.
        providers: names of the capacity providers whose instances run it.
    """

    arn: str
    cluster: str
    status: str
    ours: bool
    providers: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name at the end of its ARN."""
        return name_of(self.arn)


class Daemons:
    """The daemons in the clusters of a survey that have capacity providers of their own."""

    def __init__(self, survey: Survey):
        self._survey = survey
        self.all = list(self._surveyed())

    def _surveyed(self) -> Iterator[SurveyedDaemon]:
        ecs = self._survey.lab.ecs
        for cluster in self._survey.clusters:
            arn = cluster.shown["clusterArn"]
            named = cluster.shown.get("capacityProviders", [])
            for each in listed(ecs, arn) if any("FARGATE" not in name for name in named) else ():
                daemon = each["daemonArn"]
                ours = self._survey.ours(tags(ecs, daemon), "daemon", daemon, each.get("createdAt"))
                yield SurveyedDaemon(daemon, arn, each["status"], ours, self._providers(daemon))

    def _providers(self, daemon: str) -> tuple[str, ...]:
        answer = or_none_if_missing(self._survey.lab.ecs.describe_daemon, daemonArn=daemon)
        revisions = answer["daemon"].get("currentRevisions", []) if answer else []
        arns = [each["arn"] for revision in revisions for each in revision.get("capacityProviders", [])]
        return tuple(dict.fromkeys(map(name_of, arns)))

    def owns_task(self, task: TaskTypeDef) -> bool:
        """Whether a task is one of a daemon of the lab's."""
        name = task.get("group", "").removeprefix(GROUP)
        return any(each.ours for each in self.all if (each.name, each.cluster) == (name, task["clusterArn"]))
