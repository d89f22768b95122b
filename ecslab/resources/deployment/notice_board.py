"""Another team's service: something to look into, and to practise on, beside the lesson's own.

Two small tasks without a load balancer. Its deployment hangs: the percentages leave no room, once rounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.resources import service, task_definition
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import CreateServiceRequestTypeDef

TASKS = 2
_NO_ROOM: CreateServiceRequestTypeDef | dict[str, object] = {
    "deploymentConfiguration": {"minimumHealthyPercent": 75, "maximumPercent": 125}
}


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
    service.create(lab, definition, TASKS, name=name, **_NO_ROOM)
    service.wait_until_stable(lab, name)
    service.update(lab, name, forceNewDeployment=True)
    return name
