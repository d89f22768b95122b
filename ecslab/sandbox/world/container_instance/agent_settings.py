"""What an instance's user data makes of the agent's settings, `/etc/ecs/ecs.config`.

cloud-init runs user data that begins with `#!` once, at the first boot. Understood are the ways in which the
developer guide writes to the file: `echo`, with `>>` or `tee`, and a here-document.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bootstrap_container_instance.html
https://github.com/aws/amazon-ecs-agent/blob/master/README.md
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

DEFAULT_CLUSTER: Final = "default"
"""The cluster of an agent that is told of none."""
FILE: Final = "/etc/ecs/ecs.config"
_FILE: Final = re.escape(FILE)
_WRITES: Final = re.compile(
    rf"""^[ \t]*(?:sudo[ ]+)?(?:
      echo[ ]+(?:-e[ ]+)?(?P<text>.*?)[ ]*(?P<way>>>?|\|[ ]*(?:sudo[ ]+)?tee(?:[ ]+-a)?)[ ]*{_FILE}\b.*$
    | cat[ ]*(?:<<-?[ ]*(?P<quote>['"]?)(?P<end>\w+)(?P=quote)[ ]*(?P<after>>>?)[ ]*{_FILE}
             |(?P<before>>>?)[ ]*{_FILE}[ ]*<<-?[ ]*(?P<quote2>['"]?)(?P<end2>\w+)(?P=quote2))[ \t]*$
    )""",
    re.VERBOSE | re.MULTILINE,
)
_SETTING: Final = re.compile(r"^\s*(ECS_[A-Z_0-9]+)=(.*?)\s*$", re.MULTILINE)


def settings(user_data: str) -> dict[str, str]:
    """The agent's settings by name; none that nobody wrote.

    Args:
        user_data: as text, not in base64.
    """
    if not re.search(r"^#!", user_data, re.MULTILINE):
        return {}
    written: dict[str, str] = {}
    for text, appended in _writings(user_data.replace("\r\n", "\n")):
        if not appended:
            written.clear()
        written |= {name: _unquoted(value) for name, value in _SETTING.findall(text)}
    return written


def _writings(script: str) -> Iterator[tuple[str, bool]]:
    """What is written to the file, in order, and whether it is added to what is there."""
    for match in _WRITES.finditer(script):
        if match["text"] is not None:
            yield _unquoted(match["text"]).replace("\\n", "\n"), ">>" in match["way"] or "-a" in match["way"]
        else:
            end = match["end"] or match["end2"]
            body = re.split(rf"^[ \t]*{end}[ \t]*$", script[match.end() :], maxsplit=1, flags=re.MULTILINE)[0]
            yield body, (match["after"] or match["before"]) == ">>"


def _unquoted(text: str) -> str:
    whole = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if whole else text


def named_values(settings: Mapping[str, str], name: str) -> dict[str, str]:
    """A setting that is a JSON object of texts: `ECS_INSTANCE_ATTRIBUTES`, `ECS_CONTAINER_INSTANCE_TAGS`.

    Raises:
        ValueError: it is none; the agent does not start with it.
    """
    values = json.loads(settings.get(name) or "{}")
    if not isinstance(values, dict) or not all(isinstance(each, str) for each in values.values()):
        raise ValueError(f"{name} is no object of texts")
    return values
