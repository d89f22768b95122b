"""Forms (`Filter.1.Value.2=x`) held against the table."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final
from urllib.parse import parse_qsl

from botocore.model import ListShape, MapShape, Shape, StructureShape

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import bounds
from ecslab.sandbox.wire.fields.table import Member, members
from ecslab.sandbox.wire.fields.verdict import judge
from ecslab.sandbox.wire.service_models import service_model

__all__ = ["check_form"]

_NUMBER: Final = re.compile(r"\.[0-9]+(?=\.|\Z)")
_OF_EVERY_FORM: Final = re.compile(
    r"Action|Version|X-Amz-.*|AWSAccessKeyId|Signature.*|SecurityToken|Timestamp|Expires", re.IGNORECASE
)
"""The operation and, in a presigned address, the signature."""


def check_form(request: HttpRequest, service: str, operation: str) -> None:
    """Refuse a form that names what the table refuses, or what it does not know.

    Args:
        service: by boto3's name.

    Raises:
        AwsError: one plain sentence.
    """
    known = _names(service, operation)
    for field, value in parse_qsl(bounds.form_text(request), keep_blank_values=True):
        if not _OF_EVERY_FORM.fullmatch(field):
            judge(service, field, known.get(_NUMBER.sub("", field)), value)


@cache
def _names(service: str, operation: str) -> dict[str, Member]:
    """The members as a form names them, without the numbers of items."""
    model = service_model(service)
    of_ec2 = model is not None and model.metadata["protocol"] == "ec2"
    return dict(_Namer(of_ec2).structure(members(service, operation), "", ()))


class _Namer:
    """botocore's way to write an input into a form (`QuerySerializer`, `EC2Serializer`)."""

    def __init__(self, of_ec2: bool) -> None:
        self._of_ec2 = of_ec2

    def structure(
        self, known: Mapping[str, Member], prefix: str, within: tuple[str, ...]
    ) -> Iterator[tuple[str, Member]]:
        for name, member in known.items():
            here = f"{prefix}.{self._name(member.shape, name)}".strip(".")
            yield here, member
            yield from self._below(member.shape, member, here, within)

    def _below(
        self, shape: Shape, member: Member, here: str, within: tuple[str, ...]
    ) -> Iterator[tuple[str, Member]]:
        if isinstance(shape, StructureShape) and shape.name not in within:
            for name, inner in self.structure(member.inside, here, (*within, shape.name)):
                # A form has no field for a structure as a whole: of a refused one, every part is refused.
                yield name, member if member.refusal else inner
        elif isinstance(shape, ListShape):
            item = self._item(shape, here)
            yield item, member
            yield from self._below(shape.member, member, item, within)
        elif isinstance(shape, MapShape):
            entry = here if shape.serialization.get("flattened") else f"{here}.entry"
            yield f"{entry}.{self._name(shape.key, 'key')}", member
            yield f"{entry}.{self._name(shape.value, 'value')}", member
            yield from self._below(shape.value, member, f"{entry}.{self._name(shape.value, 'value')}", within)

    def _item(self, shape: ListShape, here: str) -> str:
        own = str(shape.member.serialization.get("name", ""))
        if self._of_ec2:
            return here
        if shape.serialization.get("flattened"):
            return f"{here.rpartition('.')[0]}.{own}".strip(".") if own else here
        return f"{here}.{own or 'member'}"

    def _name(self, shape: Shape, default: str) -> str:
        given: Mapping[str, str] = shape.serialization
        if not self._of_ec2:
            return given.get("name", default)
        name = given.get("name", default)
        return given.get("queryName") or (name[:1].upper() + name[1:] if "name" in given else default)
