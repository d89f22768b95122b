"""Is anybody at home? From the task to its page, its log, and what stands in the way. Stage 05.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from ecslab.connection.connection import Connection
from ecslab.connection.http import HttpReply
from ecslab.display.frames import Frame
from ecslab.display.tables import ShownAsTable, Table
from ecslab.errors import NotThere, Unreachable
from ecslab.operations import judged_guesses
from ecslab.operations.judged_guesses import JudgedGuesses
from ecslab.resources.network import PORT
from ecslab.resources.page_frame import page_frame
from ecslab.resources.task import log_lines, network_interface, reachability
from ecslab.resources.task.task_reader import task_id

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef


@dataclass(frozen=True, repr=False)
class Hops(ShownAsTable):
    """The way from a task to its public address: task → network interface → addresses.

    Attributes:
        task_id: 32 hexadecimal digits.
        eni_id: what the task's attachment names.
        private_ip, public_ip: what EC2 says of that interface; the second one is None without a public IP.
    """

    task_id: str
    eni_id: str
    private_ip: str
    public_ip: str | None

    def _table(self) -> Table:
        rows = (
            ("task", self.task_id, "ecs describe-tasks → attachments → networkInterfaceId"),
            ("network interface", self.eni_id, "ec2 describe-network-interfaces"),
            ("private IP", self.private_ip, "PrivateIpAddress"),
            ("public IP", self.public_ip or "none", "Association.PublicIp"),
        )
        return Table("", ("hop", "id", "found by"), rows)


def hops(lab: Connection, task: TaskTypeDef) -> Hops:
    """Follow the three hops: the task names its interface, and EC2 knows the interface's addresses.

    Raises:
        NotThere: the task has no network interface: not yet, or no longer.
    """
    interface = network_interface.interface_of(lab, task)
    if not interface:
        raise NotThere(
            f"task {task_id(task)} has no network interface: it is {task['lastStatus']}.\n"
            "  next: wait with task.wait_until_running(lab, task), or run another one with task.run(lab)"
        )
    public = network_interface.public_ip_of(interface)
    return Hops(task_id(task), interface["NetworkInterfaceId"], interface["PrivateIpAddress"], public)


def public_ip(lab: Connection, task: TaskTypeDef) -> str:
    """The task's public IP address, which EC2 knows and ECS does not show.

    Raises:
        NotThere: it has no network interface, or no public IP.
    """
    address = hops(lab, task).public_ip
    if not address:
        raise NotThere(
            f"task {task_id(task)} has no public IP: it was run with assignPublicIp DISABLED.\n"
            "  next: it cannot be given one now; task.run(lab, choice) with assign_public_ip=True"
        )
    return address


def page(lab: Connection, task: TaskTypeDef, path: str = "/") -> HttpReply:
    """Ask the task for a page, as a visitor on the internet would.

    Args:
        task: a RUNNING one.
        path: what follows the address, beginning with `/`.

    Raises:
        NotThere: it has no public IP.
        Unreachable: nobody answered; the message names what stands in the way.
    """
    url = lab.url(public_ip(lab, task), PORT)
    try:
        return lab.http("GET", url.rstrip("/") + "/" + path.lstrip("/"))
    except Unreachable as error:
        refusal = reachability.refusal(lab, task, PORT)
        raise Unreachable(refusal or str(error)) from None


def frame(lab: Connection, task: TaskTypeDef, path: str = "/", height: int = 420) -> Frame:
    """The page in a frame inside the notebook, and a link that opens it in a tab of its own.

    What is saved with the notebook is what the page says now, in words.

    Raises:
        NotThere: the task has no public IP.
    """
    address = public_ip(lab, task)
    url = lab.url(address, PORT).rstrip("/") + "/" + path.lstrip("/")
    return page_frame(lab, url, f"http://{address}/{path.lstrip('/')}", height)


def logs(lab: Connection, task: TaskTypeDef) -> list[str]:
    """What the task's containers printed, oldest line first; of several containers one after the other.

    Raises:
        NotThere: the definition sends no logs to CloudWatch, or their log group is gone.
    """
    return log_lines.of_task(lab, task)


@overload
def why_not(lab: Connection, task: TaskTypeDef) -> str: ...
@overload
def why_not(lab: Connection, task: TaskTypeDef, **guesses: object) -> str | JudgedGuesses: ...
def why_not(lab: Connection, task: TaskTypeDef, **guesses: object) -> str | JudgedGuesses:
    """What stands between a visitor and the task's page: the first rule in the way, or that nothing is.

    Args:
        **guesses: True or False for any of the six questions: `running`, `public_ip`, `route`, `network_acl`,
            `security_group`, `listens`. With one or more, the answer is a table that judges them.

    Raises:
        NoGuess: a guess is neither True nor False, or there is no such question.
    """
    if guesses:
        return JudgedGuesses(judged_guesses.read(guesses), reachability.look(lab, task, PORT))
    refusal = reachability.refusal(lab, task, PORT)
    if refusal:
        return refusal
    address = public_ip(lab, task)
    try:
        reply = lab.http("GET", lab.url(address, PORT))
    except Unreachable:
        reply = None
    if reply is None or reply.status in (502, 504):
        return reachability.nobody_listens(PORT)
    return (
        f"Nothing stands in the way: {address} answers {reply.status} to http. Not to https: nothing listens "
        "on port 443."
    )
