"""The ledger: what this lab is about to make, written before each create call, and what came of it after.

One JSON line an entry, in the lab's folder, a file for each account, Region and prefix. It outlives the
kernel, so that clean-up knows what to look for even after a crash between a create call and its answer.
"""

import contextlib
import json
import os
import secrets
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecslab.connection.resource_kinds import BY_CREATE_CALL, ResourceKind
from ecslab.display.messages import say
from ecslab.errors import CannotBeDone

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse
    from botocore.model import OperationModel

Context = dict[str, object]
"""What botocore hands from one event of a call to the next."""


@dataclass(frozen=True)
class Entry:
    """What the ledger knows of one create call.

    Attributes:
        kind, name: as in `resource_kinds`.
        ids: what AWS called the result; empty while unknown.
        outcome: "intended" (no answer was seen: it may or may not exist), "made" or "refused".
    """

    kind: str
    name: str
    ids: tuple[str, ...]
    outcome: str


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

    def entries(self) -> list[Entry]:
        """All entries, oldest first."""
        entries: dict[str, Entry] = {}
        for line in _lines(self.path):
            if "intend" in line:
                entries[line["intend"]] = Entry(line["kind"], line["name"], (), "intended")
            elif line.get("outcome") in entries:
                outcome = "made" if line["ok"] else "refused"
                ids = tuple(line.get("ids", ()))
                entries[line["outcome"]] = replace(entries[line["outcome"]], ids=ids, outcome=outcome)
        return list(entries.values())

    # What botocore calls; see `hooks` -------------------------------------------------------------------

    def tag(self, params: dict[str, object], model: "OperationModel", context: Context, **_: object) -> None:
        """Put the lab's tag into a create call, and keep the name for `intend`, where it is known no more."""
        kind = _kind(model)
        # What is missing or of the wrong type botocore is about to refuse, in its own words.
        with contextlib.suppress(TypeError, ValueError, AttributeError):
            kind.tag(params, self.owner)
            context["ecslab_name"] = kind.name(params)

    def intend(self, model: "OperationModel", context: Context, **_: object) -> None:
        """Write down what is about to be created."""
        self._count += 1
        context["ecslab_ledger"] = key = f"{self._run}-{self._count}"
        intention = {"intend": key, "kind": _kind(model).kind, "name": context["ecslab_name"]}
        try:
            self._write({**intention, "at": round(time.time(), 3)})
        except OSError as error:
            raise CannotBeDone(
                f"{model.name} was not sent: what is about to be made could not be written down first.\n"
                f"  seen: {error}\n"
                f"  next: make room, or let the lab write to {self.path.parent}; then run the cell again"
            ) from None

    def settle(
        self,
        http_response: "AWSResponse",
        parsed: dict[str, object],
        model: "OperationModel",
        context: Context,
        **_: object,
    ) -> None:
        """Write down what came of it."""
        key = context.pop("ecslab_ledger", None)
        if key is None:
            return
        ok = http_response.status_code < 300
        with contextlib.suppress(OSError):  # the intention stands, and clean-up looks for what came of it
            self._write({"outcome": key, "ok": ok, "ids": _kind(model).ids(parsed) if ok else []})

    def _write(self, line: dict[str, object]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            torn = file.seek(0, os.SEEK_END) > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read() != b"\n"
            file.write(b"\n" * torn + json.dumps(line, ensure_ascii=False).encode() + b"\n")
            file.flush()
            if self._durable:  # on a real account what is not written down may cost money
                os.fsync(file.fileno())


def _kind(model: "OperationModel") -> ResourceKind:
    return BY_CREATE_CALL[model.service_model.service_name, model.name]


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
