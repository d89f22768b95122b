"""The lifecycles of a task and of its network interface; `lifecycle.toml` has the tables."""

from typing import Final

from ecslab.sandbox.world.lifecycle import lifecycles

_LIFECYCLES: Final = lifecycles(__file__)
TASK: Final = _LIFECYCLES["task"]
ATTACHMENT: Final = _LIFECYCLES["attachment"]
