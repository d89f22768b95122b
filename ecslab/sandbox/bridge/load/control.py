"""The control call for visitors: they begin, others come, they end; and how they do."""

import copy
from collections.abc import Mapping
from typing import Any, Final

from ecslab.sandbox.bridge.account import Account, current_account
from ecslab.sandbox.bridge.elbv2.load_balancer import LoadBalancer
from ecslab.sandbox.bridge.load.streams import Stream, find_balancer, listener_on
from ecslab.sandbox.bridge.load.visitors import Visitors
from ecslab.sandbox.world.load.profile import Profile, profile_of
from ecslab.sandbox.world.load.queueing import Cost
from ecslab.sandbox.world.load.traffic import Traffic

MOST_STREAMS: Final = 10
_COST: Final[Mapping[str, tuple[str, float, float, float]]] = {
    "cpu_ms": ("cpu", 0.1, 60_000, 1000),
    "memory_mib": ("memory", 0, 4096, 1),
    "wait_ms": ("wait", 0, 60_000, 1000),
}
"""Of each number of a request: its name in `Cost`, its least and its most, and by what it is divided."""
_CARRIED: Final = ("HTTP", "TCP")

Values = dict[str, Any]


def visitors(*, do: str, load_balancer: str, port: int = 80, **values: object) -> dict[str, object]:
    """Let visitors come to a load balancer's listener (`start`), others (`change`), or none (`stop`).

    Args:
        do: `start`, `change` or `stop`.
        load_balancer: ARN, DNS name or name.
        values: of start and change: `profile` and its numbers (`world.load.profile`), what a request costs
            (`cpu_ms`, `memory_mib`, `wait_ms`), and `path`. A change keeps what is not named.

    Raises:
        ValueError: what is wrong, in a sentence.
    """
    if do not in _DO:
        raise ValueError(f"do must be one of {', '.join(_DO)}, got {do!r}")
    if not isinstance(port, int) or isinstance(port, bool) or not 1 <= port <= 65_535:
        raise ValueError(f"port must be from 1 to 65535, got {port!r}")
    account = current_account()
    if account.clock.durations.model == "fixed":
        raise ValueError("this sandbox keeps the time of version 0.1.0, in which a minute is none; reset it")
    stream = _DO[do](account, load_balancer, port, dict(values))
    return _told(account, stream)


def status() -> list[dict[str, object]]:
    """How all visitors do at this moment; nothing is changed by it."""
    account = current_account()
    streams = account.visitors.streams.values() if account.visitors else ()
    return [_told(account, stream) for stream in streams]


def _start(account: Account, named: str, port: int, values: Values) -> Stream:
    balancer = find_balancer(named)
    _check_listener(balancer, port)
    held = visitors_of(account)
    if (balancer.arn, port) in held.streams:
        raise ValueError(f"port {port} of load balancer {balancer.name} has visitors; change or stop them")
    if len(held.streams) >= MOST_STREAMS:
        raise ValueError(f"there are visitors at {MOST_STREAMS} listeners; stop some first")
    path, cost = _path(values, "/"), _cost(values, Cost())
    profile = _profile(values)
    if profile is None:
        raise ValueError("say which profile the visitors follow, such as profile='constant' with rate=20")
    began = held.now()
    draw = f"{account.seed}\0{balancer.name}:{port}"
    attribute = "tcp.idle_timeout.seconds" if balancer.type == "network" else "idle_timeout.timeout_seconds"
    patience = float(balancer.attrs.get(attribute, 60))
    stream = Stream(balancer.arn, port, path, Traffic(profile, cost, began, draw, patience))
    held.add(stream)
    return stream


def _change(account: Account, named: str, port: int, values: Values) -> Stream:
    stream = _stream(account, named, port)
    path, cost = _path(values, stream.path), _cost(values, stream.traffic.cost)
    profile = _profile(values)
    held = visitors_of(account)
    held.catch_up(held.now())
    stream.traffic.pass_time(held.now())
    stream.traffic.change(profile, cost)
    stream.path = path
    held.refresh()
    return stream


