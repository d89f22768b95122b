"""The account in which experiments are made, and how a request's effects on it are looked at."""

import contextlib
import json
import os
import pickle
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from ecslab.sandbox.gateway.gateway import NotIn
from ecslab.sandbox.http_message import HttpRequest
from tests.fuzz.account import NOT_SHOWN, Account, Call

ALSO = {
    # service: other services' calls by which the effects of its requests are seen
    "ecs": ("ec2:DescribeNetworkInterfaces", "elbv2:DescribeTargetGroups", "iam:ListRoles"),
    "elbv2": ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups"),
    "sts": ("sts:GetCallerIdentity",),
}
_NUMBER = re.compile(r"\d+ ")
_ANCHOR = re.compile(r"\$(\w+)")
_MOMENT = re.compile(r"\$(now|seconds)([+-]\d+)")
"""Milliseconds (`now`) or seconds before or after the account was furnished."""


_HOUR = 3600


class World:
    """A furnished account, and names for what is in it (`$cluster`).

    It always begins at the same minute of an hour, and the clients' present is the account's: what a minute,
    an hour or a window holds is then the same in each run.
    """

    def __init__(self, home: Path, prepare: list[dict[str, Any]]):
        self.account = Account(str(home), [], began=time.time() // _HOUR * _HOUR - _HOUR)
        with self.account.sandbox.backend.whole() as (_, account):
            account.client_clock = None
        self.calls = {call.name: call for call in self.account.everything}
        self._folder = home
        self._furnished = round(self.account.sandbox.clock.timestamp() * 1000)
        for step in prepare:
            if "wait" in step:
                self.wait(step["wait"])
                continue
            answer = self.filled(step)
            outcome = self.ask(answer["call"], answer.get("input", {}))
            assert "refused" not in outcome, (step, outcome)
            self.account.memory.learn(step["call"].partition(":")[0], outcome["answer"])
            self._name(step, outcome)

    def close(self) -> None:
        self.account.close()

    def wait(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.account.sandbox.timekeeper.run(self.account.sandbox.clock.now + seconds)

    def filled(self, value: Any, service: str = "") -> Any:
        """A request with its symbols filled in; of `a|b` the first."""
        if isinstance(value, dict):
            return {name: self.filled(item, service) for name, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item, service) for item in value]
        if not isinstance(value, str):
            return value
        if moment := _MOMENT.fullmatch(value):
            base = self._furnished if moment[1] == "now" else self._furnished // 1000
            return base + int(moment[2])
        if "|" in value and "{" not in value:
            value = value.partition("|")[0]
        return _ANCHOR.sub(lambda match: self._named(match[1], service), value)

    def _name(self, step: dict[str, Any], outcome: dict[str, Any]) -> None:
        """Give symbols to parts of an answer."""
        for name, path in step.get("names", {}).items() if "answer" in outcome else ():
            self.account.memory.anchors[name] = _at(outcome["answer"], path)

    def _named(self, name: str, service: str) -> str:
        anchors = self.account.memory.anchors
        if name == "new":
            return "new-one"
        if name in anchors:
            return anchors[name]
        known = self.account.memory.named(service, name)
        return known[0] if known else f"${name}"

    def visit(self, step: dict[str, Any]) -> dict[str, Any]:
        """What somebody on the internet is answered by the account's load balancer."""
        path, _, query = step["visit"].partition("?")
        host = self.ask("elbv2:DescribeLoadBalancers", {})["answer"]["LoadBalancers"][0]["DNSName"]
        headers = {"host": host} | step.get("headers", {})
        request = HttpRequest(step.get("method", "GET"), path, query, headers)
        try:
            reply = self.account.sandbox.visit(host, step.get("port", 80), request)
        except NotIn as stopped:
            return {"refused": str(stopped)}
        location = reply.headers.get("Location", "")
        return {"answer": [reply.status, location, reply.body.decode("latin-1")]}

    def ask(self, name: str, request: dict[str, Any]) -> dict[str, Any]:
        """What a call answers, or its refusal."""
        call = self.calls[name]
        try:
            sent = {key: _bytes(call, key, value) for key, value in request.items()}
            return {"answer": _plain(call.make(sent))}
        except ClientError as refused:
            error = refused.response["Error"]
            return {"refused": f"{error['Code']}: {error.get('Message')}"}
        except (KeyError, ValueError) as failure:  # boto3's own, of what stands in a path or is no date
            return {"refused": f"failed: {failure!r}"}

    def outcome(
        self, name: str, request: dict[str, Any], then: list[dict[str, Any]], only: str = ""
    ) -> dict[str, Any]:
        """What a request answers and what is seen after it, in a copy of this account that is then forgotten.

        Args:
            then: calls that are made after it, and waits, to let its effects come about; `names` alone gives
                symbols to parts of its own answer.
            only: the one look that is taken, by its name among those of the whole outcome.
        """
        call = self.calls[name]
        if call.reads and not then and name not in NOT_SHOWN:
            return {"itself": self.ask(name, request)}
        return self._in_a_copy(lambda: self._seen(call, request, then, only))

    def _seen(
        self, call: Call, call_input: dict[str, Any], then: list[dict[str, Any]], only: str
    ) -> dict[str, Any]:
        outcomes, only = {"itself": self.ask(call.name, call_input)}, _NUMBER.sub("", only)
        if "refused" in outcomes["itself"]:
            return outcomes
        self.account.memory.learn(call.service, outcomes["itself"]["answer"])
        for number, step in enumerate(then):
            if "call" not in step:
                self._name(step, outcomes["itself"])
            if wait := step.get("wait"):
                self.wait(wait)
                looks = self._looks(call.service, only)
                outcomes |= {f"{number} {name}": each for name, each in looks}
            elif "visit" in step:
                outcomes[f"{number} visit"] = self.visit(step)
            elif "call" in step:
                request = self.filled(step, call.service)
                outcome = outcomes[f"{number} {request['call']}"] = self.ask(
                    request["call"], request.get("input", {})
                )
                self._name(step, outcome)
        if call.service == "ecs" and not any("wait" in step for step in then):
            self.wait(40)
        return outcomes | dict(self._looks(call.service, only))

    def _looks(self, service: str, only: str) -> Iterator[tuple[str, Any]]:
        for name, call in self.calls.items():
            if only not in ("", name):
                continue
            if call.plain and (call.service == service or name in ALSO.get(service, ())):
                yield name, self.ask(name, {})
        if service == "ecs" and (not only or " " in only):
            yield from self._tasks()

    def _tasks(self) -> Iterator[tuple[str, Any]]:
        for arn in self.ask("ecs:ListClusters", {})["answer"]["clusterArns"]:
            for what, describe in (("Services", "DescribeServices"), ("Tasks", "DescribeTasks")):
                listed = self.ask(f"ecs:List{what}", {"cluster": arn})["answer"]
                arns = listed.get(f"{what[:-1].lower()}Arns", [])[:10]
                if arns:
                    request = {"cluster": arn, what.lower(): arns, "include": ["TAGS"]}
                    yield f"ecs:{describe} {arn}", self.ask(f"ecs:{describe}", request)

    def _in_a_copy(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The process is forked: nothing that happens there happens here."""
        reads, writes = os.pipe()
        child = os.fork()
        if not child:
            with contextlib.suppress(BaseException):
                os.close(reads)
                try:
                    outcome = work()
                except Exception as failure:
                    outcome = {"failed": repr(failure)}
                with os.fdopen(writes, "wb") as pipe:
                    pickle.dump(outcome, pipe)
            os._exit(0)
        os.close(writes)
        with os.fdopen(reads, "rb") as pipe:
            outcome: dict[str, Any] = pickle.load(pipe)
        os.waitpid(child, 0)
        if "failed" in outcome:
            outcome = {"itself": {"refused": f"failed: {outcome['failed']}"}}
        return outcome


def _plain(answer: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(answer, default=_text))  # type: ignore[no-any-return]


def _text(value: Any) -> str:
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.decode("latin-1") if isinstance(value, bytes) else repr(value)


def _bytes(call: Call, name: str, value: Any) -> Any:
    """An answer's bytes, as `_text` told them, are bytes again when they are sent."""
    shape = call.model.input_shape.members.get(name) if call.model.input_shape else None
    is_blob = shape is not None and shape.type_name == "blob" and isinstance(value, str)
    return value.encode("latin-1") if is_blob and not value.isascii() else value


def _at(answer: Any, path: str) -> Any:
    for part in path.split("."):
        if part == "json":
            answer = json.loads(answer)
        elif part == "basename":
            answer = answer.rpartition("/")[2]
        elif part == "address":
            answer = answer.partition("/")[0]
        else:
            answer = answer[int(part)] if part.isdecimal() else answer[part]
    return answer
