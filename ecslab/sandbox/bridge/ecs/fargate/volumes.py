"""A task's volumes, and where its containers see them.

A volume lives as long as its task, and is empty at first; one of EFS lives on, and is shared by all tasks
that name the same file system and folder.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_data_volumes.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import normpath
from typing import TYPE_CHECKING

from ecslab.sandbox.runtime import Mount
from ecslab.sandbox.runtime.budget import AccountBudget
from ecslab.sandbox.runtime.pools import Pool
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import MountPointTypeDef



@dataclass(frozen=True, slots=True)
class Volume:
    """The files of a volume, by their path in it, and the room they take."""

    room: Pool
    files: dict[str, bytes] = field(default_factory=dict)


class Volumes:
    """The volumes of all tasks. Those of a task are made when one of its containers first mounts them."""

    def __init__(self, budget: AccountBudget) -> None:
        self._budget = budget
        self._of_tasks: dict[str, dict[str, Volume]] = {}
        self._of_file_systems: dict[tuple[str, str, str], Volume] = {}

    def mounts(self, task: Task, container: Container) -> tuple[Mount, ...]:
        """What a container sees: its mount points, and those of the containers in its `volumesFrom`."""
        return tuple(
            self._mount(task, point, locked) for point, locked in _points(task, container, frozenset())
        )

    def forget(self, task: Task) -> None:
        """Drop the volumes that lived with the task."""
        for volume in self._of_tasks.pop(task.id, {}).values():
            volume.room.close()

    def _mount(self, task: Task, point: "MountPointTypeDef", locked: bool) -> Mount:
        volume = self._volume(task, point["sourceVolume"])
        return Mount(normpath(point["containerPath"]).rstrip("/"), volume.files, locked, volume.room)

    def _volume(self, task: Task, name: str) -> Volume:
        volume = next(each for each in task.definition["volumes"] if each["name"] == name)
        efs = volume.get("efsVolumeConfiguration")
        if efs:
            folder = normpath(efs.get("rootDirectory") or "/")
            access = (efs.get("authorizationConfig") or {}).get("accessPointId", "")
            place = (efs["fileSystemId"], access, folder)
            if place not in self._of_file_systems:
                self._of_file_systems[place] = Volume(self._budget.volume())
            return self._of_file_systems[place]
        volumes = self._of_tasks.setdefault(task.id, {})
        if name not in volumes:
            volumes[name] = Volume(self._budget.volume())
        return volumes[name]


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
