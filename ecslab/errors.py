"""Every error the package raises. Each says what was seen, what was expected, and what to do next.

`except EcslabError` catches all of them; each is also the builtin that people who do not know us expect.
Refusals by AWS that deserve a plainer sentence are in `connection/refusals.py`, and are botocore's
`ClientError` too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef


class EcslabError(Exception):
    """Catch this to catch everything from ecslab."""


class NoCredentials(EcslabError, RuntimeError):
    """No AWS credentials were found, or the named profile does not exist."""


class NoRegion(EcslabError, ValueError):
    """Neither the call, the profile nor the environment names a Region."""


class NotConfirmed(EcslabError, PermissionError):
    """A real account was asked for, and nobody said yes to this account."""


class Unreachable(EcslabError, ConnectionError):
    """Nothing answered at the endpoint, or at a task's public IP."""


class SandboxOnly(EcslabError, NotImplementedError):
    """Only the sandbox can do this: its clock and its journal are ours, AWS's are not."""

    def __init__(self, what: str, instead: str):
        super().__init__(
            f"{what} works in the sandbox only; this lab is on a real account.\n  next: {instead}"
        )


class NotOurs(EcslabError, PermissionError):
    """On a real account a call would have changed what this lab did not make, or cannot tell whose it is."""


class BadName(EcslabError, ValueError):
    """A name that AWS would refuse."""


class BadArgument(EcslabError, ValueError, TypeError):
    """What was passed to a helper cannot be: it is of the wrong kind, or out of its bounds."""


class NotThere(EcslabError, LookupError):
    """A step needs something that an earlier step makes."""


class CannotBeDone(EcslabError, RuntimeError):
    """AWS answered, and what it answered makes this step impossible."""


class StillWaiting(EcslabError, TimeoutError):
    """`lab.wait` reached its limit.

    Args:
        what: what was awaited, as a phrase that follows "waited for".
        waited: seconds waited, of AWS time.
    """

    def __init__(self, what: str, waited: float):
        super().__init__(
            f"waited {waited:.0f} s for {what}, and it did not happen.\n"
            f"  next: run the cell again to go on waiting, or look with lab.check()"
        )


class TaskNeverRan(EcslabError, TimeoutError):
    """A task stopped, or stood still, before it was RUNNING.

    Args:
        task: as DescribeTasks shows it.
        waited: seconds since it was asked for.
        diagnosis: cause and next step in words, from `task.explain`.
    """

    def __init__(self, task: TaskTypeDef, waited: float, diagnosis: str):
        super().__init__(
            f"task {task['taskArn'].rsplit('/', 1)[-1]} was {task['lastStatus']} after {waited:.0f} s, "
            f"expected RUNNING.\n"
            f"  stoppedReason: {task.get('stoppedReason', '(none yet)')}\n"
            f"{diagnosis}"
        )
        self.task = task


class NeverStable(EcslabError, TimeoutError):
    """A service did not get as many tasks running as are desired.

    Args:
        service: as DescribeServices shows it.
        waited: seconds since the waiting began.
        task: its last task that failed, if there is one.
        diagnosis: cause and next step in words, from `task.explain`; or "".
    """

    def __init__(
        self, service: ServiceTypeDef, waited: float, task: TaskTypeDef | None = None, diagnosis: str = ""
    ):
        events = [f"    {event['message']}" for event in service["events"][:4]] or ["    (none yet)"]
        last = [f"  task {task['taskArn'].rsplit('/', 1)[-1]}: {task['stoppedReason']}"] if task else []
        advice = diagnosis or "  next: service.events(lab) has them all; service.tasks(lab) its tasks"
        super().__init__(
            f"service {service['serviceName']} is {service['status']} and has {service['runningCount']} of "
            f"{service['desiredCount']} tasks RUNNING after {waited:.0f} s, expected it ACTIVE and stable.\n"
            + "\n".join(["  its events, newest first:", *events, *last, advice])
        )
        self.service = service
