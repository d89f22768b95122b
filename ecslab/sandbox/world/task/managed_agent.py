"""The agent of ECS Exec in a container: it starts some time after the container, and ends with it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedAgent.html
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.world.time.clock import Clock, Event

if TYPE_CHECKING:
    from ecslab.sandbox.world.task.container import Container
    from ecslab.sandbox.world.task.task import Task

NAME: Final = "ExecuteCommandAgent"


@dataclass(slots=True, eq=False)
class ManagedAgent:
    """What DescribeTasks shows of it: PENDING, RUNNING or STOPPED, and when it last started."""

    last_status: str = "PENDING"
    last_started_at: float | None = None
    starting: Event | None = None


def begin(clock: Clock, task: "Task", container: "Container") -> None:
    """Start the agent of a container that has just started, if its task was made with ECS Exec."""
    if not task.settings.get("enableExecuteCommand"):
        return
    agent = container.agent = ManagedAgent()

    def started() -> None:
        agent.starting = None
        agent.last_status, agent.last_started_at = "RUNNING", clock.timestamp()
        task.changed(told=False)  # U: that AWS tells no event

    agent.starting = clock.after(clock.durations.of("agent_started", task.id), started, aside=True)


def end(container: "Container") -> None:
    """End the agent with its container; without effect where there is none."""
    agent = container.agent
    if agent is not None:
        if agent.starting:
            agent.starting.cancel()
        agent.starting, agent.last_status = None, "STOPPED"


def status(container: "Container") -> str:
    """The status of the agent of a container that is to have one, started or not."""
    if container.agent is not None:
        return container.agent.last_status
    return "STOPPED" if container.last_status == "STOPPED" else "PENDING"
