"""How an image's configuration and a container definition go together."""

from typing import Any, Final

from ecslab.sandbox.runtime import ContainerSpec

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def image_config(spec: ContainerSpec) -> dict[str, Any]:
    """The part of the image's configuration that says how to run it."""
    config: dict[str, Any] = spec.image.config.get("config") or {}
    return config


def combined_command(spec: ContainerSpec) -> list[str]:
    """What runs, as Docker combines it: an entry point of the definition sets the image's command aside
    too.
    """
    config = image_config(spec)
    if spec.entry_point:
        return [*spec.entry_point, *(spec.command or [])]
    return [*(config.get("Entrypoint") or []), *(spec.command or config.get("Cmd") or [])]


def image_variables(spec: ContainerSpec) -> list[str]:
    """The image's variables, as NAME=value."""
    return [entry for entry in image_config(spec).get("Env") or [] if "=" in entry]


def combined_environment(spec: ContainerSpec) -> dict[str, str]:
    """PATH and HOSTNAME, the image's variables, then the definition's."""
    base = {"PATH": PATH, "HOSTNAME": f"ip-{spec.task_id[:8]}", "HOME": "/root"}
    image = dict(entry.split("=", 1) for entry in image_variables(spec))
    return {**base, **image, **spec.environment}
