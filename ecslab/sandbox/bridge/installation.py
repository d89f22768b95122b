"""Put a sandbox in place of whatever moto held: its clock, its random stream, and our backends.

moto keeps one dictionary of backends a service, and services reach each other through it; so the class
inside is swapped, and everybody meets ours. ECS is not among them: its requests go to `ecs.dispatch`.
"""

from typing import TYPE_CHECKING, Final

from moto.core.base_backend import BackendDict
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.account import Account, current_account, enter
from ecslab.sandbox.bridge.ec2.backend import EC2Backend
from ecslab.sandbox.bridge.ecr.backend import EcrBackend
from ecslab.sandbox.bridge.iam.backend import IamBackend
from ecslab.sandbox.bridge.logs import LogsBackend
from ecslab.sandbox.bridge.moto_state import track_no_instances

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.elbv2.load_balancing import LoadBalancing

OURS: Final[tuple[tuple[BackendDict, type], ...]] = (
    (ec2_backends, EC2Backend),
    (ecr_backends, EcrBackend),
    (iam_backends, IamBackend),
    (logs_backends, LogsBackend),
)
"""moto's backend dictionaries, and what they build from here on."""


def install(account: Account) -> None:
    """Let `account` be the one that answers, with our backends in moto's place."""
    determinism.install()
    if account.load_balancing is not None:
        install_load_balancing()
    track_no_instances()
    enter(account)
    for backends, ours in OURS:
        backends.backend = ours


def load_balancing() -> "LoadBalancing":
    """The account's load balancing, made when it is first used: moto's part of it takes long to import."""
    from ecslab.sandbox.bridge.elbv2.load_balancing import LoadBalancing

    install_load_balancing()
    account = current_account()
    if account.load_balancing is None:
        from ecslab.sandbox.bridge.load import balancer_metrics
        from ecslab.sandbox.bridge.load.meters import meters_of

        account.load_balancing = LoadBalancing()
        account.load_balancing.listeners.append(meters_of(account).target_health)
        account.load_balancing.visit_listeners.append(balancer_metrics.visited)
    return account.load_balancing


def install_load_balancing() -> None:
    """Put our part of load balancing in the place of moto's."""
    from moto.elbv2.models import elbv2_backends

    from ecslab.sandbox.bridge.elbv2.backend import ElbV2Backend

    if elbv2_backends.backend is not ElbV2Backend:
        elbv2_backends.clear()
        elbv2_backends.backend = ElbV2Backend
