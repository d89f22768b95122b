"""A lifecycle policy's text: AWS's own form of it, and what makes it invalid.

AWS holds the text against a JSON schema first (each problem ends its line), then against rules among the
rules. https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ecslab.sandbox.bridge.ecr.errors import invalid_parameter, refusal
from ecslab.sandbox.world.texts import Sentences
from ecslab.sandbox.world.wildcards import pattern

_SENTENCES: Final = Sentences(__file__)
MOST_RULES: Final = 50
MOST_WILDCARDS: Final = 4
_AGES: Final = ("sinceImagePushed", "sinceImagePulled")
_COUNTS: Final = ("imageCountMoreThan", *_AGES, "sinceImageTransitioned")
_STATUSES: Final = ("any", "tagged", "untagged")
_LISTS: Final = ("tagPrefixList", "tagPatternList")
_KINDS: Final[dict[str, type | tuple[type, ...]]] = {
    "object": dict, "array": list, "string": str, "integer": int, "number": float, "boolean": bool,
}  # fmt: skip
_RULE: Final = {"rulePriority": "integer", "description": "string", "selection": "object", "action": "object"}
_SELECTION: Final = {
    "tagStatus": "string", "tagPrefixList": "array", "tagPatternList": "array", "storageClass": "string",
    "countType": "string", "countUnit": "string", "countNumber": "integer",
}  # fmt: skip
_ACTION: Final = {"type": "string", "targetStorageClass": "string"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, valid. `number` is images for the count type imageCountMoreThan, and days for the others."""

    priority: int
    tag_status: str
    prefixes: tuple[str, ...]
    patterns: tuple[str, ...]
    count_type: str
    number: int

    def selects(self, tags: list[str]) -> bool:
        """Whether an image with these tags is one that the rule is about: it has to match all of its list."""
        if self.tag_status == "untagged":
            return not tags
        if self.tag_status == "any":
            return True
        return all(any(tag.startswith(prefix) for tag in tags) for prefix in self.prefixes) and all(
            any(pattern(wildcards.replace("?", "\0"), False).fullmatch(tag) for tag in tags)
            for wildcards in self.patterns
        )


def compact(text: str) -> str:
    """The text as AWS keeps it: no white space, rules by their priority; EcrError if it is invalid."""
    parsed = _parsed(text)
    parsed["rules"].sort(key=lambda rule: rule["rulePriority"])
    return json.dumps(parsed, separators=(",", ":"), ensure_ascii=False)


def rules(text: str) -> tuple[Rule, ...]:
    """The rules of a text that is valid, by their priority."""
    return tuple(
        Rule(
            rule["rulePriority"], rule["selection"]["tagStatus"],
            tuple(rule["selection"].get("tagPrefixList", ())),
            tuple(rule["selection"].get("tagPatternList", ())),
            rule["selection"]["countType"], rule["selection"]["countNumber"],
        )
        for rule in json.loads(text)["rules"]
    )  # fmt: skip


