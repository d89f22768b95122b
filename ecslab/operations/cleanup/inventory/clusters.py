"""The clusters of a lab. One in which others have something stays."""

from __future__ import annotations

from collections.abc import Iterator

from ecslab.operations.cleanup.inventory import ecs
from ecslab.operations.cleanup.inventory.machines import Machines
from ecslab.operations.cleanup.inventory.providers import Providers
from ecslab.operations.cleanup.inventory.resource import Resource
from ecslab.operations.cleanup.inventory.survey import Survey, SurveyedCluster
from ecslab.resources.task import task_reader


def clusters(survey: Survey) -> Iterator[Resource]:
    """The clusters by name, and those that we made."""
    names = survey.names("cluster", survey.lab.names.cluster)
    for cluster in survey.clusters:
        name = cluster.shown["clusterName"]
        if cluster.ours or name in names:
            reason = _held_by(survey, cluster) if cluster.ours else ""
            yield Resource("cluster", name, cluster.shown["clusterArn"], ours=cluster.ours, kept=reason)


def _held_by(survey: Survey, cluster: SurveyedCluster) -> str:
    """What is in a cluster of ours and was not made by this lab, in words; "" for nothing."""
    services = [service["serviceName"] for service in cluster.strangers]
    held = [f"service {name}" for name in services]
    held += [
        f"task {task_reader.short_id(task)}"
        for task in ecs.foreign_tasks(survey, cluster)
        if task.get("group", "").removeprefix("service:") not in services
    ]
    machines, providers = survey.look(Machines), survey.look(Providers)
    held += [
        f"container instance {shown['containerInstanceArn'].rpartition('/')[2][:8]}"
        for shown in survey.container_instances(cluster)
        if not machines.owns_container_instance(shown)
    ]
    given = cluster.shown.get("capacityProviders", [])
    held += [f"capacity provider {name}" for name in given if providers.is_strangers(name)]
    return f"there is something in it that this lab did not make: {', '.join(held)}" if held else ""
