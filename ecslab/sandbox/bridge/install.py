"""Put a sandbox in place of whatever moto held: its clock, its random stream, and our backends.

moto keeps one dictionary of backends a service, and services reach each other through it; so the class
inside is swapped, and everybody meets ours. ECS is not among them: its requests go to `ecs.dispatch`.
"""

from typing import Any, Final

from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from ecslab.sandbox.bridge import seams
from ecslab.sandbox.bridge.context import Context, make_current
from ecslab.sandbox.bridge.ec2 import EC2Backend
from ecslab.sandbox.bridge.ecr.backend import EcrBackend
from ecslab.sandbox.bridge.iam import IamBackend
from ecslab.sandbox.bridge.logs import LogsBackend

__all__ = ["OURS", "install"]

OURS: Final[tuple[tuple[Any, type], ...]] = (
    (ec2_backends, EC2Backend),
    (ecr_backends, EcrBackend),
    (iam_backends, IamBackend),
    (logs_backends, LogsBackend),
)
"""moto's backend dictionaries, and what they build from here on."""


def install(context: Context) -> None:
    """Forget every account moto had, and let `context` be the sandbox of this process.

    The caller has set moto's clock and seeds (`seams.set_time_source`, `seams.seed_backends`) before.
    """
    seams.install()
    seams.forget_backends()
    EcrBackend.home = context.home and context.home / "sandbox"
    for backends, ours in OURS:
        backends.backend = ours
    make_current(context)
