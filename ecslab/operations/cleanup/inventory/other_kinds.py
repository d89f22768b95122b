"""What the notebook's terminal made, of kinds that clean-up does not know: it is named, and stays.

Whether it is still there is asked by the call that describes it, where AWS has one that can be told from the
kind's name. Where it has none, or does not answer, it counts as there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from ecslab.connection.connection import Connection
from ecslab.connection.ledger_lines import Entry
from ecslab.connection.missing import MISSING, error_code
from ecslab.connection.resource_kinds import BY_KIND
from ecslab.operations.cleanup.inventory.resource import Resource

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from botocore.model import OperationModel

_GONE: Final = ("deleted", "deleting", "terminated", "shutting-down", "inactive")


def others(lab: Connection) -> Iterator[Resource]:
    """Those that the ledger has as made, and that may still be there."""
    seen = set()
    for entry in lab.ledger.entries():
        if entry.kind in BY_KIND or entry.outcome == "refused" or " " not in entry.kind:
            continue
        for name in entry.ids or (entry.name,):
            if (entry.kind, name) not in seen and _may_be_there(lab, entry, name):
                yield Resource(entry.kind, _shown(entry, name), name)
            seen.add((entry.kind, name))


def _shown(entry: Entry, name: str) -> str:
    return f"{entry.name} ({name})" if entry.name not in ("", name) else name or "(without a name)"


def _may_be_there(lab: Connection, entry: Entry, name: str) -> bool:
    service, _, noun = entry.kind.partition(" ")
    try:
        client = lab.client(service)
    except BotoCoreError:  # a ledger that was edited may name any
        return True
    for model in _readers(client, noun):
        params = _asking(model, noun, entry.name, name)
        if params is None:
            continue
        try:
            return _shows_any(getattr(client, xform_name(model.name))(**params))
        except ClientError as error:
            code = error_code(error)
            return not (code in MISSING or "NotFound" in code or "NoSuch" in code)
        except BotoCoreError:
            return True
    return True


def _words(noun: str) -> list[str]:
    """`nat gateway` as operations and members spell it, in small letters, one and several."""
    whole, last = noun.replace(" ", ""), noun.split(" ")[-1]
    singular = [word for each in (whole, last) for word in (each, each.removesuffix("s"))]
    plural = [f"{word[:-1]}ies" if word.endswith("y") else f"{word}s" for word in singular]
    return list(dict.fromkeys([*singular, *plural, *(f"{word}es" for word in singular)]))


def _readers(client: BaseClient, noun: str) -> Iterator[OperationModel]:
    """The operations that show things of that name."""
    by_name = {name.lower(): name for name in client.meta.service_model.operation_names}
    for word in _words(noun):
        for verb in ("describe", "get"):
            if name := by_name.get(f"{verb}{word}"):
                yield client.meta.service_model.operation_model(name)


def _asking(model: OperationModel, noun: str, name: str, id: str) -> dict[str, object] | None:
    """Parameters that ask for this one alone; None where the operation takes none that can be told."""
    shape = model.input_shape
    if shape is None:
        return None
    by_id = [f"{word}{end}" for word in _words(noun) for end in ("arn", "arns", "id", "ids")]
    by_id += ["allocationids", "id", "arn"]
    by_name = [f"{word}{end}" for word in _words(noun) for end in ("name", "names", "")] + ["name", "names"]
    members = {member.lower(): member for member in shape.members}
    for words, value in ((by_id, id if id != name else ""), (by_name, name or id)):
        for member in (members[word] for word in words if word in members and value):
            if {*shape.required_members} <= {member}:
                return {member: [value] if shape.members[member].type_name == "list" else value}
    return None


def _shows_any(answer: Mapping[str, object]) -> bool:
    """Whether an answer has something in it that is not gone already."""
    shown = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
    lists = [value for value in shown.values() if isinstance(value, list)]
    if lists and not any(lists):
        return False
    return not any(f'"{word}"' in json.dumps(_states(shown)).lower() for word in _GONE)


def _states(value: object) -> Sequence[object]:
    """What stands under `State`, `Status` and the like."""
    if isinstance(value, list):
        return [state for each in value for state in _states(each)]
    if not isinstance(value, dict):
        return []
    own = [str(inner) if not isinstance(inner, dict) else inner.get("Name", "")
           for key, inner in value.items() if key.lower() in ("state", "status")]  # fmt: skip
    return [*own, *(state for inner in value.values() for state in _states(inner))]
