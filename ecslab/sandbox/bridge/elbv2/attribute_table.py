"""Attributes of target groups, load balancers and listeners: which there are, and what values they take."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final, Literal

from ecslab.sandbox.bridge.elbv2.refusals import refusal
from ecslab.sandbox.world.texts import tables

Owner = Literal["target_group", "load_balancer", "listener"]

_TABLES: Final = tables(__file__)
_CALLED: Final = {"target_group": "Target group", "load_balancer": "Load balancer", "listener": "Listener"}
_ALGORITHMS: Final = ("round_robin", "weighted_random", "least_outstanding_requests")


def defaults(owner: Owner, kind: str) -> dict[str, str]:
    """The attributes of a new one; `kind` is `application` or `network`."""
    return dict(_TABLES[owner][kind])


def group_defaults(protocol: str, target_type: str) -> dict[str, str]:
    """The attributes of a new target group."""
    if protocol in ("HTTP", "HTTPS"):
        return defaults("target_group", "application")
    own = defaults("target_group", "network")
    if target_type == "ip" and protocol in ("TCP", "TLS"):
        own["preserve_client_ip.enabled"] = "false"
    if protocol in ("UDP", "TCP_UDP"):
        own["deregistration_delay.connection_termination.enabled"] = "true"
    return own


def read(given: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Values by key, of the pairs in a request."""
    values: dict[str, str] = {}
    for pair in given:
        key = pair["Key"]
        if key in values:
            raise refusal("attribute_twice", key=key)
        values[key] = pair.get("Value", "")
    return values


def check(owner: Owner, kind: str, own: Mapping[str, str], given: Mapping[str, str], protocol: str) -> None:
    """Refuse attributes that an owner does not have, or cannot have with these values.

    Args:
        own: the attributes it has now.
        protocol: a target group's.
    """
    known = set(chain.from_iterable(_TABLES[owner].values()))
    for key, value in given.items():
        if key not in known or (owner == "load_balancer" and key not in own):
            raise refusal("attribute_unknown", what=_CALLED[owner], key=key)
        if key not in own:
            raise refusal(f"{owner}_attribute_elsewhere", protocol=protocol, key=key)
        _check_value(owner, kind, key, value)
    _check_together({**own, **given})


def _check_value(owner: Owner, kind: str, key: str, value: str) -> None:
    if key == "load_balancing.cross_zone.enabled" and owner == "load_balancer":
        _check_boolean(key, value)
        if kind == "application" and value != "true":
            raise refusal("cross_zone")
    elif key == "load_balancing.algorithm.type":
        if value not in _ALGORITHMS:
            raise refusal("attribute_algorithm", words=", ".join(_ALGORITHMS))
    elif key in _TABLES["words"]:
        if value not in _TABLES["words"][key].split(","):
            raise refusal("attribute_word", key=key, words=_TABLES["words"][key])
    elif key.endswith(".enabled"):
        _check_boolean(key, value)
    elif key in _TABLES["ranges"]:
        low, high = _TABLES["ranges"][key]
        off = key == "slow_start.duration_seconds" and value == "0"
        if not off and not (value.isdecimal() and low <= int(value) <= high):
            raise refusal("attribute_range", key=key, value=value, low=low, high=high)
    elif key in _TABLES["lengths"]:
        low, high = _TABLES["lengths"][key]
        if not value.isdecimal() or int(value) < low:
            raise refusal("attribute_small", key=key, low=low)
        if int(value) > high:
            raise refusal("attribute_large", key=key, high=high)


def _check_boolean(key: str, value: str) -> None:
    if value not in ("true", "false"):
        raise refusal("attribute_boolean", key=key, value=value)


def _check_together(all_of_it: Mapping[str, str]) -> None:
    for logs, called in (("access_logs", "access logs"), ("connection_logs", "connection logs")):
        if all_of_it.get(f"{logs}.s3.enabled") == "true" and not all_of_it.get(f"{logs}.s3.bucket"):
            raise refusal("no_bucket", logs=logs, called=called)
    mitigated = all_of_it.get("load_balancing.algorithm.anomaly_mitigation") == "on"
    algorithm = all_of_it.get("load_balancing.algorithm.type", "weighted_random")
    if mitigated and algorithm != "weighted_random":
        raise refusal("mitigation", algorithm=algorithm.replace("_", " "))
