"""What moto keeps in its modules for one account, parked while another account answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend
from moto.core.common_models import BaseModel
from moto.moto_api._internal import mock_random

_CACHES: Final = frozenset({"aws_managed_policies", "managed_policies", "amis", "_pages", "public", "ipv6"})
"""Parts of backends that fill as somebody looks, or as time goes on."""

@dataclass(frozen=True, slots=True)
class MotoState:
    """Nothing is held at first.

    Attributes:
        backends: each of moto's dictionaries that holds something, and what it holds.
        buckets: whose each bucket is, which S3's dictionary keeps beside its backends.
        random: where moto's random stream stands; None leaves it where it is.
    """

    backends: Mapping[BackendDict, Mapping[str, AccountSpecificBackend]] = field(default_factory=dict)
    buckets: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    random: tuple[object, ...] | None = None


def track_no_instances() -> None:
    """moto lists all models it ever made, for a dashboard that is not carried: nothing would be freed."""
    BaseModel.__new__ = _untracked


def _untracked(cls: type, *_args: object, **_members: object) -> object:
    return super(BaseModel, cls).__new__(cls)


def park() -> MotoState:
    """Take out what moto holds."""
    state = held()
    _empty()
    return state


def held() -> MotoState:
    """What moto holds."""
    backends = {services: dict(services) for services in BackendDict._instances}
    buckets = {name: owner for services in _of_s3() for name, owner in services.bucket_accounts.items()}
    return MotoState(backends, buckets, mock_random.getstate())


def put_back(state: MotoState) -> None:
    """Let moto, which holds nothing, hold this."""
    for held, accounts in state.backends.items():
        held.update(accounts)
        BackendDict._instances.append(held)
    for held in _of_s3():
        held.bucket_accounts.update(state.buckets)
    if state.random is not None:
        mock_random.setstate(state.random)


def sizes() -> dict[str, int]:
    """How much each part of each backend holds: a request that is refused leaves them as they were."""
    held = [(held.service_name, backend) for held in BackendDict._instances
            for regions in held.values() for backend in regions.values()]  # fmt: skip
    counted = {f"{service}.{id(backend)}.{name}": _size(part) for service, backend in held
               for name, part in vars(backend).items()
               if isinstance(part, dict | list) and name not in _CACHES}  # fmt: skip
    for service, backend in held:
        for subnets in backend.subnets.values() if service == "ec2" else ():
            counted |= {f"addresses.{name}": len(subnet._subnet_ips) for name, subnet in subnets.items()}
    return counted


def _size(part: dict[object, object] | list[object]) -> int:
    if isinstance(part, list):
        return len(part)
    return sum(1 + (len(inner) if isinstance(inner, dict | list) else 0) for inner in part.values())


def forget_backends() -> None:
    """Drop every backend; each is built again when it is next asked for.

    moto's own reset rebuilds all of them first, only to drop them.
    """
    for services in BackendDict._instances:
        for regions in services.values():
            for backend in regions.values():
                if type(backend).reset is not BaseBackend.reset:
                    backend.reset()
    _empty()


def _of_s3() -> list[Any]:
    """S3's dictionary, once somebody has used it."""
    return [held for held in BackendDict._instances if hasattr(held, "bucket_accounts")]


def _empty() -> None:
    for held in _of_s3():
        held.bucket_accounts.clear()
    for services in BackendDict._instances:
        services.clear()
    BackendDict._instances.clear()
