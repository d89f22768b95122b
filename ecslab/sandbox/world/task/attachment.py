"""The elastic network interface of a task, and how the task lists it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attachment.html
"""

from dataclasses import dataclass
from typing import Protocol

from ecslab.sandbox.world.task.lifecycle import ATTACHMENT


class Interface(Protocol):
    """The elastic network interface of a task."""

    @property
    def eni_id(self) -> str: ...
    @property
    def mac(self) -> str: ...
    @property
    def private_ip(self) -> str: ...
    @property
    def ipv6(self) -> str | None: ...
    @property
    def private_dns(self) -> str: ...
    @property
    def named(self) -> bool:
        """Whether its VPC gives DNS hostnames."""


@dataclass(slots=True)
class Attachment:
    """The task's interface as the task lists it. `status` is one of API_Attachment's.

    `shared`: it is its container instance's own, which is not listed and stays.
    """

    id: str
    subnet_id: str
    shared: bool = False
    status: str = ATTACHMENT.first
    interface: Interface | None = None

    def move(self, event: str) -> None:
        """Take the step that `event` leads to; IllegalTransition, and no change, if there is none."""
        self.status = ATTACHMENT.next(self.status, event)
