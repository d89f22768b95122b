"""A container's environment, put together when its program first looks: most never do."""

from collections.abc import Iterator, Mapping

from ecslab.sandbox.bridge.ecs.fargate import metadata
from ecslab.sandbox.bridge.ecs.fargate.credentials import Credentials
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task


class Environment(Mapping[str, str]):
    """What ECS adds, under the environment files and secrets, under the definition's own variables."""

    __slots__ = ("_container", "_credentials", "_task")

    def __init__(self, task: Task, container: Container, credentials: Credentials):
        self._task, self._container, self._credentials = task, container, credentials
        credentials.path(task)  # drawn now, so that when somebody looks decides nothing

    def __getitem__(self, name: str) -> str:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, str]:
        added = metadata.variables(self._task, self._container, self._credentials)
        own = {entry["name"]: entry["value"] for entry in self._container.definition.get("environment", ())}
        return {**added, **(self._container.injected or {}), **own}
