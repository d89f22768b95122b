"""A recorded call as a command that can be read whole: values in the CLI's shorthand, ids by their kind."""

import json
import re
import shlex
from typing import Any

LEFT_OUT = ("--tags", "--tag-specifications", "--description", "--started-by", "--client-token")
LONGEST = 150
_ID = re.compile(r"\b(vpc|subnet|sg|eni)-[0-9a-f]{8,}")
_ARN = re.compile(r"arn:aws:[^:]*:[^:]*:\d+:([a-z-]+)[^\s,\]}']*")  # a policy of AWS's own has no account
_KINDS = {"targetgroup": "target-group", "loadbalancer": "load-balancer"}


def whole(command: str) -> str:
    """The command without what the kit adds; what is long is read from a file, named as its option."""
    words, options = shlex.split(command), []
    first = next((place for place, word in enumerate(words) if word.startswith("--")), len(words))
    for word in words[first:]:
        if word.startswith("--"):
            options.append([word])
        else:
            options[-1].append(word)
    printed = [" ".join([name, *(_value(name, value) for value in values)])
             for name, *values in options if name not in LEFT_OUT]  # fmt: skip
    return " ".join([*words[:first], *printed]).replace("|", "\\|")


def _value(option: str, value: str) -> str:
    if value == "(hidden)":
        return "<value>"
    if value[:1] in "[{":
        try:
            parsed = json.loads(value)
        except ValueError:  # the record keeps the beginning only
            parsed = {"Statement": ""}
        short = _shorthand(parsed)
        if "Statement" in parsed or len(short) > LONGEST:
            return f"file://{option.removeprefix('--')}.json"
        value = short
    named = _ARN.sub(lambda arn: f"<{_KINDS.get(arn[1], arn[1])}-arn>", _ID.sub(r"<\1-id>", value))
    return f"'{named}'" if re.search(r"[{}\[\] ]", named) else named


def _shorthand(value: Any, inner: bool = False) -> str:
    """As the CLI takes it: `a=1,b=[x,y],c={d=2}`."""
    if isinstance(value, dict):
        pairs = ",".join(f"{key}={_shorthand(each, True)}" for key, each in value.items())
        return f"{{{pairs}}}" if inner else pairs
    if isinstance(value, list):
        items = ",".join(_shorthand(each, True) for each in value)
        return f"[{items}]" if inner or len(value) != 1 else _shorthand(value[0])
    return str(value).lower() if isinstance(value, bool) else str(value)