def _parsed(text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise _invalid(_SENTENCES("no_policy"))
    problems = list(_schema_problems(parsed))
    if problems:
        raise _invalid("".join(f"{problem}\n" for problem in problems))
    problem = next(_rule_problems([rule["selection"] for rule in parsed["rules"]], parsed["rules"]), None)
    if problem:
        raise _invalid(problem)
    for rule in parsed["rules"]:
        selection = rule["selection"]
        if rule["action"]["type"] == "transition" or selection.get("storageClass") == "archive":
            raise refusal("archive_not_carried")
    return parsed


def _invalid(problem: str) -> Exception:
    return invalid_parameter("LifecyclePolicyText", f"Lifecycle policy validation failure: {problem}")


def _schema_problems(policy: Mapping[str, Any]) -> Iterator[str]:
    yield from (problems := list(_members(policy, {"rules": "array"}, {"rules"})))
    if problems:
        return
    listed = policy["rules"]
    if not listed:
        yield _SENTENCES("too_few", found=0)
    if len(listed) > MOST_RULES:
        yield _SENTENCES("too_many", most=MOST_RULES, found=len(listed))
    for rule in listed:
        yield from _of_rule(rule)


def _of_rule(rule: object) -> Iterator[str]:
    if not isinstance(rule, dict):
        yield _wrong_type(rule, "object")
        return
    yield from (problems := list(_members(rule, _RULE, {"rulePriority", "selection", "action"})))
    if problems:
        return
    yield from _too_low(rule["rulePriority"])
    yield from (
        problems := list(_members(rule["selection"], _SELECTION, {"tagStatus", "countType", "countNumber"}))
    )
    yield from (others := list(_members(rule["action"], _ACTION, {"type"})))
    if problems or others:
        return
    selection, action = rule["selection"], rule["action"]
    yield from _not_one_of(selection["tagStatus"], _STATUSES)
    yield from _too_low(selection["countNumber"])
    if not _is_consistent(selection):
        yield _SENTENCES("no_alternative")
    yield from _not_one_of(action["type"], ("expire", "transition"))
    if action["type"] == "expire" and "targetStorageClass" in action:
        yield _SENTENCES("no_alternative")
    if action["type"] == "transition" and action.get("targetStorageClass") != "archive":
        yield _SENTENCES("no_alternative")


def _is_consistent(selection: Mapping[str, Any]) -> bool:
    """A unit goes with an age, and with nothing else."""
    unit = {} if selection["countType"] == "imageCountMoreThan" else {"countUnit": "days"}
    given = {"countUnit": selection["countUnit"]} if "countUnit" in selection else {}
    classes = ("archive",) if selection["countType"] == "sinceImageTransitioned" else ("standard",)
    stored = selection.get("storageClass", "standard")
    return selection["countType"] in _COUNTS and given == unit and stored in classes


def _rule_problems(selections: list[dict[str, Any]], listed: list[dict[str, Any]]) -> Iterator[str]:
    for selection in selections:
        named = [name for name in _LISTS if selection.get(name)]
        if selection["tagStatus"] == "tagged" and not named:
            yield _SENTENCES("no_tags")
        if selection["tagStatus"] != "tagged" and any(name in selection for name in _LISTS):
            yield _SENTENCES("tags", status=selection["tagStatus"].upper())
        if len(named) > 1:
            yield _SENTENCES("two_lists")
        for wildcards in selection.get("tagPatternList", ()):
            if wildcards.count("*") > MOST_WILDCARDS:
                yield _SENTENCES("wildcards", pattern=wildcards, most=MOST_WILDCARDS)
    priorities = [rule["rulePriority"] for rule in listed]
    if len(set(priorities)) < len(priorities):
        yield _SENTENCES("same_priority")
    statuses = [selection["tagStatus"] for selection in selections]
    if statuses.count("untagged") > 1:
        yield _SENTENCES("two_untagged")
    of_any = [rule["rulePriority"] for rule in listed if rule["selection"]["tagStatus"] == "any"]
    if of_any and (len(of_any) > 1 or of_any[0] < max(priorities)):
        yield _SENTENCES("any_first")
    tags = [
        tuple(sorted(chosen))
        for selection in selections
        for name in _LISTS
        if (chosen := selection.get(name))
    ]
    if len(set(tags)) < len(tags):
        yield _SENTENCES("same_tags")


def _members(given: Mapping[str, Any], known: Mapping[str, str], required: set[str]) -> Iterator[str]:
    """Members that are missing, unknown, or of the wrong type."""
    missing, unknown = sorted(required - set(given)), sorted(set(given) - set(known))
    if missing:
        yield _SENTENCES("missing", names=_list(missing))
    if unknown:
        yield _SENTENCES("unknown", names=_list(unknown))
    for name, value in given.items():
        if name in known and not _is(value, known[name]):
            yield _wrong_type(value, known[name])
        elif name in _LISTS:
            yield from (_wrong_type(tag, "string") for tag in value if not isinstance(tag, str))


def _too_low(number: int) -> Iterator[str]:
    if number < 1:
        yield _SENTENCES("too_low", least=1, found=number)


def _not_one_of(value: str, values: tuple[str, ...]) -> Iterator[str]:
    if value not in values:
        yield _SENTENCES("not_one_of", value=json.dumps(value), values=_list(sorted(values)))


def _is(value: object, kind: str) -> bool:
    return isinstance(value, _KINDS[kind]) and isinstance(value, bool) == (kind == "boolean")


def _wrong_type(value: object, kind: str) -> str:
    given = next((name for name in _KINDS if _is(value, name)), "null")
    return _SENTENCES("type", found=given, allowed=_list([kind]))


def _list(names: list[str]) -> str:
    return json.dumps(names, separators=(",", ":"))
