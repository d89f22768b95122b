"""The lifecycle of an instance in an Auto Scaling group; `lifecycle.toml` has the table."""

from typing import Final

from ecslab.sandbox.world.lifecycle import lifecycles

GROUP_INSTANCE: Final = lifecycles(__file__)["group_instance"]
