"""The guestbook as two services of which one calls the other: its front asks its back. Stage 10.

Everything here has names of its own, so that the guestbook behind the public load balancer stays as it is:

    front  service and family `adgu-app-front`, port 80, open to everybody: it asks the back for the entries
    back   service and family `adgu-app-back`, container `back`, port 80 (named `api`): only the front and
           the internal load balancer may call it
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypedDict

from ecslab.connection.answers import Answer as LastAnswer
from ecslab.connection.connection import Connection
from ecslab.connection.waiting import Wait
from ecslab.display.tables import ShownAsTable, Table
from ecslab.errors import NotThere, Unreachable
from ecslab.operations.guestbook.back import PYTHON, back_container, logs
from ecslab.resources import network, service, task_definition
from ecslab.resources.network import PORT, Choice, rules
from ecslab.resources.network.web_groups import web_group
from ecslab.resources.task import network_interface, task_reader

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import IpPermissionOutputTypeDef
    from mypy_boto3_ecs.type_defs import ContainerDefinitionTypeDef, TaskDefinitionTypeDef, TaskTypeDef

APP_FRONT: Final = "adgu-app-front"
APP_BACK: Final = "adgu-app-back"
APP: Final = "adgu-app"
"""What the internal load balancer, its target group and its security group are called."""
EVERY: Final = 5.0
"""Seconds between two questions while one watches."""
_ASK: Final = "/api/ask"


class Answer(TypedDict, total=False):
    """What one name answered: `entries` and `host` of the back, or an `error` in words."""

    url: str
    entries: int
    host: str
    error: str


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


def answers(lab: Connection, name: str | None = None) -> dict[str, Answer]:
    """What each name answers to the front, right now; the map of services shows it as well.

    Args:
        name: the front's service; `adgu-app-front` unless given.

    Raises:
        NotThere: no task of the front is RUNNING.
        Unreachable: the front does not answer.
    """
    name = name or lab.name(APP_FRONT)
    tasks = [task for task in service.tasks(lab, name) if task["lastStatus"] == "RUNNING"]
    if not tasks:
        raise NotThere(f"no task of {name} is RUNNING.\n  next: guestbook.by_address(lab), in notebook 10")
    address = network_interface.public_ip_of(network_interface.interface_of(lab, tasks[-1]))
    if not address:
        raise NotThere(f"the front's task {task_reader.short_id(tasks[-1])} has no public IP")
    reply = lab.http("GET", lab.url(address, PORT).rstrip("/") + _ASK)
    if reply.status != 200:
        raise Unreachable(f"the front answers {reply.status}: {reply.text[:100]}")
    given: dict[str, Answer] = json.loads(reply.body)["answers"]
    for answer in given.values():
        with suppress(ValueError):  # a learner may have given the front what is no address
            good = "error" not in answer
            lab.answers.note(LastAnswer(name, answer["url"], words(answer), good))
    return given


def ask(lab: Connection, name: str | None = None) -> Table:
    """Let the front ask the back, by each name that it was given; what it is answered.

    Raises:
        NotThere, Unreachable: as `answers`.
    """
    rows = ((way, answer["url"], words(answer)) for way, answer in answers(lab, name).items())
    return Table("", ("by", "the front asks", "and is answered"), tuple(rows))


def words(answer: Answer) -> str:
    """What a name answered, in a few words."""
    if "error" in answer:
        return answer["error"]
    count = answer["entries"]
    return f"{count} {'entry' if count == 1 else 'entries'}, from {answer['host']}"


@dataclass
class Period:
    """For how long a name answered in one way.

    Attributes:
        way: the word for the name.
        begin, end: seconds after the watching began.
        error: in words; "" while the back answered.
        hosts: which tasks of the back answered.
    """

    way: str
    begin: float
    end: float
    error: str
    hosts: set[str] = field(default_factory=set)

    @property
    def words(self) -> str:
        """What was answered, in a few words."""
        return self.error or f"the entries, from {' and '.join(sorted(self.hosts))}"


@dataclass(frozen=True, repr=False)
class Watched(ShownAsTable):
    """What each name answered over time; shows itself as a table."""

    periods: tuple[Period, ...]

    def _table(self) -> Table:
        rows = tuple(
            (each.way, f"{each.begin:.0f} s", f"{each.end:.0f} s", each.words) for each in self.periods
        )
        return Table("", ("by", "from", "to", "answer"), rows)

    def failed(self, way: str) -> float:
        """For how many seconds a name did not lead to the back."""
        return sum(each.end - each.begin for each in self.periods if each.way == way and each.error)

    @property
    def first_again(self) -> str:
        """The name that led to the back again first, after it had not; of several at once the one that failed
        for the shorter time; "" if none failed, or none leads there again.
        """
        failed = {each.way: each.end for each in self.periods if each.error}
        last = {each.way: each for each in self.periods}
        again = [way for way in failed if not last[way].error]
        return min(again, key=lambda way: (failed[way], self.failed(way)), default="")

    @property
    def hosts(self) -> dict[str, tuple[str, ...]]:
        """Which of the back's tasks answered, by the names."""
        answered: dict[str, set[str]] = {}
        for each in self.periods:
            answered.setdefault(each.way, set()).update(each.hosts)
        return {way: tuple(sorted(hosts)) for way, hosts in answered.items()}


def watch(lab: Connection, seconds: float = 150, name: str | None = None) -> Watched:
    """Let the front ask every five seconds, for so long, and note each change of an answer.

    Raises:
        NotThere, Unreachable: as `answers`.
    """
    periods: dict[str, list[Period]] = {}
    pause = 2.0 if lab.where == "aws" else 0.2
    with Wait(lab, "the front to ask for a while") as waiting:
        while True:
            began = waiting.waited
            for way, answer in answers(lab, name).items():
                _note(periods.setdefault(way, []), way, began, answer)
            while waiting.waited < began + EVERY - 1e-3:
                waiting.let_pass(pause, began + EVERY - waiting.waited)
            if waiting.waited > seconds - 1e-3:
                return Watched(tuple(each for noted in periods.values() for each in noted))


def _note(noted: list[Period], way: str, now: float, answer: Answer) -> None:
    """Prolong the last period, or begin another; it lasts until the next question at least."""
    error = answer.get("error", "")
    if noted:
        noted[-1].end = now
    if not noted or noted[-1].error != error:
        noted.append(Period(way, now, now, error))
    noted[-1].end = now + EVERY
    if not error:
        noted[-1].hosts.add(answer["host"])