def _stop(account: Account, named: str, port: int, values: Values) -> Stream:
    if values:
        raise ValueError(f"stop takes no {', '.join(sorted(values))}")
    stream = _stream(account, named, port)
    visitors_of(account).remove(stream)
    return stream


_DO: Final = {"start": _start, "change": _change, "stop": _stop}


def visitors_of(account: Account) -> Visitors:
    """The account's visitors, made when the first are asked for."""
    if account.visitors is None:
        account.visitors = Visitors(account)
        if account.load_balancing is not None:
            account.load_balancing.listeners.append(account.visitors.target_health)
    return account.visitors


def _stream(account: Account, named: str, port: int) -> Stream:
    """The stream at a listener; its load balancer may be gone, if it is named by ARN or name."""
    for stream in account.visitors.streams.values() if account.visitors else ():
        known = {stream.balancer_arn, stream.balancer_arn.split("/")[-2]}
        known |= {stream.balancer.dns_name} if stream.balancer else set()
        if stream.port == port and named in known:
            return stream
    raise ValueError(f"port {port} of load balancer {named} has no visitors")


def _check_listener(balancer: LoadBalancer, port: int) -> None:
    if balancer.internal:
        raise ValueError(f"load balancer {balancer.name} is internal: visitors come from the internet")
    listener = listener_on(balancer, port)
    if listener is None:
        ports = sorted(int(each.port) for each in balancer.listeners.values())
        on = f"port {', '.join(map(str, ports))}" if ports else "no port"
        raise ValueError(f"load balancer {balancer.name} has no listener on port {port}; it listens on {on}")
    if listener.protocol not in _CARRIED:
        raise ValueError(
            f"the listener on port {port} speaks {listener.protocol}; visitors here speak plain HTTP alone"
        )


def _profile(values: Values) -> Profile | None:
    """What is left of the values, once the others were taken out of them."""
    if "profile" not in values:
        if values:
            raise ValueError(f"visitors know no {', '.join(sorted(values))}")
        return None
    return profile_of(values.pop("profile"), values)


def _path(values: Values, before: str) -> str:
    path = values.pop("path", before)
    if not isinstance(path, str) or not path.startswith("/") or not path.isascii() or len(path) > 512:
        raise ValueError(f"path must begin with / and be at most 512 characters, got {path!r}")
    return path


def _cost(values: Values, before: Cost) -> Cost:
    numbers = {"cpu": before.cpu, "memory": before.memory, "wait": before.wait}
    for name, (field, least, most, divisor) in _COST.items():
        value = values.pop(name, None)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise ValueError(f"{name} must be from {least:g} to {most:,}, got {value!r}")
        numbers[field] = value / divisor
    return Cost(**numbers)


def _told(account: Account, stream: Stream) -> dict[str, object]:
    """How a stream does now, reckoned on a copy: asking changes nothing."""
    traffic, now = copy.deepcopy(stream.traffic), visitors_of(account).now()
    traffic.pass_time(now)
    serving = [place for place in traffic.route.places if place.share and place.trouble is None]
    moments = [(place.share, traffic.at(place.key, now)) for place in serving]
    share = sum(each for each, _ in moments)
    mean = sum(each * moment.response for each, moment in moments if moment) / share if share else None
    totals, cost = traffic.totals, traffic.cost
    return {
        "load_balancer": stream.balancer_arn, "port": stream.port, "path": stream.path,
        "profile": traffic.profile.kind, "began": traffic.began, "now": now,
        "rate": traffic.profile.rate(now - traffic.profile.zero(traffic.began)), "peak": traffic.profile.most,
        "cpu_ms": cost.cpu * 1000, "memory_mib": cost.memory, "wait_ms": cost.wait * 1000,
        "targets": len(serving), "there": stream.listener() is not None, "response": mean,
        "arrivals": totals.arrivals, "served": totals.served, "queued": traffic.queued,
        "failed": dict(totals.failed), "answered": dict(totals.answered),
    }  # fmt: skip
