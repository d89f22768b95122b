"""Which capacity providers the tasks and services of a cluster use."""

from ecslab.sandbox.bridge.ecs.state import Cluster


def used_by(cluster: Cluster) -> set[str]:
    """Names of providers that tasks which have not STOPPED are on, or that ACTIVE services have."""
    used = {
        str(task.settings.get("capacityProviderName"))
        for task in cluster.tasks.values()
        if task.last_status != "STOPPED"
    }
    for service in cluster.services.values():
        if service.status == "ACTIVE":
            used |= {item["capacityProvider"] for item in service.primary.revision.spec["strategy"]}
    return used
