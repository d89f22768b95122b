"""The lifecycle of a container instance; `lifecycle.toml` has the table."""

from typing import Final

from ecslab.sandbox.world.lifecycle import lifecycles

CONTAINER_INSTANCE: Final = lifecycles(__file__)["container_instance"]
