"""What stage 10 asks about the learner's own account."""

from __future__ import annotations

from ecslab.connection.connection import Connection
from ecslab.course.stages.stage_10 import pair
from ecslab.course.stages.stage_10.checks import NAME
from ecslab.operations.guestbook.pair import dns_namespace
from ecslab.resources import cloud_map
from ecslab.resources.service import service_reader


def registered(lab: Connection) -> list[int]:
    """How many instances are registered under the name in DNS."""
    entry = cloud_map.find_service(lab, NAME, dns_namespace(lab))
    if not entry:
        return []
    return [len(lab.servicediscovery.list_instances(ServiceId=entry["Id"])["Instances"])]


def proxy(lab: Connection) -> list[str]:
    """The names of the proxies' containers in the front's tasks."""
    service = pair.front(lab)
    tasks = service_reader.tasks(lab, service) if service else []
    names = [container["name"] for task in tasks for container in task["containers"]]
    return [name for name in names if name.startswith("ecs-service-connect-")]


def endpoint(lab: Connection) -> list[str]:
    """The Cloud Map services that ECS made for the back's endpoints, by id and by ARN."""
    service = pair.back(lab)
    made = [each["discoveryArn"] for deployment in (service["deployments"] if service else [])
            for each in deployment.get("serviceConnectResources", [])]  # fmt: skip
    return [name for arn in made for name in (arn, arn.rpartition("/")[2])]
