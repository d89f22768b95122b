"""Put a sandbox in place of whatever moto held: its clock, its random stream, and our backends.

moto keeps one dictionary of backends a service, and services reach each other through it; so the class
inside is swapped, and everybody meets ours. ECS is not among them: its requests go to `ecs.dispatch`.
"""

import importlib
from typing import Any, Final

from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.account import Context, make_current
from ecslab.sandbox.bridge.ec2.task_network import EC2Backend
from ecslab.sandbox.bridge.ecr.backend import EcrBackend
from ecslab.sandbox.bridge.iam.roles import IamBackend
from ecslab.sandbox.bridge.logs import LogsBackend

__all__ = ["LATER", "OURS", "fetch", "install"]

OURS: Final[tuple[tuple[Any, type], ...]] = (
    (ec2_backends, EC2Backend),
    (ecr_backends, EcrBackend),
    (iam_backends, IamBackend),
    (logs_backends, LogsBackend),
)
"""moto's backend dictionaries, and what they build from here on."""

LATER: Final = {"elasticloadbalancing": "ecslab.sandbox.bridge.elbv2.backend"}
"""Services by their signing name whose backend is imported when it is first used: module, which has OURS."""


def fetch(service: str) -> None:
    """Before a service is used, import what is ours of it and put that in moto's place; once is enough."""
    if service in LATER:
        backends, ours = importlib.import_module(LATER[service]).OURS
        if backends.backend is not ours:
            backends.clear()
            backends.backend = ours


def install(context: Context) -> None:
    """Forget every account moto had, and let `context` be the sandbox of this process.

    The caller has set moto's clock and seeds (`seams.set_time_source`, `seams.seed_backends`) before.
    """
    determinism.install()
    determinism.forget_backends()
    EcrBackend.home = context.home and context.home / "sandbox"
    for backends, ours in OURS:
        backends.backend = ours
    make_current(context)
