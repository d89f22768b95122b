"""What a load balancer's listener does with a request: its rules, and the answers it gives by itself.

Pure. A request meets the rules in the order of their priority; the first whose conditions all hold decides,
else the listener's default action does.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address, ip_network
from typing import Final, Protocol
from urllib.parse import parse_qsl

from ecslab.sandbox.world.wildcards import pattern

SERVER: Final = "awselb/2.0"
DEFAULT: Final = 1 << 20
"""The default rule's place behind all priorities, which end at 50,000."""


class Asked(Protocol):
    """What a rule looks at; names in `headers` are in lower case, `path` is as it stood on the wire."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def peer(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule; it holds if one of its values does.

    Attributes:
        field: as API_RuleCondition names it.
        values: patterns, CIDR blocks or methods; for a query string `key=value`, without `key=` for any key.
        name: the header, for `http-header`.
    """

    field: str
    values: tuple[str, ...]
    name: str = ""

    def holds(self, request: Asked) -> bool:
        match self.field:
            case "path-pattern":
                return self._one_fits(request.path)
            case "host-header":
                return self._one_fits(_host(request), fold=True)
            case "http-header":
                return self._one_fits(request.headers.get(self.name.lower(), ""), fold=True)
            case "http-request-method":
                return request.method in self.values
            case "query-string":
                pairs = parse_qsl(request.query, keep_blank_values=True)
                return any(_pair_fits(wanted, *pair) for wanted in self.values for pair in pairs)
            case "source-ip":
                peer = ip_address(request.peer)
                return any(peer in ip_network(value, strict=False) for value in self.values)
        raise ValueError(f"no such condition: {self.field}")

    def _one_fits(self, text: str, fold: bool = False) -> bool:
        return any(pattern(value, fold).fullmatch(text) for value in self.values)


@dataclass(frozen=True, slots=True)
class Forward:
    """Send the request to one of these target groups: (ARN, weight from 0 to 999)."""

    groups: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """Answer with these words."""

    status: int
    body: str = ""
    content_type: str = "text/plain"

    def reply(self) -> tuple[int, dict[str, str], bytes]:
        headers = {"Server": SERVER, "Content-Type": f"{self.content_type}; charset=utf-8"}
        return self.status, headers, self.body.encode()


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send the visitor elsewhere; `#{host}` and the like stand for the request's own."""

    status: int
    protocol: str = "#{protocol}"
    host: str = "#{host}"
    port: str = "#{port}"
    path: str = "/#{path}"
    query: str = "#{query}"

    def reply(self, request: Asked, protocol: str, port: int) -> tuple[int, dict[str, str], bytes]:
        own = {
            "protocol": protocol.lower(), "host": _host(request), "port": str(port),
            "path": request.path.removeprefix("/"), "query": request.query,
        }  # fmt: skip
        to = [_filled(part, own) for part in (self.protocol, self.host, self.port, self.path, self.query)]
        location = f"{to[0].lower()}://{to[1]}:{to[2]}{to[3]}" + (f"?{to[4]}" if to[4] else "")
        status, headers, body = page(self.status)
        return status, {**headers, "Location": location}, body


Action = Forward | Fixed | Redirect


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a listener; `priority` from 1 to 50,000, DEFAULT for the default rule."""

    arn: str
    priority: int
    conditions: tuple[Condition, ...]
    action: Action


def choose(rules: Iterable[Rule], request: Asked) -> Rule | None:
    """The rule that decides; None where there is not even a default rule."""
    fitting = (rule for rule in rules if all(condition.holds(request) for condition in rule.conditions))
    return min(fitting, key=lambda rule: rule.priority, default=None)


@dataclass(slots=True)
class Spread:
    """Takes turns among target groups by their weights, as evenly as whole requests allow.

    Of `n` requests a group of weight `w` gets `n * w / (sum of weights)`, give or take fewer than there are
    groups.
    """

    _credit: dict[str, int] = field(default_factory=dict)

    def next(self, groups: Sequence[tuple[str, int]]) -> str | None:
        """The group whose turn it is; None if no group has a weight above 0."""
        total = sum(weight for _, weight in groups)
        if not total:
            return None
        self._credit = {arn: self._credit.get(arn, 0) + weight for arn, weight in groups}
        chosen = max((arn for arn, weight in groups if weight), key=lambda arn: self._credit[arn])
        self._credit[chosen] -= total
        return chosen


def page(status: int) -> tuple[int, dict[str, str], bytes]:
    """An Application Load Balancer's own page for a status such as 502, 503 or 504."""
    phrase = {504: "Gateway Time-out", 503: "Service Temporarily Unavailable", 302: "Found"}.get(
        status, HTTPStatus(status).phrase
    )
    title = f"{status} {phrase}"
    lines = ("<html>", f"<head><title>{title}</title></head>", "<body>",
             f"<center><h1>{title}</h1></center>", "</body>", "</html>", "")  # fmt: skip
    return status, {"Server": SERVER, "Content-Type": "text/html"}, "\r\n".join(lines).encode()


def _host(request: Asked) -> str:
    return request.headers.get("host", "").partition(":")[0].lower()


def _pair_fits(wanted: str, key: str, value: str) -> bool:
    name, equals, content = wanted.partition("=")
    if not equals:
        return bool(pattern(wanted, True).fullmatch(value))
    return bool(pattern(name, True).fullmatch(key) and pattern(content, True).fullmatch(value))


def _filled(template: str, own: Mapping[str, str]) -> str:
    return re.sub(r"#\{(\w+)\}", lambda match: own.get(match[1], match[0]), template)
