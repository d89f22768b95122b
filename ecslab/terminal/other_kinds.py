"""What a command made of which the lab has no kind: how it is called, for the ledger to name it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from botocore import xform_name
from botocore.model import OperationModel

_CALLED: Final = {"AllocateAddress": ("allocationid",)}
"""Where the answer's word for it is not the operation's."""
_CREDENTIALS: Final = frozenset({"accesskeyid"})
"""No ledger keeps these."""


def kind_of(model: OperationModel) -> str:
    """`ec2 nat gateway`: the service, and what the operation makes."""
    noun = xform_name(model.name, " ").partition(" ")[2]
    return f"{model.service_model.service_name} {noun}"


def name_in(params: Mapping[str, object], model: OperationModel) -> str:
    """Its name in a request, or whatever the request calls by a name; "" where it has none."""
    wanted = [*(f"{noun}name" for noun in _nouns(model)), "name"]
    by_key = {key.lower(): value for key, value in params.items() if isinstance(value, str)}
    others = (key for key in by_key if key.endswith(("name", "prefix")))
    return next((str(by_key[key]) for key in [*wanted, *others] if key in by_key), "")


def ids_in(answer: Mapping[str, object], model: OperationModel) -> list[str]:
    """Its ARN, or its id where it has none, as the answer has it; nothing where that opens a door."""
    words = [f"{noun}{end}" for noun in _nouns(model) for end in ("arn", "id")]
    texts = [(key.lower(), text) for key, text in _texts(answer)]
    for word in (*_CALLED.get(model.name, ()), words[0], "arn", *words[1:]):
        ids = [text for key, text in texts if key == word and key not in _CREDENTIALS]
        if ids:
            return list(dict.fromkeys(ids))
    return []


def _nouns(model: OperationModel) -> list[str]:
    """What it may be called in members: `defaultvpc` and `vpc`; of several, one of them."""
    words = xform_name(model.name, " ").split(" ")[1:]
    plain = ["".join(words), words[-1]]
    return list(dict.fromkeys(form for noun in plain for form in (noun, noun.removesuffix("s"))))


def _texts(value: object) -> Iterator[tuple[str, str]]:
    """Every text in an answer under a key of its own, what is nearest to the top first."""
    level: Iterable[object] = [value]
    while level := list(level):
        for each in level:
            if isinstance(each, dict):
                yield from ((key, text) for key, text in each.items() if isinstance(text, str))
        level = [inner for each in level for inner in _within(each)]


def _within(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return [inner for key, inner in value.items() if key != "ResponseMetadata"]
    return value if isinstance(value, list) else ()
