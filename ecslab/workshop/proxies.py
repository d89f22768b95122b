"""A proxy that the machine has: the sandbox is on this machine, and is never reached through it."""

from collections.abc import Mapping
from typing import Final

_LOCAL: Final = ("127.0.0.1", "localhost")
_VARIABLES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_BYPASS: Final = ("NO_PROXY", "no_proxy")


def named(environment: Mapping[str, str]) -> list[str]:
    """The variables that name a proxy. Not their values, which may hold a password."""
    return [name for name in environment if name.upper() in _VARIABLES and environment[name]]


def bypass(environment: Mapping[str, str]) -> dict[str, str]:
    """What to set so that clients that obey these variables reach this machine directly; {} without a proxy.

    Both spellings, for some clients read one and some the other.
    """
    if not named(environment):
        return {}
    hosts = [host.strip() for name in _BYPASS for host in environment.get(name, "").split(",")]
    return dict.fromkeys(_BYPASS, ",".join(dict.fromkeys(filter(None, [*hosts, *_LOCAL]))))
