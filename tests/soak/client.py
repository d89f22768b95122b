"""One client of the soak: its boto3 clients, its random stream, and the count of what it was told."""

import base64
import http.client
import random
from collections import Counter
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

LONGEST = 60.0  # wall seconds after which a request counts as never answered
_CONFIG = Config(
    retries={"total_max_attempts": 1}, proxies={}, connect_timeout=LONGEST, read_timeout=LONGEST,
    parameter_validation=False,
)  # fmt: skip


class Tally:
    """What became of requests: `answered` by operation, `refused` by operation and code, `wrong` in words."""

    def __init__(self) -> None:
        self.answered: Counter[str] = Counter()
        self.refused: Counter[tuple[str, str]] = Counter()
        self.pages: Counter[int] = Counter()
        self.wrong: list[str] = []

    @property
    def requests(self) -> int:
        return sum(map(sum, (each.values() for each in (self.answered, self.refused, self.pages))))

    def add(self, other: "Tally") -> None:
        self.answered += other.answered
        self.refused += other.refused
        self.pages += other.pages
        self.wrong += other.wrong


class Client:
    """Asks a sandbox over its sockets, as any program would; never raises for what it is answered."""

    def __init__(self, place: Any, seed: object):
        self.place, self.random, self.tally = place, random.Random(str(seed)), Tally()
        names = ("ecs", "ecr", "ec2", "elbv2", "iam", "logs")
        self.ecs, self.ecr, self.ec2, self.elbv2, self.iam, self.logs = map(self._client, names)

    def ask(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any] | None:
        """The answer; None if it was refused or never came, which is counted."""
        name = f"{service}:{operation}"
        try:
            answer: dict[str, Any] = getattr(getattr(self, service), operation)(**parameters)
        except ClientError as refusal:
            self._refused(name, refusal.response, parameters)
        except (HTTPClientError, BotoCoreError) as problem:
            self.tally.wrong.append(f"{name} {parameters}: {problem!r}")
        else:
            self.tally.answered[name] += 1
            return answer
        return None

    def _refused(self, name: str, response: dict[str, Any], parameters: dict[str, Any]) -> None:
        status = response["ResponseMetadata"]["HTTPStatusCode"]
        code, message = response["Error"].get("Code", ""), response["Error"].get("Message", "")
        self.tally.refused[name, code] += 1
        if status >= 500 or not code or not message:
            self.tally.wrong.append(f"{name} {parameters}: {status} {code} {message}")

    def visit(self, host: str, path: str = "/", port: int = 80) -> int | None:
        """The status of a page, by the gateway's proxy form; the gateway's own refusals count as pages."""
        code = base64.b64encode(f"lab:{self.place.gateway_secret}".encode()).decode()
        headers = {"Proxy-Authorization": f"Basic {code}", "Host": host}
        connection = http.client.HTTPConnection("127.0.0.1", self.place.gateway_port, timeout=LONGEST)
        try:
            connection.request("GET", f"http://{host}:{port}{path}", headers=headers)
            reply = connection.getresponse()
            reply.read()
        except (OSError, http.client.HTTPException) as problem:
            self.tally.wrong.append(f"visit to {host}:{port}{path}: {problem!r}")
            return None
        finally:
            connection.close()
        self.tally.pages[reply.status] += 1
        if reply.status == 500:
            self.tally.wrong.append(f"visit to {host}:{port}{path}: 500")
        return reply.status

    def control(self, verb: str, /, **values: Any) -> None:
        """A control call; a refusal (the task that was to fail has ended) counts as one."""
        from ecslab.sandbox.endpoint import SandboxError

        name = f"control:{verb}"
        try:
            self.place.control(verb, **values)
        except SandboxError as refusal:
            self.tally.refused[name, ""] += 1
            if "failed at this request" in str(refusal):
                self.tally.wrong.append(f"{name} {values}: {refusal}")
        except OSError as problem:
            self.tally.wrong.append(f"{name} {values}: {problem!r}")
        else:
            self.tally.answered[name] += 1

    def _client(self, service: str) -> Any:
        return _session(self.place).client(service, endpoint_url=self.place.url, config=_CONFIG)


@cache
def _session(place: Any) -> Any:
    return boto3.Session(place.access_key, place.secret_key, region_name=place.region)
