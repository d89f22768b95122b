"""Looking at services, by calls that read. What is not there is None or empty, never an error."""

from ecslab.connection.connection import Connection
from ecslab.course.readers import account
from ecslab.course.readers.account import Facts


def service(lab: Connection, name: str, cluster: str | None = None) -> Facts | None:
    """The service in any status (ACTIVE, DRAINING, INACTIVE); in the lesson's cluster, or another."""
    answer = account.unless_missing(
        lab.ecs.describe_services,
        codes=["ClusterNotFoundException"],
        cluster=cluster or lab.names.cluster,
        services=[name],
    )
    return answer["services"][0] if answer and answer["services"] else None


def names(lab: Connection) -> list[str]:
    """The names of the ACTIVE services in the lesson's cluster."""
    answer = account.unless_missing(
        lab.ecs.list_services, codes=["ClusterNotFoundException"], cluster=lab.names.cluster
    )
    return [arn.rsplit("/", 1)[-1] for arn in answer["serviceArns"]] if answer else []


def elsewhere(lab: Connection, name: str) -> str | None:
    """Another ACTIVE cluster that has an ACTIVE service of that name."""
    others = [cluster for cluster in account.cluster_names(lab) if cluster != lab.names.cluster]
    for cluster in others[:10]:
        found = service(lab, name, cluster)
        if found and found["status"] == "ACTIVE":
            return cluster
    return None


def tasks(everything: list[Facts], name: str) -> list[Facts]:
    """Those of a cluster's tasks that a service started."""
    return [task for task in everything if task["group"] == f"service:{name}"]


def bare(lab: Connection, everything: list[Facts]) -> list[Facts]:
    """The tasks of the lesson's family that no service looks after, and that are meant to run."""
    return [
        task
        for task in everything
        if account.family_of(task) == lab.names.family
        and not task["group"].startswith("service:")
        and task["desiredStatus"] == "RUNNING"
    ]


def network(found: Facts) -> Facts:
    """A service's `awsvpcConfiguration`, or an empty one."""
    configuration: Facts = found.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    return configuration


def zones(lab: Connection, subnet_ids: list[str]) -> list[str]:
    """The Availability Zones of subnets, in order."""
    answer = account.unless_missing(
        lab.ec2.describe_subnets, codes=["InvalidSubnetID.NotFound"], SubnetIds=subnet_ids
    )
    return sorted({subnet["AvailabilityZone"] for subnet in answer["Subnets"]}) if answer else []


def failed(everything: list[Facts], found: Facts) -> Facts | None:
    """The service's last task that ended by itself, if it has any; newest first is expected."""
    ours = tasks(everything, found["serviceName"])
    ended = [task for task in ours if task["desiredStatus"] == "STOPPED"]
    by_itself = ("TaskFailedToStart", "EssentialContainerExited")
    return next((task for task in ended if task.get("stopCode") in by_itself), None)
