"""The ledger: what this lab is about to make, written before each create call, and what came of it after.

One JSON line an entry, in the lab's folder, a file for each account, Region and prefix. It outlives the
kernel, so that clean-up knows what to look for even after a crash between a create call and its answer.
"""

import contextlib
import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ecslab.connection.tags import owner_in, tags
from ecslab.display.messages import say
from ecslab.errors import CannotBeDone


@dataclass(frozen=True)
class Made:
    """One create call: what it makes, where its name and its ids stand, and how it takes tags.

    Attributes:
        kind: our word for it, as the receipt prints it.
        name: from the request's parameters.
        ids: from the response: ARNs, or ids where AWS gives no ARN.
        spelling: whose way to write tags it takes, as `ecslab.tags.tags` names them.
    """

    kind: str
    name: Callable[[dict[str, Any]], str]
    ids: Callable[[dict[str, Any]], list[str]]
    spelling: str


CREATES: Final[dict[tuple[str, str], Made]] = {
    ("ecr", "CreateRepository"): Made(
        "repository", lambda p: p["repositoryName"], lambda r: [r["repository"]["repositoryArn"]], "ecr"
    ),
    ("ecs", "CreateCluster"): Made(
        "cluster", lambda p: p.get("clusterName", "default"), lambda r: [r["cluster"]["clusterArn"]], "ecs"
    ),
    ("ecs", "RegisterTaskDefinition"): Made(
        "task definition",
        lambda p: p["family"],
        lambda r: [r["taskDefinition"]["taskDefinitionArn"]],
        "ecs",
    ),
    ("ecs", "RunTask"): Made(
        "task",
        lambda p: p.get("cluster", "default").rsplit("/", 1)[-1],
        lambda r: [task["taskArn"] for task in r["tasks"]],
        "ecs",
    ),
    ("ecs", "CreateService"): Made(
        "service", lambda p: p["serviceName"], lambda r: [r["service"]["serviceArn"]], "ecs"
    ),
    ("elbv2", "CreateLoadBalancer"): Made(
        "load balancer",
        lambda p: p["Name"],
        lambda r: [one["LoadBalancerArn"] for one in r["LoadBalancers"]],
        "elbv2",
    ),
    ("elbv2", "CreateTargetGroup"): Made(
        "target group",
        lambda p: p["Name"],
        lambda r: [one["TargetGroupArn"] for one in r["TargetGroups"]],
        "elbv2",
    ),
    ("secretsmanager", "CreateSecret"): Made(
        "secret", lambda p: p["Name"], lambda r: [r["ARN"]], "secretsmanager"
    ),
    ("iam", "CreateRole"): Made("role", lambda p: p["RoleName"], lambda r: [r["Role"]["Arn"]], "iam"),
    ("logs", "CreateLogGroup"): Made("log group", lambda p: p["logGroupName"], lambda _: [], "logs"),
    ("ec2", "CreateSecurityGroup"): Made(
        "security group", lambda p: p["GroupName"], lambda r: [r["GroupId"]], "ec2"
    ),
}
_TAGS_IN: Final = {
    "ecs": "tags",
    "ecr": "tags",
    "logs": "tags",
    "iam": "Tags",
    "elbv2": "Tags",
    "secretsmanager": "Tags",
    "ec2": "TagSpecifications",
}


def tag_request(params: dict[str, Any], spelling: str, owner: str) -> None:
    """Put the lab's tag into a create call's parameters, beside the tags that are there."""
    where, ours = _TAGS_IN[spelling], tags(spelling, owner)
    if spelling == "ec2":
        others = [dict(one) for one in params.get(where, ())] or [{"ResourceType": "security-group"}]
        others[0]["Tags"] = _joined(others[0].get("Tags", []), ours)
        params[where] = others
    elif spelling == "logs":
        params[where] = {**ours, **params.get(where, {})}
    else:
        params[where] = _joined(params.get(where, []), ours)


def _joined(others: list[Any], ours: list[Any]) -> list[Any]:
    return list(others) if owner_in(others) is not None else [*others, *ours]


@dataclass(frozen=True)
class Entry:
    """What the ledger knows of one create call.

    Attributes:
        kind, name: as in `Made`.
        ids: what AWS called the result; empty while unknown.
        outcome: "intended" (no answer was seen: it may or may not exist), "made" or "refused".
    """

    kind: str
    name: str
    ids: tuple[str, ...]
    outcome: str


