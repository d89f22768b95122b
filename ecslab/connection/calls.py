"""A call, spelled as the AWS CLI and as boto3 spell it."""

import json
import pprint
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast, overload

from botocore import xform_name
from markupsafe import Markup

from ecslab.connection.record import Blob, Call
from ecslab.connection.tags import Tags, owner_in, spelling
from ecslab.display.markup import html, joined, markdown, markdown_code
from ecslab.display.printable import printable

_LONG = 400  # characters of one string, after which it is shortened
_WIDE = 100


@dataclass(frozen=True)
class Calls(Sequence[Call]):
    """Calls in the order they were made. Shows itself as text, Markdown and HTML; slices like a list."""

    calls: tuple[Call, ...] = ()

    def changes(self) -> "Calls":
        """Only those that were more than a look."""
        return Calls(tuple(call for call in self.calls if call.changes))

    def cli(self) -> str:
        """All of them as lines for a shell."""
        return "\n".join(cli(call) for call in self.calls)

    def boto3(self) -> str:
        """All of them as Python; `ecs`, `ecr`, … are boto3 clients."""
        return "\n".join(boto3(call) for call in self.calls)

    def __len__(self) -> int:
        return len(self.calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(self.calls)

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> "Calls": ...
    def __getitem__(self, index: int | slice) -> "Call | Calls":
        return Calls(self.calls[index]) if isinstance(index, slice) else self.calls[index]

    def __repr__(self) -> str:
        lines = (f"{call.number:>3}  {cli(call)}{_note(call, '  ')}" for call in self.calls)
        return printable("\n".join(lines)) or _NONE

    def _repr_markdown_(self) -> str:
        return "\n\n".join(
            f"{_heading(call)}\n\n{markdown_code(cli(call), 'sh')}\n\n{markdown_code(boto3(call), 'python')}"
            for call in self.calls
        ) or _NONE  # fmt: skip

    def _repr_html_(self) -> Markup:
        row = "<li value='{}'><details><summary><code>{}</code>{}</summary><pre>{}</pre></details></li>"
        rows = joined(
            html(row, int(call.number), cli(call), _note(call, " "), boto3(call)) for call in self.calls
        )
        style = "text-align:left; padding-left:3.5em;overflow-wrap:anywhere"
        return html("<ol style='{}'>{}</ol>", style, rows) if rows else html("<p>{}</p>", _NONE)


_NONE = "No AWS call has been made yet."
ADDED = "(the kit added the tag ecslab)"
"""What is said of a call that says more than the learner did."""


def _heading(call: Call) -> str:
    note = _note(call, " ")
    return markdown("{}. {}", int(call.number), f"`{call.service}:{call.operation}`{note}")


def cli(call: Call) -> str:
    """The call as a command for a POSIX shell, every word quoted where it must be."""
    words = ["aws", call.service, xform_name(call.operation, "-")]
    for name, value in call.params.items():
        option = f"--{xform_name(name, '-')}"
        if isinstance(value, bool):
            words.append(option if value else f"--no-{option[2:]}")
        else:
            words += [option, *_words(value)]
    return shlex.join(words)


def _words(value: object) -> list[str]:
    if isinstance(value, Blob):
        return ["fileb://part"]  # the bytes that were sent, from a file of that name
    if isinstance(value, list) and all(isinstance(item, (str, int, float)) for item in value):
        return [str(item) for item in value]
    if isinstance(value, (dict, list)):
        return [json.dumps(_shortened(value), ensure_ascii=False)]
    return [_short(str(value))]


def boto3(call: Call) -> str:
    """The call as Python, on a boto3 client named as its service."""
    method = f"{call.service.replace('-', '_')}.{xform_name(call.operation)}"
    if not call.params:
        return f"{method}()"
    given = [f"{name}={_python(value)}" for name, value in call.params.items()]
    flat = f"{method}({', '.join(given)})"
    if len(flat) <= _WIDE and "\n" not in flat:
        return flat
    lines = ",\n".join(f"    {item}".replace("\n", "\n    ") for item in given)
    return f"{method}(\n{lines},\n)"


def _python(value: object) -> str:
    if isinstance(value, Blob):
        return "part"
    return pprint.pformat(_shortened(value), width=_WIDE - 10, sort_dicts=False)


def _shortened(value: object) -> object:
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    if isinstance(value, Blob):
        return "fileb://part"
    return _short(value) if isinstance(value, str) else value


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:60]}… ({len(text):,} characters)"


def _tagged(call: Call) -> bool:
    """Whether a lab's tag is among those that the call gives."""
    given = call.params.get(spelling(call.service).parameter)
    each = given if call.service == "ec2" and isinstance(given, list) else [{"Tags": given}]
    tags = (cast("Tags | None", part.get("Tags")) for part in each if isinstance(part, dict))
    return any(owner_in(listed) is not None for listed in tags)


def _note(call: Call, before: str) -> str:
    parts = [f"× {call.times}"] if call.times > 1 else []
    parts += [f"→ {call.error}"] if call.error else []
    parts += [ADDED] if _tagged(call) else []
    return before + "  ".join(parts) if parts else ""
