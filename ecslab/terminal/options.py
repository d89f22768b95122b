"""Which commands this terminal takes: none that leads to another account, Region, endpoint or folder.

Options are compared as a whole, for the CLI takes no abbreviations here (see `aws_cli`).
"""

from collections.abc import Sequence
from typing import Final

from ecslab.connection.connection import Connection

SERVICES: Final = (
    "ecs", "ecr", "ec2", "autoscaling", "elbv2", "iam", "logs", "secretsmanager", "ssm", "sts",
)  # fmt: skip
"""Those of the course: what they make, clean-up finds, or this terminal names."""
CONFIGURE: Final = ("set", "get", "list")
SETTINGS: Final = (
    "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "cli_timestamp_format", "output",
    "region",
)  # fmt: skip
"""What `configure set` writes: by others a later command would ask another endpoint, or keep a history."""
BEYOND: Final = {
    ("ecs", "deploy"): "asks CodeDeploy, which is no part of the course",
}
_HELP: Final = "https://docs.aws.amazon.com/cli/latest/reference/"
_ELSEWHERE: Final = ("--profile", "--endpoint-url", "--no-verify-ssl", "--ca-bundle", "--no-sign-request")


def refusal(lab: Connection, words: Sequence[str]) -> str:
    """Why a command, which begins with `aws`, is not for this terminal; or ""."""
    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    for option in _ELSEWHERE:
        if option in options:
            return _elsewhere(lab, option)
    if any(region != lab.region for region in _values(words, "--region")):
        return _elsewhere(lab, "--region")
    if "--debug" in options or "--v2-debug" in options:
        return "--debug prints thousands of lines: use it in a terminal."
    if "--outfile" in options:
        return "--outfile would write a file: use a terminal of your own."
    if "help" in words[1:4]:
        return f"The manual is at {_HELP}{'/'.join(words[1 : words.index('help')])}"
    if words[1:2] == ["configure"]:
        return _configuring(words[2:])
    return _asking(words)


def _elsewhere(lab: Connection, option: str) -> str:
    here = f"account {lab.account}, {lab.region}"
    return f"{option} would lead elsewhere. This terminal speaks to the lab's own place: {here}."


def _configuring(words: Sequence[str]) -> str:
    if not words or words[0] not in CONFIGURE:
        return "This would ask questions, which no cell can answer: `aws configure set NAME VALUE` asks none."
    if words[0] == "set" and words[1:] and words[1] not in SETTINGS:
        return f"`configure set {words[1]}` is not for this terminal, which sets: {', '.join(SETTINGS)}."
    return ""


def _asking(words: Sequence[str]) -> str:
    service, operation = [*words[1:3], "", ""][:2]
    if service.startswith("--"):
        if "configure" in words:
            return "`aws configure` stands first; options, if any, after it."
        return ""  # the CLI's own options may stand first: what it has no table for, it refuses itself
    if service and service not in SERVICES:
        return (
            f"`aws {service}` is not for this terminal: clean-up would not find what it makes. "
            f"It takes: {', '.join(SERVICES)}. For others use a terminal of your own."
        )
    why = BEYOND.get((service, operation))
    return f"`aws {service} {operation}` {why}: use a terminal of your own." if why else ""


def _values(words: Sequence[str], option: str) -> list[str]:
    """All that an option is given, as `--option value` and as `--option=value`."""
    given = []
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == option:
            given.append(following)
        elif word.startswith(f"{option}="):
            given.append(word.partition("=")[2])
    return given
