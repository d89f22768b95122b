"""The elastic network interface of a task, and how the task lists it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attachment.html
"""

from dataclasses import dataclass
from typing import Protocol


class Interface(Protocol):
    """The elastic network interface of a task."""

    @property
    def eni_id(self) -> str: ...
    @property
    def mac(self) -> str: ...
    @property
    def private_ip(self) -> str: ...
    @property
    def private_dns(self) -> str: ...


@dataclass(slots=True)
class Attachment:
    """The task's interface as the task lists it. `status` is one of API_Attachment's."""

    id: str
    subnet_id: str
    status: str = "PRECREATED"
    interface: Interface | None = None
