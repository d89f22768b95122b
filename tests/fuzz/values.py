"""Requests of one operation, drawn by hypothesis: a recipe that AWS would accept, or what the model allows.

Most names are filled in from earlier answers, after the draw: hypothesis must not see what those are.
"""

import datetime
import re
from dataclasses import dataclass
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.fuzz.memory import Memory
from tests.fuzz.recipes import RECIPES, SENSIBLE

DEEPEST = 4  # levels of structures; below it only what is required is given
BOUNDARIES = (0, 1, -1, 2, 80, 443, 65535, 65536, 256, 512, 1024, 2**31 - 1, 2**31, 10**9, 2**63)
ODD = ("web", "a", "default", "httpd:2.4", "10.0.0.0/16", "0.0.0.0/0", "tcp", "*", "-1", "us-east-1a",
       "arn:aws:ecs:us-east-1:123456789012:cluster/lab", "256", "x" * 300, "", " ", "é", "\x00", "../..",
       "<script>", "%s", "{}", "null", "arn:aws:iam::123456789012:role/", "sha256:0", "::/0", "a,b", "1e9",
       "10.0.0.300", "0", "{{resolve}}", "x" * 5000)  # fmt: skip
LEFT_OUT = re.compile(r"(next|previous)?_?token|marker|dryrun|.*continuationtoken|filters?|"
                      r"expectedbucketowner|"
                      r"checksum.*|contentmd5|requestpayer|ssecustomer.*|mfa|grant.*|acl|.*versionid|"
                      r"createdby|if(none)?match.*|if.*since|sse.*|objectlock.*|starttime|endtime|"
                      r"versionstage.*|registryid|logstreamnameprefix|.*md5.*|writeoffsetbytes",
                      re.I)  # fmt: skip
"""Members that a valid request leaves out unless they are required: few values of them mean anything."""


@dataclass(frozen=True)
class Known:
    """Stands for something that an earlier answer named.

    Attributes:
        member: the name of the member that is to be filled in; of an anchor, with a dollar sign before it.
        place: which of those that are known; any number.
        otherwise: the value while nothing is known.
    """

    member: str
    place: int
    otherwise: str


def filled_in(value: Any, service: str, memory: Memory) -> Any:
    """The same parameters with what earlier answers named."""
    if isinstance(value, Known):
        if value.member == "$new":
            return memory.new()
        if value.member[:1] == "$" and value.member[1:] in memory.anchors:
            return memory.anchors[value.member[1:]]
        known = memory.named(service, value.member.removeprefix("$"))
        return known[value.place % len(known)] if known else value.otherwise
    if isinstance(value, dict):
        return {name: filled_in(item, service, memory) for name, item in value.items()}
    return [filled_in(item, service, memory) for item in value] if isinstance(value, list) else value


@st.composite
def request(draw: DrawFn, operation: OperationModel) -> dict[str, Any]:
    """The parameters of one call: four of five mean to be valid."""
    shape = operation.input_shape
    if shape is None:
        return {}
    drawing = _Drawing(draw, operation.name, odd=draw(st.integers(0, 9)) < 2)
    recipes = RECIPES.get(f"{operation.service_model.service_name}:{operation.name}", ())
    if not recipes or draw(st.integers(0, 9)) < 1:
        return drawing.structure(shape, 0)
    recipe = drawing.recipe(draw(st.sampled_from(recipes)))
    if not drawing.odd:
        return recipe
    member = draw(st.sampled_from(list(shape.members)))
    return recipe | {member: drawing.value(member, shape.members[member], 1)}


@dataclass
class _Drawing:
    """One request on its way. `odd`: it is to stand at the boundaries of what the model allows."""

    draw: DrawFn
    operation: str
    odd: bool

    def recipe(self, template: Any) -> Any:
        if isinstance(template, dict):
            return {name: self.recipe(value) for name, value in template.items()}
        if isinstance(template, list):
            return [self.recipe(value) for value in template]
        if isinstance(template, str) and re.fullmatch(r"\$\w+", template):
            return Known(template, self.draw(st.integers(0, 40)), "x")
        if isinstance(template, str) and "|" in template and "{" not in template:
            return self.draw(st.sampled_from(template.split("|")))
        return template

    def structure(self, shape: StructureShape, depth: int) -> dict[str, Any]:
        names = [name for name in shape.members if name in shape.required_members]
        optional = [name for name in shape.members if name not in shape.required_members]
        if not self.odd:
            optional = [name for name in optional if not LEFT_OUT.fullmatch(name)]
        if optional and depth < DEEPEST:
            most = 3 if self.odd else 1
            names += self.draw(st.lists(st.sampled_from(optional), max_size=most, unique=True))
        if shape.is_tagged_union and optional:
            names = names[:1] or [self.draw(st.sampled_from(optional))]
        return {name: self.value(name, shape.members[name], depth + 1) for name in names}

    def value(self, name: str, shape: Shape, depth: int) -> Any:
        if isinstance(shape, StructureShape):
            return self.structure(shape, depth)
        if isinstance(shape, ListShape):
            size = 0 if depth > DEEPEST + 2 else self.draw(st.integers(0 if self.odd else 1, 2))
            return [self.value(name.removesuffix("s"), shape.member, depth + 1) for _ in range(size)]
        if isinstance(shape, MapShape):
            keys = self.draw(st.lists(st.sampled_from(("a", "Name", "by", "web")), max_size=2, unique=True))
            return {key: self.value(key, shape.value, depth + 1) for key in keys}
        return self.scalar(name, shape)

    def scalar(self, name: str, shape: Shape) -> Any:
        kind, draw = shape.type_name, self.draw
        if kind == "boolean":
            return draw(st.booleans())
        if kind == "timestamp":
            seconds = draw(st.sampled_from((0, 1, 10**9, 4 * 10**9)))
            return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
        if kind == "blob":
            return draw(st.binary(max_size=40))
        odd = self.odd and draw(st.integers(0, 9)) < 4
        if kind in ("integer", "long"):
            return draw(st.sampled_from(BOUNDARIES)) if odd else self._number(name, shape)
        if kind in ("float", "double"):
            return draw(st.sampled_from((0.0, 1.0, -1.0, 50.0, 1e308) if odd else (1.0, 50.0)))
        if odd:
            return draw(st.sampled_from(ODD))
        if enum := getattr(shape, "enum", None):
            return draw(st.sampled_from(enum))
        return self._text(name)

    def _number(self, name: str, shape: Shape) -> int:
        if sensible := SENSIBLE.get(name.lower()):
            return int(self.draw(st.sampled_from(sensible)))
        least = int(shape.metadata.get("min", 1))
        return int(self.draw(st.integers(least, max(least, min(shape.metadata.get("max", 20), least + 20)))))

    def _text(self, name: str) -> Any:
        plain = name.lower()
        if sensible := SENSIBLE.get(plain):
            return self.recipe(self.draw(st.sampled_from(sensible)))
        noun = re.sub(r"^(Create|Register|Put)", "", self.operation).lower()
        if self.operation.startswith("Create") and plain in (f"{noun}name", "name", "groupname"):
            return Known("$new", 0, "")
        return Known(name, self.draw(st.integers(0, 40)), self.draw(st.sampled_from(("web", "lab", "a"))))
