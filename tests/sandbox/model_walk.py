"""AWS's own models, walked: every answer is held against them, and requests are made from them.

Nothing here knows an operation by its name. What an account has said (ARNs, names, digests, by the member
that held them) is what the next request is filled with.
"""

import contextlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree import ElementTree

from botocore.exceptions import ClientError
from botocore.model import ServiceModel

READS = ("Describe", "List", "Get", "BatchGet", "BatchCheck")
ENDS = ("Delete", "BatchDelete", "Deregister", "Remove", "Stop", "Untag")
OWN = ("ecs", "ecr", "elasticloadbalancing")
UNDOCUMENTED = {"clusterCount", "imageManifestSize"}
"""Members that AWS answers on the wire and its model does not have (recorded)."""
MANY = 10
"""Values of a list in a request, at most."""
PICKS = (0, -1, -2)
"""Which of the values of a member are tried in one walk, in the order in which they were first seen."""


class Facts:
    """What is known of an account: values by the kind of thing they name, in the order they were seen."""

    def __init__(self, values_by_name: dict[str, list[Any]]):
        self._known: dict[str, list[Any]] = defaultdict(list)
        for name, values in values_by_name.items():
            self._known[kind_of(name)] += values

    def learn(self, name: str, value: Any) -> None:
        if isinstance(value, str) and value:
            for kind in _kinds(name, value):
                if value not in self._known[kind]:
                    self._known[kind].append(value)

    def of(self, name: str) -> list[Any]:
        """Values for a member of this name: where it asks for an ARN or a name, no others."""
        known, asks = self._known[kind_of(name)], re.search(r"(arn|name)s?$", name.lower())
        if asks is None:
            return known
        return [value for value in known if str(value).startswith("arn:") == (asks[1] == "arn")]


def kind_of(name: str) -> str:
    """What a member names: `clusters`, `cluster`, `clusterArn` and `ClusterName` are all of one kind."""
    return re.sub(r"(arn|name|id)?s?$", "", name.lower()) or name.lower()


def _kinds(name: str, value: str) -> set[str]:
    """An ARN names a resource of the type that it says itself."""
    kinds, parts = {kind_of(name)}, re.split("[:/]", value)
    if parts[0] == "arn" and parts[2] in OWN:
        kinds |= {"resource", parts[5].replace("-", "")}
    return kinds


class Answer:
    """An answer held against the shape it should have: `problems` in words, and what it says to `facts`."""

    def __init__(self, facts: Facts):
        self.facts, self.problems = facts, list[str]()

    def json(self, shape: Any, value: Any, path: str) -> None:
        match shape.type_name:
            case "structure":
                if not isinstance(value, dict):
                    return self._wrong(path, "no structure", value)
                self._members(shape, value, path)
                for name in value.keys() & shape.members.keys():
                    self.json(shape.members[name], value[name], f"{path}.{name}")
                    self.facts.learn(name, value[name])
            case "list":
                if not isinstance(value, list):
                    return self._wrong(path, "no list", value)
                for item in value:
                    self.json(shape.member, item, f"{path}[]")
                    self.facts.learn(path.rpartition(".")[2], item)
            case "map":
                if not isinstance(value, dict):
                    return self._wrong(path, "no map", value)
                for key, item in value.items():
                    self.json(shape.value, item, f"{path}.{key}")
            case kind:
                if not _fits(kind, value):
                    return self._wrong(path, f"no {kind}", value)
                self._one_of(shape, value, path)
        return None

    def xml(self, shape: Any, node: ElementTree.Element, path: str) -> None:
        match shape.type_name:
            case "structure":
                named = {each.serialization.get("name", name): name for name, each in shape.members.items()}
                children = {named.get(child.tag, child.tag): child for child in node}
                self._members(shape, children, path)
                for name in children.keys() & shape.members.keys():
                    self.xml(shape.members[name], children[name], f"{path}.{name}")
                    self.facts.learn(name, children[name].text)
            case "list":
                for item in node:
                    if item.tag != shape.member.serialization.get("name", "member"):
                        self._wrong(path, "no member", item.tag)
                    self.xml(shape.member, item, f"{path}[]")
                    self.facts.learn(path.rpartition(".")[2], item.text)
            case kind:
                if not _reads(kind, node.text or ""):
                    self._wrong(path, f"no {kind}", node.text)
                self._one_of(shape, node.text, path)

    def _members(self, shape: Any, value: Iterable[str], path: str) -> None:
        unknown = set(value) - shape.members.keys() - UNDOCUMENTED
        self.problems += [f"{path}: AWS has no member {name}" for name in unknown]
        self.problems += [f"{path}: {name} is required" for name in set(shape.required_members) - set(value)]

    def _one_of(self, shape: Any, value: Any, path: str) -> None:
        words = getattr(shape, "enum", None)
        if words and value not in words:
            self._wrong(path, f"none of {', '.join(words)}", value)

    def _wrong(self, path: str, what: str, value: Any) -> None:
        self.problems.append(f"{path}: {what}: {value!r:.80}")


