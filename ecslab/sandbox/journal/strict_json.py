"""JSON of a stranger's: read only if it is what a schema says, all of it and nothing else.

Schemas are written as JSON Schema has them (https://json-schema.org/draft-07), and must be closed: what they
do not name is refused. Numbers are finite, and what is to be shown holds no control characters.
"""

import json
import re
from collections.abc import Callable
from typing import Final, Never

import fastjsonschema

Schema = dict[str, object]
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def closed(**members: Schema) -> Schema:
    """An object of these members and no other; one whose schema has `"optional": True` may be left out."""
    needed = [name for name, member in members.items() if not member.get("optional")]
    return {"type": "object", "properties": members, "required": needed, "additionalProperties": False}


def text(longest: int, pattern: str = "") -> Schema:
    """A text of at most so many characters; `pattern` is all of it."""
    given: Schema = {"type": "string", "maxLength": longest}
    return given | {"pattern": f"^(?:{pattern})\\Z"} if pattern else given


def number(least: float, most: float) -> Schema:
    return {"type": "number", "minimum": least, "maximum": most}


def integer(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def list_of(item: Schema, most: int) -> Schema:
    return {"type": "array", "items": item, "maxItems": most}


def map_of(value: Schema, most: int, longest_name: int = 256) -> Schema:
    """An object whose members may have any name."""
    return {"type": "object", "additionalProperties": value, "maxProperties": most,
            "propertyNames": {"maxLength": longest_name}}  # fmt: skip


def optional(member: Schema) -> Schema:
    return member | {"optional": True}


def reader(schema: Schema, *, shown: bool = False) -> Callable[[str], dict[str, object]]:
    """Reads JSON that this schema describes.

    Args:
        shown: its texts hold no control characters but tabs and line ends.

    The reader raises ValueError with what is wrong, in words that say where.
    """
    check = fastjsonschema.compile(schema)

    def read(source: str) -> dict[str, object]:
        content = _loaded(source)
        if shown and ("\\u" in source or _CONTROL.search(source)):
            _check_texts(content)
        try:
            check(content)
        except fastjsonschema.JsonSchemaException as problem:
            raise ValueError(_plain(problem)) from None
        assert isinstance(content, dict)
        return content

    return read


def _loaded(source: str) -> object:
    try:
        return json.loads(source, parse_constant=_no_number, object_pairs_hook=_each_once)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as problem:
        raise ValueError(f"it is not JSON ({problem.msg})") from None


def _check_texts(content: object) -> None:
    if isinstance(content, str) and (character := _CONTROL.search(content)):
        raise ValueError(f"a text in it holds a control character, {character[0]!a}")
    if isinstance(content, dict):
        for name, value in content.items():
            _check_texts(name)
            _check_texts(value)
    if isinstance(content, list):
        for value in content:
            _check_texts(value)


def _no_number(name: str) -> Never:
    raise ValueError(f"{name} is no number")


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a member is there twice")
    return content


def _plain(problem: fastjsonschema.JsonSchemaException) -> str:
    """`about.speed must be …`, without the value, which may be anything."""
    where = ".".join(str(part) for part in problem.path[1:]) or "it"
    sentence = str(problem.message).removeprefix(str(problem.name)).strip()
    return f"{where[:80]} {sentence[:120]}"
