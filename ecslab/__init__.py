"""A hands-on course in Amazon ECS. `ecslab.connect()` is where it begins.

Attributes are imported on first use (PEP 562), so that `import ecslab` costs nothing.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_MODULES = frozenset(
    {
        "bill", "cleanup", "cluster", "console", "containers", "course", "deployment", "ecr",
        "execution_role", "fault_lab", "figures", "guestbook", "image", "load_balancer", "log_group",
        "network", "secret", "service", "task", "task_definition", "task_role", "terminal", "verify",
        "widgets",
    }
)  # fmt: skip
_NAMES = {
    "connect": "lab",
    "Lab": "lab",
    "EcslabError": "errors",
    "fault": "fault_lab",
    "ClockButtons": "widgets",
    "NetworkPicker": "widgets",
    "ServiceView": "widgets",
    "TaskSizePicker": "widgets",
    "TaskView": "widgets",
}
__all__ = [
    "ClockButtons", "EcslabError", "Lab", "NetworkPicker", "ServiceView", "TaskSizePicker", "TaskView",
    "__version__", "bill", "cleanup", "cluster", "connect", "console", "containers", "course", "deployment",
    "ecr", "execution_role", "fault", "fault_lab", "figures", "guestbook", "image", "load_balancer",
    "log_group", "network", "secret", "service", "task", "task_definition", "task_role", "terminal",
    "verify", "widgets",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"ecslab.{name}")
    if name in _NAMES:
        value = getattr(importlib.import_module(f"ecslab.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'ecslab' has no attribute {name!r}; it has: {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