def _fits(kind: str, value: Any) -> bool:
    numbers = {"integer": int, "long": int, "double": int | float, "float": int | float,
               "timestamp": int | float}  # fmt: skip
    if kind in numbers:
        return isinstance(value, numbers[kind]) and not isinstance(value, bool)
    return isinstance(value, bool if kind == "boolean" else str)


def _reads(kind: str, text: str) -> bool:
    patterns = {"integer": r"-?\d+", "long": r"-?\d+", "double": r"-?\d+(\.\d+)?", "float": r"-?\d+(\.\d+)?",
                "boolean": "true|false", "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"}  # fmt: skip
    return re.fullmatch(patterns.get(kind, r"(?s).*"), text) is not None


class Walk:
    """Clients whose every answer is held against the model; `succeeded` has the operations that did."""

    def __init__(self, values_by_service: dict[str, dict[str, list[Any]]]):
        self.facts = {service: Facts(values) for service, values in values_by_service.items()}
        self.problems: dict[str, None] = {}
        self.succeeded: dict[str, set[str]] = {service: set() for service in values_by_service}

    def heard(self, service: str, model: ServiceModel, operation: str, status: int, content: bytes) -> None:
        """Judge one answer, as it came over the wire."""
        shape = model.operation_model(operation).output_shape
        answer = Answer(self.facts[service])
        if status >= 400:
            if status >= 500:
                self.problems[f"{service} {operation}: {status} {content!r:.200}"] = None
            return
        self.succeeded[service].add(operation)
        if model.metadata["protocol"] == "json":
            answer.json(shape, json.loads(content or b"{}"), operation)
        elif shape is not None:
            root = ElementTree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", content))
            result = root.find(shape.serialization.get("resultWrapper", f"{operation}Result"))
            if root.tag != f"{operation}Response" or result is None:
                answer.problems.append(f"{operation}: the root is {root.tag}")
            else:
                answer.xml(shape, result, operation)
        self.problems |= dict.fromkeys(f"{service} {problem}" for problem in answer.problems)

    def over(self, client: Any, operations: Iterable[str], once: bool = False) -> None:
        """Make requests to these operations, filled with what is known; `once`: until one has an answer."""
        names = {client.meta.method_to_api_mapping[method]: method
                 for method in client.meta.method_to_api_mapping}  # fmt: skip
        for operation in operations:
            for request in self._requests(client.meta.service_model, operation):
                with contextlib.suppress(ClientError):
                    getattr(client, names[operation])(**request)
                    if once:
                        break

    def _requests(self, model: ServiceModel, operation: str) -> Iterator[dict[str, Any]]:
        shape, facts = model.operation_model(operation).input_shape, self.facts[model.service_name]
        if shape is None:
            yield {}
            return
        requests: list[Any] = []
        for pick, every in [*((pick, False) for pick in PICKS), (0, True), (-1, True)]:
            request = self._filled(shape, facts, pick, every=every)
            if request is not None and request not in requests:
                requests.append(request)
                yield request
        for name, member in shape.members.items():
            if operation in self.succeeded[model.service_name] or not requests:
                return
            filled = self._value(name, member, facts, 0, every=True)
            if filled is not None:
                yield {**requests[0], name: filled}

    def _filled(self, shape: Any, facts: Facts, pick: int, *, every: bool) -> dict[str, Any] | None:
        """A value of a structure, whole or of its required members; None if one of those cannot be filled."""
        value = {}
        for name, member in shape.members.items():
            needed = name in shape.required_members
            if needed or every:
                filled = self._value(name, member, facts, pick, every=every)
                if filled is not None:
                    value[name] = filled
                elif needed:
                    return None
        return value

    def _value(self, name: str, shape: Any, facts: Facts, pick: int, *, every: bool) -> Any:
        fitting = [value for value in facts.of(name) if _of_shape(shape, value)]
        if fitting:
            return fitting[max(pick, -len(fitting))]
        match shape.type_name:
            case "structure":
                return self._filled(shape, facts, pick, every=every) or None
            case "list":
                items = [value for value in facts.of(name) if _of_shape(shape.member, value)][-MANY:]
                item = None if items else self._value(name, shape.member, facts, pick, every=every)
                return items or (None if item is None else [item])
            case "string" if shape.enum:
                return shape.enum[pick % len(shape.enum)]
            case "boolean":
                return pick == 0
        return None


def _of_shape(shape: Any, value: Any) -> bool:
    kinds = {"structure": dict, "list": list, "map": dict, "string": str, "integer": int, "long": int,
             "boolean": bool, "blob": bytes}  # fmt: skip
    fits = isinstance(value, kinds.get(shape.type_name, float))
    return fits and (value in shape.enum if getattr(shape, "enum", None) else True)
