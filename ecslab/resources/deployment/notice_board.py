"""Another team's service: something to look into, and to practise on, beside the lesson's own.

Two small tasks without a load balancer. Its deployment hangs: the percentages leave no room, once rounded.
"""

from typing import Final

from ecslab.connection.connection import Connection
from ecslab.resources import service, task_definition
from ecslab.resources.network import Choice
from ecslab.resources.service import service_reader

_TASKS: Final = 2
_NO_ROOM: Final = {"minimumHealthyPercent": 75, "maximumPercent": 125}


def notice_board(lab: Connection) -> str:
    """The name of the service, and of its family; made as the other team left it, if it is not there.

    Raises:
        NotThere: there is no cluster or no image yet.
        NotOurs: on a real account, the cluster or a service of that name is somebody else's.
    """
    name = lab.name("adgu-notice")
    if service_reader.find(lab, name):
        return name
    definition = task_definition.register(lab, family=name)["taskDefinitionArn"]
    choice = _as_the_lessons(lab)
    service.create(lab, definition, _TASKS, choice, name, deploymentConfiguration=_NO_ROOM)
    service.wait_until_stable(lab, name)
    service.update(lab, name, forceNewDeployment=True)
    lab.wait(lambda: _is_stuck(lab, name), f"what the other team left: {name}", limit=300)
    return name


def _is_stuck(lab: Connection, name: str) -> bool:
    """Whether the service says that its deployment can neither stop nor start a task."""
    service = service_reader.find(lab, name)
    events = service["events"] if service else ()
    return any("was unable to stop or start" in each["message"] for each in events)


def _as_the_lessons(lab: Connection) -> Choice | None:
    """The network of the lesson's service, if there is one: no door is opened for this one."""
    lessons = service_reader.find(lab)
    if not lessons:
        return None
    network = service_reader.network_of(lessons)
    return Choice(
        "", tuple(network["subnets"]), tuple(network.get("securityGroups", ())),
        network.get("assignPublicIp") == "ENABLED",
    )  # fmt: skip
