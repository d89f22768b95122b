"""`docs/lifecycles.md`, drawn from the tables that the sandbox runs on."""

from ecslab.sandbox.world.auto_scaling_group.lifecycle import GROUP_INSTANCE
from ecslab.sandbox.world.container_instance.lifecycle import CONTAINER_INSTANCE
from ecslab.sandbox.world.load_balancing.target_health import TARGET
from ecslab.sandbox.world.service.lifecycle import (
    DEPLOYMENT,
    MEMBER,
    ROLLOUT_STATE,
    SERVICE,
    SERVICE_DEPLOYMENT,
)
from ecslab.sandbox.world.task.lifecycle import ATTACHMENT, TASK

LIFECYCLES = (
    TASK, ATTACHMENT, SERVICE, DEPLOYMENT, ROLLOUT_STATE, SERVICE_DEPLOYMENT, MEMBER, TARGET,
    CONTAINER_INSTANCE, GROUP_INSTANCE,
)  # fmt: skip
HEAD = """# Lifecycles

Each status in the sandbox changes only as one of these tables says; anything else is refused and changes
nothing. `make pages` draws this page from the tables (`ecslab/sandbox/world/`). **U** marks what no source
confirms.
"""


def page():
    return HEAD + "".join(section(table) for table in LIFECYCLES)


def section(table):
    title = f"{table.noun[0].upper()}{table.noun[1:]}"
    return f"\n## {title}\n\n{table.about}\n\n```mermaid\n{table.mermaid()}\n```\n"
