"""moto's serializer with a memory: under which name it found an attribute once, it looks at first.

For each attribute of each thing it describes, moto composes a dozen names by which that may be called; they
depend on the thing's class and on the place in the answer alone. And xmltodict proves every element name
valid, letter by letter. Both are remembered here: subnets or routes take a third less to describe.
"""

import functools
from typing import TYPE_CHECKING, Final

import xmltodict  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from moto.core.serialize import AttributePicker, AttributePickerContext

_MOST: Final = 20_000  # names remembered at once; all answers the course asks for need a tenth of it
_names: Final[dict[tuple[type, object, str], tuple[str, ...]]] = {}


def prepare() -> None:
    """Put the memory in place; a second call changes nothing."""
    from moto.core import serialize

    if serialize.AttributePicker.__call__ is _pick:
        return
    serialize.AttributePicker.__call__ = _pick
    xmltodict._validate_name = functools.cache(xmltodict._validate_name)


def _pick(picker: "AttributePicker", context: "AttributePickerContext") -> object:
    """As `AttributePicker.__call__` does it."""
    from moto.core.utils import MISSING, get_value

    value = None
    for name in _names_of(picker, context):
        attribute = get_value(context.obj, name, MISSING)
        if attribute is not MISSING:
            value = attribute
            break
    path, transformers = f"{context.key_path}.{context.key}", picker.response_transformers
    if path.endswith(tuple(transformers)):
        return next(change(value) for end, change in transformers.items() if path.endswith(end))
    return value


def _names_of(picker: "AttributePicker", context: "AttributePickerContext") -> tuple[str, ...]:
    """All names by which an attribute may be called, in the order in which they are tried."""
    where = (type(context.obj), context.shape, context.key)
    if where not in _names:
        if len(_names) >= _MOST:
            _names.clear()
        _names[where] = tuple(dict.fromkeys(picker.get_possible_keys(context)))
    return _names[where]
