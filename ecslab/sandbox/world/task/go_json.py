"""What Go's JSON reader, in which ECS reads secrets, says of a text that is no object."""

import json
from typing import Final

_LITERALS: Final = {"t": "true", "f": "false", "n": "null"}
_PLACES: Final = {
    "Expecting property name": "looking for beginning of object key string",
    "Expecting ':'": "after object key",
    "Expecting ','": "after object key:value pair",
    "Extra data": "after top-level value",
}
_KINDS: Final = {bool: "bool", int: "number", float: "number", str: "string", list: "array"}


def json_problem(text: str) -> str:
    """What is wrong with the text. U beyond a broken literal."""
    start = text.lstrip(" \t\r\n")
    literal = _LITERALS.get(start[:1], "")
    for position, expected in enumerate(literal[1 : len(start)], 1):
        if start[position] != expected:
            return f"invalid character '{start[position]}' in literal {literal} (expecting '{expected}')"
    if len(start) < len(literal):
        return "unexpected end of JSON input"
    try:
        value = json.loads(text)
    except json.JSONDecodeError as problem:
        return _syntax(problem)
    kind = _KINDS.get(type(value), "object")
    return f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"


def _syntax(problem: json.JSONDecodeError) -> str:
    character = problem.doc[problem.pos : problem.pos + 1]
    if not character or problem.msg.startswith("Unterminated"):
        return "unexpected end of JSON input"
    where = next((place for begins, place in _PLACES.items() if problem.msg.startswith(begins)), None)
    return f"invalid character '{character}' {where or 'looking for beginning of value'}"
