"""What the runtime is told of a container."""

from collections.abc import Mapping

from ecslab.sandbox.bridge.ecs.fargate.image_pulls import architecture_of
from ecslab.sandbox.bridge.ecs.fargate.volumes import Volumes
from ecslab.sandbox.bridge.ecs.instances import placing
from ecslab.sandbox.runtime import ContainerSpec
from ecslab.sandbox.world.service_connect.proxy import MEMORY
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.task import Task


def container_spec(
    task: Task,
    container: Container,
    environment: Mapping[str, str],
    volumes: Volumes,
    init_process: bool,
) -> ContainerSpec:
    """A container as its task definition, its image and its task describe it."""
    definition = container.definition
    assert container.pulled is not None, "pulled before it starts"
    return ContainerSpec(
        task_id=task.id,
        name=container.name,
        image=container.pulled.image,
        command=definition.get("command") or None,
        entry_point=definition.get("entryPoint") or None,
        environment=environment,
        memory_mib=_memory(task, container),
        stop_timeout=container.stop_timeout,
        working_directory=definition.get("workingDirectory"),
        architecture=architecture_of(task),
        mounts=volumes.mounts(task, container),
        read_only=bool(definition.get("readonlyRootFilesystem")),
        init_process=init_process,
    )


def _memory(task: Task, container: Container) -> int:
    """MiB that a container may take: its own limit, the task's, or all that its container instance has."""
    instance = placing.instance_of(task)
    whole = task.settings["memory"] if instance is None else task.definition.get("memory") or instance.memory
    return int(container.definition.get("memory") or whole) - (MEMORY if task.proxy else 0)
