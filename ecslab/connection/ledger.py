"""The ledger: what this lab is about to make, written before each create call, and what came of it after.

One JSON line an entry, in the lab's folder, a file for each account, Region and prefix. It outlives the
kernel, so that clean-up knows what to look for even after a crash between a create call and its answer.
"""

import contextlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ecslab.connection import ledger_lines
from ecslab.connection.ledger_lines import Entry, Lines, identity
from ecslab.connection.resource_kinds import BY_CREATE_CALL, BY_KIND, ResourceKind
from ecslab.display.counted import counted
from ecslab.display.messages import say
from ecslab.errors import CannotBeDone

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse
    from botocore.model import OperationModel

__all__ = ["Entry", "Ledger"]

_USERS: Final = frozenset(kind.kind for kind in BY_KIND.values() if kind.uses_path)
"""Kinds that need roles or instance profiles while they are there."""

Context = dict[str, object]
"""What botocore hands from one event of a call to the next."""


class Ledger:
    """Writes intentions and outcomes, and reads them back.

    Attributes:
        path: the file.
        owner: what the tag `ecslab` says on everything this ledger stands for.
        account, region: where it is the ledger of.
    """

    def __init__(self, path: Path, owner: str, account: str, region: str, durable: bool):
        self.path, self.owner, self.account, self.region = path, owner, account, region
        self._durable, self._run, self._count = durable, secrets.token_hex(4), 0
        self._said: set[str] = set()
        self._read: tuple[tuple[int, int], Lines] | None = None

    @classmethod
    def at(cls, folder: Path, where: str, account: str, region: str, prefix: str) -> "Ledger":
        """The ledger for one account, Region and prefix; on a real account its owner is drawn once."""
        path = folder / f"ledger-{where}-{account}-{region}-{prefix or 'lab'}.jsonl"
        if where == "sandbox":
            return cls(path, prefix or "lab", account, region, durable=False)
        header = {"account": account, "region": region, "prefix": prefix}
        known = ledger_lines.read(path, account, region).header
        if any(known.get(key, value) != value for key, value in header.items()):
            _set_aside(path, known)
            known = {}
        if known:
            return cls(path, str(known["owner"]), account, region, durable=True)
        ledger = cls(path, f"{prefix or 'lab'}-{secrets.token_hex(4)}", account, region, durable=True)
        ledger._write({"owner": ledger.owner, **header})
        return ledger

    def entries(self) -> list[Entry]:
        """All entries, oldest first."""
        return self._lines().entries

    def knows(self, kind: str, arn: str, born: str) -> bool:
        """Whether it has this very resource as one that was made, and not one of the same name before it.

        Args:
            kind: as `resource_kinds` has it.
            arn: its ARN, or its id where it has none.
            born: of what can be created anew under its ARN, what that changes; see `ledger_lines.identity`.
        """
        row = BY_KIND.get(kind)
        return any(
            entry.kind == kind and arn in entry.ids and (row.unique or (born != "" and entry.born == born))
            for entry in self.entries()
            if row and entry.outcome == "made"
        )

    def regions_that_use(self, role: str) -> list[str]:
        """Where else in this account a lab of the same home has made what needs a role or a profile."""
        return sorted(
            region
            for region, lines in self._others()
            for entry in lines.since_clean
            if entry.kind in _USERS and entry.outcome != "refused"
            if entry.uses is None or role in entry.uses
        )

    def _others(self) -> Iterator[tuple[str, Lines]]:
        for path in self.path.parent.glob(f"ledger-aws-{self.account}-*.jsonl"):
            header = ledger_lines.read(path, self.account, "").header
            region = str(header.get("region", self.region))
            if header.get("account") == self.account and region != self.region:
                yield region, ledger_lines.read(path, self.account, region)

    def note_clean(self) -> None:
        """Write down that a clean-up left nothing: what was made before now is nobody's concern any more."""
        if self._durable:
            with contextlib.suppress(OSError):
                self._write({"clean": round(time.time(), 3)})

    def _lines(self) -> Lines:
        """What the file says, read anew once it has changed; what cannot be believed is said, once."""
        state = self.path.stat() if self.path.exists() else None
        version = (state.st_mtime_ns, state.st_size) if state else (0, 0)
        if self._read and self._read[0] == version:
            return self._read[1]
        lines = ledger_lines.read(self.path, self.account, self.region)
        self._read = version, lines
        if lines.damaged:
            self._say_once(f"{counted(lines.damaged, 'line')} of {self.path} cannot be read: left out.")
        if lines.foreign:
            self._say_once(
                f"{counted(lines.foreign, 'ARN')} in {self.path} left out, of another account or Region than "
                f"{self.account}, {self.region}: this lab made nothing there."
            )
        return lines

    def _say_once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            say(text)

    # What botocore calls; see `hooks` -------------------------------------------------------------------

    def tag(self, params: dict[str, object], model: "OperationModel", context: Context, **_: object) -> None:
        """Put the lab's tag into a create call, and keep the name for `intend`, where it is known no more."""
        kind = _kind(model)
        # What is missing or of the wrong type botocore is about to refuse, in its own words.
        with contextlib.suppress(TypeError, ValueError, AttributeError):
            kind.tag(params, self.owner)
            context["ecslab_name"], context["ecslab_uses"] = kind.name(params), kind.uses(params)

    def intend(self, model: "OperationModel", context: Context, **_: object) -> None:
        """Write down what is about to be created."""
        uses = {"uses": context["ecslab_uses"]} if _kind(model).uses_path else {}
        self.note_intention(context, model.name, kind=_kind(model).kind, name=context["ecslab_name"], **uses)

    def note_intention(self, context: Context, operation: str, **members: object) -> None:
        """Write down what a call is about to create, before it is sent.

        Args:
            context: of the call; `note_outcome` finds there what this belongs to.
            operation: as AWS spells it.
            members: the `kind` and the `name` of what is made, and what else its line holds.

        Raises:
            CannotBeDone: it cannot be written down, so the call must not be sent.
        """
        self._count += 1
        context["ecslab_ledger"] = key = f"{self._run}-{self._count}"
        try:
            self._write({"intend": key, **members, "at": round(time.time(), 3)})
        except OSError as error:
            raise CannotBeDone(
                f"{operation} was not sent: what is about to be made could not be written down first.\n"
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
        ok = http_response.status_code < 300
        self.note_outcome(context, ok, **(_outcome(_kind(model), parsed) if ok else {"ids": []}))

    def note_outcome(self, context: Context, ok: bool, **members: object) -> None:
        """Write down what came of the call whose intention was noted; nothing where none was.

        Args:
            context: of the call.
            ok: whether it was accepted.
            members: the `ids` that AWS gave, and what else its line holds.
        """
        key = context.pop("ecslab_ledger", None)
        if key is not None:
            with contextlib.suppress(OSError):  # the intention stands: clean-up looks for what came of it
                self._write({"outcome": key, "ok": ok, **members})

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


def _outcome(kind: ResourceKind, response: dict[str, object]) -> dict[str, object]:
    born = identity(kind.born(response))
    return {"ids": kind.ids(response), **({"born": born} if born else {})}


def _set_aside(path: Path, header: "ledger_lines.Line") -> None:
    """A file that was copied here from another account, Region or prefix says nothing about this one."""
    aside = path.with_suffix(f".of-{header.get('account')}-{header.get('region')}-{secrets.token_hex(2)}")
    path.replace(aside)
    say(
        f"{path.name} is the ledger of another account, Region or prefix, and was set aside.\n"
        f"  seen: account {header.get('account')}, {header.get('region')}, "
        f"prefix {header.get('prefix') or '(none)'}\n"
        f"  next: nothing here is lost; it is {aside}"
    )
