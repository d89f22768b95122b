"""Reading a ledger's file. No line is believed unseen: people copy and edit files, and disks tear them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

Line = Mapping[str, object]


@dataclass(frozen=True)
class Entry:
    """What the ledger knows of one create call.

    Attributes:
        kind, name: as in `resource_kinds`.
        ids: what AWS called the result; empty while unknown.
        outcome: "intended" (no answer was seen: it may or may not exist), "made" or "refused".
        born: of what can be created anew under the same ARN: what that would change; "" where unknown.
        uses: the names of the roles that it needs; None where the line is from before this was written down.
        cluster: of a namespace that ECS makes for a cluster, that cluster's name; "" of all else.
        key: what the lines of this entry are held together by.
    """

    kind: str
    name: str
    ids: tuple[str, ...]
    outcome: str
    born: str = ""
    uses: tuple[str, ...] | None = None
    cluster: str = ""
    key: str = field(default="", compare=False)


@dataclass
class Lines:
    """What a ledger's file says.

    Attributes:
        header: whose it is; empty where that was never written down, as in a sandbox.
        entries: oldest first.
        since_clean: those of them that came after the last clean-up that left nothing.
        damaged: how many lines are none.
        foreign: how many ARNs of another account or Region were left out.
    """

    header: Line = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    since_clean: list[Entry] = field(default_factory=list)
    damaged: int = 0
    foreign: int = 0


def read(path: Path, account: str, region: str) -> Lines:
    """What the file says, as far as it can be read and is about this account and Region."""
    lines, by_key, clean_until = Lines(), dict[str, Entry](), 0
    for line in _objects(path, lines):
        match line:
            case {"owner": str()}:
                lines.header = lines.header or line
            case {"intend": str(key), "kind": str(kind), "name": str(name)}:
                uses = line.get("uses")
                named = tuple(map(str, uses)) if isinstance(uses, list) else None
                cluster = str(line.get("cluster", ""))
                by_key[key] = Entry(kind, name, (), "intended", uses=named, cluster=cluster, key=key)
            case {"outcome": str(key), "ok": bool(ok)} if isinstance(named_ids := line.get("ids", []), list):
                if key in by_key:
                    ids = _believed(named_ids, account, region, lines)
                    outcome, born = "made" if ok else "refused", str(line.get("born", ""))
                    by_key[key] = replace(by_key[key], ids=ids, outcome=outcome, born=born)
            case {"clean": _}:
                clean_until = len(by_key)
            case _:
                lines.damaged += 1
    lines.entries = list(by_key.values())
    lines.since_clean = lines.entries[clean_until:]
    return lines


def _objects(path: Path, lines: Lines) -> Iterator[Line]:
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    for written in text.splitlines():
        try:
            yield dict(json.loads(written))
        except (ValueError, TypeError, RecursionError):
            lines.damaged += 1


def _believed(ids: Sequence[object], account: str, region: str, lines: Lines) -> tuple[str, ...]:
    """The ids without the ARNs that are of another account or Region: this lab made nothing there."""
    here = [str(each) for each in ids if _is_here(str(each), account, region)]
    lines.foreign += len(ids) - len(here)
    return tuple(here)


def _is_here(arn: str, account: str, region: str) -> bool:
    if not arn.startswith("arn:"):
        return True
    parts = [*arn.split(":"), "", "", "", "", ""]
    return parts[3] in ("", region) and parts[4] in ("", account)


def identity(value: object) -> str:
    """A creation date or an id as the ledger keeps it: the same text, whichever call showed it."""
    if isinstance(value, datetime):
        return f"{value.timestamp():.3f}"
    return "" if value is None else str(value)
