"""The guestbook as two services of which one calls the other: its front asks its back. Stage 10.

Everything here has names of its own, so that the guestbook behind the public load balancer stays as it is:

    front  service and family `adgu-app-front`, port 80, open to everybody: it asks the back for the entries
    back   service and family `adgu-app-back`, container `back`, port 80 (named `api`): only the front and
           the internal load balancer may call it
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.operations.guestbook.back import PYTHON, back_container, logs
from ecslab.resources import network, service, task_definition
from ecslab.resources.network import PORT, Choice, rules
from ecslab.resources.network.web_groups import web_group
from ecslab.resources.task import network_interface

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import IpPermissionOutputTypeDef
    from mypy_boto3_ecs.type_defs import ContainerDefinitionTypeDef, TaskDefinitionTypeDef, TaskTypeDef

APP_FRONT: Final = "adgu-app-front"
APP_BACK: Final = "adgu-app-back"
APP: Final = "adgu-app"
"""What the internal load balancer, its target group and its security group are called."""


@dataclass(frozen=True)
class Groups:
    """The ids of the three security groups: who may call whom.

    Attributes:
        front: admits HTTP from anywhere.
        balancer: of the internal load balancer: admits HTTP from `front`.
        back: admits HTTP from `front`, and from `balancer`.
    """

    front: str
    balancer: str
    back: str


def groups(lab: Connection, vpc_id: str | None = None) -> Groups:
    """The security groups of front, internal load balancer and back; what is missing of them is made.

    Raises:
        NotOurs: on a real account, somebody else has a group of such a name.
    """
    vpc = vpc_id or network.default_subnet(lab)[0].id
    anyone: IpPermissionOutputTypeDef = {"IpRanges": [{"CidrIp": rules.ANYWHERE}]}
    what = "HTTP from anywhere, for the front (ecslab course)"
    front = web_group(lab, vpc, lab.name(APP_FRONT), what, anyone)
    from_front: IpPermissionOutputTypeDef = {"UserIdGroupPairs": [{"GroupId": front}]}
    what = "HTTP from the front, for the internal load balancer (ecslab course)"
    balancer = web_group(lab, vpc, lab.name(APP), what, from_front)
    what = "HTTP from the front and the internal load balancer (ecslab course)"
    web_group(lab, vpc, lab.name(APP_BACK), what, from_front)
    from_balancer: IpPermissionOutputTypeDef = {"UserIdGroupPairs": [{"GroupId": balancer}]}
    return Groups(front, balancer, web_group(lab, vpc, lab.name(APP_BACK), what, from_balancer))


def front_program() -> str:
    """The front's program, in Python; it stands in the container's command, so that it needs no image."""
    # the sandbox runs the very same file
    return files("ecslab.sandbox.runtime.programs").joinpath("guestbook_front.py").read_text("utf-8")


def front_container(lab: Connection, **backs: str) -> ContainerDefinitionTypeDef:
    """The container definition of the front.

    Args:
        backs: the addresses at which it asks the back, by a word for each: `dns="http://back.example.internal"`.
    """
    return {
        "name": "front",
        "image": PYTHON,
        "essential": True,
        "command": ["python", "-c", front_program()],
        "environment": [{"name": f"BACK_{way.upper()}", "value": url} for way, url in backs.items()],
        "portMappings": [{"containerPort": PORT}],
        "logConfiguration": logs(lab),
    }


def register_front(
    lab: Connection, *, family: str | None = None, task_role: str | None = None, **backs: str
) -> TaskDefinitionTypeDef:
    """Register a front that asks at these addresses, or return the ACTIVE revision that says the same.

    Args:
        family: `adgu-app-front` unless given.
        task_role: ARN of the role that its program may use.
        backs: as `front_container` takes them.

    Raises:
        NotThere: the execution role was not made yet.
        NotOurs: on a real account, the family's newest revision is somebody else's.
    """
    container = front_container(lab, **backs)
    family = family or lab.name(APP_FRONT)
    role = {"taskRoleArn": task_role} if task_role else {}
    return task_definition.register(
        lab, PYTHON, family, containerDefinitions=[container], **role  # type: ignore[arg-type]
    )


def by_address(lab: Connection) -> str:
    """The two services as a colleague deployed them: the front knows the back by its private address.

    Meanwhile the back's task was replaced once.

    Returns:
        The address that stands in the front's definition.

    Raises:
        NotThere: the cluster, the execution role or the default VPC is missing.
        NotOurs: on a real account, somebody else has a thing of such a name.
    """
    allowed, choice = groups(lab), service.default_choice(lab)
    back_name, front_name = lab.name(APP_BACK), lab.name(APP_FRONT)
    definition = task_definition.register(
        lab, image=PYTHON, family=back_name, containerDefinitions=[back_container(lab)]
    )
    _create(lab, back_name, definition, Choice(choice.vpc_id, choice.subnet_ids, (allowed.back,)))
    service.wait_until_stable(lab, back_name)
    [task] = service.tasks(lab, back_name)
    address = network_interface.details(task)["privateIPv4Address"]
    front = register_front(lab, address=f"http://{address}")
    _create(lab, front_name, front, Choice(choice.vpc_id, choice.subnet_ids, (allowed.front,)))
    service.wait_until_stable(lab, front_name)
    lab.ecs.stop_task(cluster=lab.names.cluster, task=task["taskArn"], reason="maintenance")
    _wait_for_another(lab, back_name, task)
    return address


def _create(lab: Connection, name: str, definition: TaskDefinitionTypeDef, choice: Choice) -> None:
    service.create(lab, definition["taskDefinitionArn"], 1, choice, name)


def _wait_for_another(lab: Connection, name: str, old: TaskTypeDef) -> None:
    def another() -> bool:
        running = [task for task in service.tasks(lab, name) if task["lastStatus"] == "RUNNING"]
        return any(task["taskArn"] != old["taskArn"] for task in running)

    lab.wait(another, f"another task of {name} to run")
