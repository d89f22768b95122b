"""Where moto's clock and randomness become the sandbox's. Nothing else replaces either.

moto reads the time through `moto.core.utils.utcnow`, whose module names the `datetime` module, and
through a few modules of its own (`CLOCKS`); it draws every id from one stream, `mock_random`. It also
builds a service's backend inside whichever request comes first. Here the time comes from the sandbox,
the stream can be re-seeded, and each backend is built at a fixed instant under a seed of its own: what a
request makes is then the same whatever requests came before it.
"""

import datetime as _datetime
import sys
import time as _time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Final, cast

from moto.core.base_backend import AccountSpecificBackend, BaseBackend
from moto.moto_api._internal import mock_random as rng

from ecslab.sandbox.bridge.account import current_account, entered_account

__all__ = ["BUILT_AT", "CLOCKS", "building", "install", "now", "reseed", "rng"]

BUILT_AT: Final = 1_704_067_200.0
"""Epoch seconds every backend is built at: the account was opened on 1 January 2024."""

CLOCKS: Final[dict[str, tuple[str, ...]]] = {
    "moto.core.utils": ("datetime",),
    "moto.moto_api._internal.managed_state_model": ("datetime",),
    "moto.ecr.models": ("datetime",),
    "moto.elb.models": ("datetime",),
    "moto.kms.models": ("os",),
    "moto.kms.utils": ("os",),
    "moto.route53.models": ("datetime",),
    "moto.s3.models": ("datetime", "os"),
    "moto.secretsmanager.models": ("time",),
    "moto.sts.utils": ("os",),
}
"""moto modules that read the system's time or randomness, and the globals through which they do."""


def now() -> float:
    """The time moto sees, in epoch seconds."""
    account = entered_account()
    if account is None:
        return _time.time()
    return BUILT_AT if account.building else account.timestamp()


def reseed(*parts: str | int) -> None:
    """Start moto's random stream anew; equal parts give equal ids.

    The stream is seeded by whoever draws first: of ten events nine draw nothing, and a seed costs as much as
    such an event.
    """
    if not _owed:
        vars(rng).update(_SEEDING)
    _owed[:] = [parts]


def _seeding(name: str) -> Callable[..., object]:
    def seeded(*args: object) -> object:
        _seed_now()
        return getattr(rng, name)(*args)

    return seeded


_owed: Final = list[tuple[str | int, ...]]()
_SEEDING: Final = {name: _seeding(name) for name in ("random", "getrandbits", "getstate", "setstate", "seed")}
"""What stands before the stream's own methods while a seed is owed; Random draws by these alone."""


def _seed_now() -> None:
    if _owed:
        parts = _owed.pop()
        for name in _SEEDING:
            del vars(rng)[name]
        rng.seed(_seed(*parts))


def install() -> None:
    """Let moto's clocks and dictionaries be these; a second call changes only modules loaded since."""
    for name, attributes in CLOCKS.items():
        module = sys.modules.get(name)
        for attribute in attributes if module else ():
            _replace(cast("ModuleType", module), attribute)
    if AccountSpecificBackend.__getitem__ is not _backend_of:
        AccountSpecificBackend.__getitem__ = _backend_of


@contextmanager
def building(service: str, account_id: str, region: str) -> Iterator[None]:
    """Draw under a seed of (service, account, region) at `BUILT_AT`, and leave the stream as it was."""
    install()
    account, stream = current_account(), rng.getstate()
    reseed(account.seed, service, account_id, region)
    account.building += 1
    try:
        yield
    finally:
        account.building -= 1
        rng.setstate(stream)


def _seed(*parts: str | int) -> str:
    return "\x1f".join(map(str, parts))


class _SandboxDatetime(_datetime.datetime):
    """`datetime` whose present is the sandbox's; what it returns are plain datetimes."""

    @classmethod
    def now(cls, tz: _datetime.tzinfo | None = None) -> _datetime.datetime:  # type: ignore[override]
        utc = _datetime.datetime.fromtimestamp(now(), _datetime.UTC)
        return utc.astimezone(tz) if tz else utc.replace(tzinfo=None)

    @classmethod
    def utcnow(cls) -> _datetime.datetime:  # type: ignore[override]
        return cls.now()

    @classmethod
    def today(cls) -> _datetime.datetime:  # type: ignore[override]
        return cls.now()


def _like(module: ModuleType, **changed: object) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(module), **changed})


_REPLACED: Final[dict[object, object]] = {
    _datetime: _like(_datetime, datetime=_SandboxDatetime),
    _datetime.datetime: _SandboxDatetime,
    _time: _like(_time, time=now),
    sys.modules["os"]: _like(sys.modules["os"], urandom=rng.randbytes),
}


def _replace(module: ModuleType, attribute: str) -> None:
    original = getattr(module, attribute)
    if not isinstance(original, SimpleNamespace) and original is not _SandboxDatetime:
        setattr(module, attribute, _REPLACED[original])


_stock_getitem = AccountSpecificBackend.__getitem__


def _backend_of(self: AccountSpecificBackend, region: str) -> BaseBackend:
    region = "aws" if region == "global" else region  # as moto itself reads it
    if dict.__contains__(self, region):
        return dict.__getitem__(self, region)
    if entered_account() is None:
        return _stock_getitem(self, region)
    with building(self.service_name, self.account_id, region):
        return _stock_getitem(self, region)
