"""How an image's configuration and a container definition go together."""

from typing import Final, cast

from ecslab.sandbox.runtime import ContainerSpec
from ecslab.sandbox.runtime.image import RunConfig
from ecslab.sandbox.runtime.layer_stream import BadLayer
from ecslab.sandbox.runtime.limits import LONGEST_PATH

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def checked_config(config: dict[str, object]) -> dict[str, object]:
    """An image's configuration, which a stranger wrote, if a container can be started by it.

    Raises:
        BadLayer: it is not what the OCI image specification says.
    """
    inner = config.get("config") or {}
    if not isinstance(inner, dict) or not isinstance(config.get("architecture") or "", str):
        raise BadLayer("the image's configuration is not one of the OCI image specification")
    for name in ("Entrypoint", "Cmd", "Env"):
        words = inner.get(name) or []
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise BadLayer(f"{name} of the image's configuration is no list of texts")
    directory = inner.get("WorkingDir") or ""
    if not isinstance(directory, str) or len(directory) > LONGEST_PATH:
        raise BadLayer("WorkingDir of the image's configuration is no path")
    if not isinstance(inner.get("Labels") or {}, dict):
        raise BadLayer("Labels of the image's configuration are no names and values")
    return config


def image_config(spec: ContainerSpec) -> RunConfig:
    """The part of the image's configuration that says how to run it."""
    return cast("RunConfig", spec.image.config.get("config") or {})


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


def combined_environment(spec: ContainerSpec, hostname: str) -> dict[str, str]:
    """PATH and HOSTNAME, the image's variables, then the definition's."""
    base = {"PATH": PATH, "HOSTNAME": hostname, "HOME": "/root"}
    image = dict(entry.split("=", 1) for entry in image_variables(spec))
    return {**base, **image, **spec.environment}