_EVENTS: Final = {
    "logs": "cloudwatch-logs",
    "elbv2": "elastic-load-balancing-v2",
    "secretsmanager": "secrets-manager",
}


class Ledger:
    """Writes intentions and outcomes, and reads them back.

    Attributes:
        path: the file.
        owner: what the tag `ecslab` says on everything this ledger stands for.
    """

    def __init__(self, path: Path, owner: str, durable: bool):
        self.path, self.owner, self._durable = path, owner, durable
        self._run = secrets.token_hex(4)
        self._count = 0

    @classmethod
    def at(cls, folder: Path, where: str, account: str, region: str, prefix: str) -> "Ledger":
        """The ledger for one account, Region and prefix; on a real account its owner is drawn once."""
        path = folder / f"ledger-{where}-{account}-{region}-{prefix or 'lab'}.jsonl"
        if where == "sandbox":
            return cls(path, prefix or "lab", durable=False)
        for line in _lines(path):
            if "owner" in line:
                return cls(path, line["owner"], durable=True)
        ledger = cls(path, f"{prefix or 'lab'}-{secrets.token_hex(4)}", durable=True)
        ledger._write({"owner": ledger.owner, "account": account, "region": region, "prefix": prefix})
        return ledger

    def listen(self, events: Any) -> None:
        """Tag and write down each create call of clients that are made from these events later on."""
        for service, operation in CREATES:
            events.register(f"before-parameter-build.{_event(service)}.{operation}", self._name)
            events.register(f"before-call.{_event(service)}.{operation}", self._intend)
            events.register(f"after-call.{_event(service)}.{operation}", self._outcome)

    def entries(self) -> list[Entry]:
        """All entries, oldest first."""
        found: dict[str, Entry] = {}
        for line in _lines(self.path):
            if "intend" in line:
                found[line["intend"]] = Entry(line["kind"], line["name"], (), "intended")
            elif line.get("outcome") in found:
                was = found[line["outcome"]]
                ids = tuple(line.get("ids", ()))
                found[line["outcome"]] = Entry(was.kind, was.name, ids, "made" if line["ok"] else "refused")
        return list(found.values())

    def _name(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        made = CREATES[model.service_model.service_name, model.name]
        # What is missing or of the wrong type botocore is about to refuse, in its own words.
        with contextlib.suppress(KeyError, TypeError, AttributeError):
            tag_request(params, made.spelling, self.owner)
            context["ecslab_name"] = made.name(params)

    def _intend(self, model: Any, context: dict[str, Any], **_: Any) -> None:
        made = CREATES[model.service_model.service_name, model.name]
        self._count += 1
        context["ecslab_ledger"] = key = f"{self._run}-{self._count}"
        name = context["ecslab_name"]
        try:
            self._write({"intend": key, "kind": made.kind, "name": name, "at": round(time.time(), 3)})
        except OSError as error:
            raise CannotBeDone(
                f"{model.name} was not sent: what is about to be made could not be written down first.\n"
                f"  seen: {error}\n"
                f"  next: make room, or let the lab write to {self.path.parent}; then run the cell again"
            ) from None

    def _outcome(
        self, http_response: Any, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any
    ) -> None:
        key = context.pop("ecslab_ledger", None)
        if key is None:
            return
        made = CREATES[model.service_model.service_name, model.name]
        ok = http_response.status_code < 300
        with contextlib.suppress(OSError):  # the intention stands, and clean-up looks for what came of it
            self._write({"outcome": key, "ok": ok, "ids": made.ids(parsed) if ok else []})

    def _write(self, line: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            torn = file.seek(0, os.SEEK_END) > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read() != b"\n"
            file.write(b"\n" * torn + json.dumps(line, ensure_ascii=False).encode() + b"\n")
            file.flush()
            if self._durable:  # on a real account what is not written down may cost money
                os.fsync(file.fileno())


def _event(service: str) -> str:
    """As botocore's events name a service: by its service id."""
    return _EVENTS.get(service, service)


def _lines(path: Path) -> list[dict[str, Any]]:
    """The lines that can be read; damaged ones (the machine stopped in mid-write) are said, and left out."""
    if not path.exists():
        return []
    lines, damaged = [], 0
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            lines.append(dict(json.loads(text)))
        except (ValueError, TypeError):
            damaged += 1
    if damaged:
        say(f"{damaged} line(s) of {path} cannot be read and were left out.")
    return lines
