"""The access log of a task's proxy: a line for each request, in Envoy's default format or as JSON.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-envoy-access-logs.html
https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
U: the keys of the JSON, and that a request is told by both proxies it goes through.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from ecslab.sandbox.bridge import logs
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.open_ports import connect_of
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.world.service_connect.configuration import ProxyLog
from ecslab.sandbox.world.task.task import Task

__all__ = ["Line", "log_of", "stream_of", "write"]


@dataclass(frozen=True, slots=True)
class Line:
    """A request that a proxy carried, or answered by itself.

    Attributes:
        host: whom it asked, as `address:port`; "" for nobody.
        seconds: until the answer was there.
        flags: Envoy's response flags: `UH`, `UF`, `UT`, or `-`.
    """

    asked: HttpRequest
    answered: HttpResponse
    host: str = ""
    seconds: float = 0.0
    flags: str = "-"


def log_of(task: Task) -> ProxyLog | None:
    """Where a task's proxy writes; None for one that writes nowhere."""
    connect = connect_of(task)
    return connect.log if connect else None


def stream_of(task: Task, log: ProxyLog) -> tuple[str, str, str]:
    """Region, group and stream of a proxy's log: `<prefix>/<proxy>/<task id>`."""
    assert task.proxy is not None, "it has a proxy"
    options, name = log.options, task.proxy[0]
    stream = f"{options.get('awslogs-stream-prefix', '')}/{name}/{task.id}"
    return options["awslogs-region"], options["awslogs-group"], stream


def write(task: Task, line: Line) -> None:
    """Write a line, if the proxy of the task writes one for each request."""
    log = log_of(task)
    if log is None or not log.requests:
        return
    now = current_account().clock.timestamp()
    fields = _fields(line, log, now)
    text = json.dumps(fields) if log.requests == "JSON" else _text(fields)
    logs.write(*stream_of(task, log), [(now, text)])


def _fields(line: Line, log: ProxyLog, now: float) -> dict[str, str | int]:
    asked, answered = line.asked, line.answered
    milliseconds, headers = round(line.seconds * 1000), asked.headers
    moment = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
    return {
        "start_time": moment.replace("+00:00", "Z"),
        "method": asked.method,
        "path": asked.target if log.queries else asked.path,
        "protocol": "HTTP/1.1",
        "response_code": answered.status,
        "response_flags": line.flags,
        "bytes_received": len(asked.body),
        "bytes_sent": len(answered.body),
        "duration": milliseconds,
        "upstream_service_time": milliseconds if line.host and line.flags == "-" else "-",
        "x_forwarded_for": headers.get("x-forwarded-for", "-"),
        "user_agent": headers.get("user-agent", "-"),
        "request_id": headers.get("x-request-id", "-"),
        "authority": headers.get("host", "-"),
        "upstream_host": line.host or "-",
    }


def _text(fields: dict[str, str | int]) -> str:
    return (
        '[{start_time}] "{method} {path} {protocol}" {response_code} {response_flags} {bytes_received} '
        '{bytes_sent} {duration} {upstream_service_time} "{x_forwarded_for}" "{user_agent}" "{request_id}" '
        '"{authority}" "{upstream_host}"'
    ).format(**fields)
