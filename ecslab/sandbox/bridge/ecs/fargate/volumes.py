"""A task's volumes, and where its containers see them.

A volume lives as long as its task, and is empty at first; one of EFS lives on, and is shared by all tasks
that name the same file system and folder.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_data_volumes.html
"""

from collections.abc import Iterator
from posixpath import normpath
from typing import TYPE_CHECKING

from ecslab.sandbox.runtime import Mount
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import MountPointTypeDef

Files = dict[str, bytes]


class Volumes:
    """The volumes of all tasks. Those of a task are made when one of its containers first mounts them."""

    def __init__(self) -> None:
        self._of_tasks: dict[str, dict[str, Files]] = {}
        self._of_file_systems: dict[tuple[str, str, str], Files] = {}

    def mounts(self, task: Task, container: Container) -> tuple[Mount, ...]:
        """What a container sees: its mount points, and those of the containers in its `volumesFrom`."""
        return tuple(
            Mount(
                normpath(point["containerPath"]).rstrip("/"), self._files(task, point["sourceVolume"]), locked
            )
            for point, locked in _points(task, container, frozenset())
        )

    def forget(self, task: Task) -> None:
        """Drop the volumes that lived with the task."""
        self._of_tasks.pop(task.id, None)

    def _files(self, task: Task, name: str) -> Files:
        volume = next(each for each in task.definition["volumes"] if each["name"] == name)
        efs = volume.get("efsVolumeConfiguration")
        if efs:
            folder = normpath(efs.get("rootDirectory") or "/")
            access = (efs.get("authorizationConfig") or {}).get("accessPointId", "")
            return self._of_file_systems.setdefault((efs["fileSystemId"], access, folder), {})
        return self._of_tasks.setdefault(task.id, {}).setdefault(name, {})


def _points(
    task: Task, container: Container, seen: frozenset[str]
) -> Iterator[tuple["MountPointTypeDef", bool]]:
    definition = container.definition
    for point in definition.get("mountPoints", ()):
        yield point, bool(point.get("readOnly"))
    for source in definition.get("volumesFrom", ()):
        name = source["sourceContainer"]
        if name not in seen:
            for point, locked in _points(task, task.container(name), seen | {container.name}):
                yield point, locked or bool(source.get("readOnly"))
