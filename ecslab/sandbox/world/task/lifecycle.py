"""The lifecycles of a task and of its network interface; `lifecycle.toml` has the tables."""

from typing import Final

from ecslab.sandbox.world.lifecycle import lifecycles

_LIFECYCLES: Final = lifecycles(__file__)
TASK: Final = _LIFECYCLES["task"]
UNTOLD: Final = frozenset({"ACTIVATING", "DEACTIVATING", "STOPPING"})
"""What only a task behind a load balancer shows."""
ATTACHMENT: Final = _LIFECYCLES["attachment"]
