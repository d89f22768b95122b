"""A terminal in a cell: the AWS CLI on the lab's own account, with a configuration of its own. Stage 13.

https://docs.aws.amazon.com/cli/latest/reference/ecs/
"""

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ecslab.connection.connection import Connection
from ecslab.display.blanks import BLANK, has_blank
from ecslab.display.counted import counted
from ecslab.display.messages import say
from ecslab.terminal.inside import ask
from ecslab.terminal.options import refusal

__all__ = ["CommandResult", "ask", "run"]

_UNREADABLE: Final = 2
"""The exit code with which version 1 of the CLI itself meets a command that it cannot read."""
_JOINED: Final = re.compile(r"\\\r?\n\s*")
_SHELL: Final = "();<>|&\n"


@dataclass(frozen=True)
class CommandResult:
    """What a command left. In a notebook it shows nothing: `run` has printed it.

    Attributes:
        command: as it was given.
        code: 0; or 255 where AWS refused or a waiter gave up, 2 where the command could not be read.
        out, err: what it printed, and what it complained of.
    """

    command: str = field(repr=False)
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, read as JSON. Raises ValueError where that is no JSON, as after a refusal."""
        return json.loads(self.out)

    def _ipython_display_(self) -> None:
        """Nothing."""


def run(
    lab: Connection, command: str, lines: int | None = 20, typed: Sequence[str] = ()
) -> CommandResult:
    """Run one `aws …` command as a terminal would, and print it with what it answers.

    It speaks to the account that the lab is connected to, in its Region, whatever the machine has configured;
    `aws configure` writes into the lab's home. There is no shell: no variables, no pipes. Options that lead
    elsewhere are refused, and none can be shortened. Files are read from this folder alone (`file://`).
    Credentials in an answer are masked; on a real account all that is secret is.

    Args:
        command: as a document has it, over several lines with `\\` or within quotes.
        lines: so many lines of the answer are printed at most; None for all of them.
        typed: lines that are typed into the session that `aws ecs execute-command` opens, each when the
            shell there prompts; without them the session ends at its first prompt.

    Returns:
        What it left. A refusal is no exception here, as it is none in a terminal: see `code`.

    Raises:
        CannotBeDone: the AWS CLI is not installed.
    """
    command = command.strip()
    say(f"$ {command}")
    words, fault = _words(command)
    if has_blank(command):
        fault = f"Not yet: fill in what is left blank in this command, `{BLANK}`, and run it again."
    fault = fault or refusal(lab, words)
    if fault:
        result = CommandResult(command, _UNREADABLE, "", fault)
    else:
        from ecslab.terminal import aws_cli

        result = CommandResult(command, *aws_cli.carry_out(lab, words[1:], typed))
    for text in (result.out, result.err):
        if text.strip():
            say(_shortened(text.strip("\n"), lines))
    return result


def _words(command: str) -> tuple[list[str], str]:
    """The command's words as a POSIX shell parts them, and why they cannot be run, or ""."""
    lexer = shlex.shlex(_JOINED.sub(" ", command), posix=True, punctuation_chars=_SHELL)
    lexer.whitespace, lexer.commenters = " \t\r", ""
    lexer.wordchars += "~-./*?=:,@%+[]{}!^#$`\\"
    try:
        words = list(lexer)
    except ValueError as error:
        return [], f"This command cannot be read: {str(error).lower()}. Is a quotation mark missing?"
    if not words or words[0] != "aws":
        return [], "This terminal runs the AWS CLI only: a command begins with `aws`."
    for word in words:
        if word and not word.strip(_SHELL):
            seen = "a second line without a `\\` before it" if "\n" in word else f"`{word}`"
            return [], f"There is no shell here, so {seen} means nothing: run one `aws` command at a time."
    if any(re.match(r"\$[A-Za-z_{(]|`", word) for word in words):
        return [], 'There is no shell here, and no variables: write the value, as in f"… --tasks {task_id}".'
    return words, ""


def _shortened(text: str, lines: int | None) -> str:
    shown = text.split("\n")
    if lines is None or len(shown) <= lines:
        return text
    return "\n".join([*shown[:lines], f"… {counted(len(shown) - lines, 'more line')}"])
