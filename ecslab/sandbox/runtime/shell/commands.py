"""Commands that need no time: each takes the process, the shell's variables and its words, and gives back
what it writes to standard output, what it writes to standard error, and its exit code."""

import re
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from ecslab.sandbox.runtime.image_config import combined_command
from ecslab.sandbox.runtime.limits import LARGEST_FILE
from ecslab.sandbox.runtime.process import Process

Result = tuple[str, str, int]
Variables = dict[str, str]
Command = Callable[[Process, Variables, list[str]], Result]
ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "0": "\0"}


def echo(_process: Process, _variables: Variables, words: list[str]) -> Result:
    """`echo [-n] [-e] word…`; escapes are always read, as in dash."""
    end = "\n"
    while words and words[0] in ("-n", "-e", "-ne", "-en"):
        end = "" if "n" in words[0] else end
        words = words[1:]
    return _unescape(" ".join(words)) + end, "", 0


def printf(_process: Process, _variables: Variables, words: list[str]) -> Result:
    """`printf FORMAT word…` with %s, %d and %%; the format is used again until the words are gone."""
    if not words:
        return "", "printf: usage: printf format [arguments]", 2
    left, form, outputs, size = deque(words[1:]), _unescape(words[0]), list[str](), 0

    def fill(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        return left.popleft() if left else ("0" if match[0] == "%d" else "")

    while True:
        before = len(left)
        outputs.append(re.sub(r"%[sd%]", fill, form))
        size += len(outputs[-1])
        if not left or len(left) == before or size > LARGEST_FILE:
            return "".join(outputs), "", 0


def cat(process: Process, _variables: Variables, words: list[str]) -> Result:
    """`cat file…`"""
    outputs: list[str] = []
    errors: list[str] = []
    size = 0
    for word in words:
        content = process.files.read(word)
        if content is None:
            errors.append(f"cat: {word}: No such file or directory\n")
        elif size <= LARGEST_FILE:  # more fits into no file, and into no log
            outputs.append(content.decode(errors="replace"))
            size += len(content)
    return "".join(outputs), "".join(errors), 1 if errors else 0


def env(_process: Process, variables: Variables, words: list[str]) -> Result:
    """`env`, `printenv [name…]`"""
    if not words:
        return "".join(f"{name}={value}\n" for name, value in variables.items()), "", 0
    known = [variables[word] for word in words if word in variables]
    return "".join(f"{value}\n" for value in known), "", 0 if len(known) == len(words) else 1


def export(_process: Process, variables: Variables, words: list[str]) -> Result:
    """`export NAME=value…`"""
    for word in words:
        name, equals, value = word.partition("=")
        if equals:
            variables[name] = value
    return "", "", 0


def unset(_process: Process, variables: Variables, words: list[str]) -> Result:
    """`unset NAME…`"""
    for word in words:
        variables.pop(word, None)
    return "", "", 0


def cd(process: Process, _variables: Variables, words: list[str]) -> Result:
    """`cd [folder]`"""
    process.files.directory = process.files.resolve(words[0] if words else "/")
    return "", "", 0


def pwd(process: Process, _variables: Variables, _words: list[str]) -> Result:
    """`pwd`"""
    return process.files.directory + "\n", "", 0


def hostname(process: Process, _variables: Variables, _words: list[str]) -> Result:
    """`hostname`"""
    return process.host.hostname() + "\n", "", 0


def date(process: Process, _variables: Variables, _words: list[str]) -> Result:
    """`date`: the container's time, in UTC."""
    return time.strftime("%a %b %e %H:%M:%S UTC %Y", time.gmtime(process.host.timestamp())) + "\n", "", 0


def ls(process: Process, _variables: Variables, words: list[str]) -> Result:
    """`ls [folder]`: names only."""
    folder = process.files.resolve(next((word for word in words if not word.startswith("-")), "."))
    start = folder.rstrip("/") + "/"
    names = sorted({name[len(start) :].split("/")[0] for name in process.files if name.startswith(start)})
    if names:
        return "\n".join(names) + "\n", "", 0
    if process.files.read(folder) is not None:
        return folder + "\n", "", 0
    return "", f"ls: {folder}: No such file or directory\n", 1


def copy(process: Process, _variables: Variables, words: list[str]) -> Result:
    """`cp from to`: one file."""
    paths = [word for word in words if not word.startswith("-")]
    content = process.files.read(paths[0]) if len(paths) == 2 else None
    if content is None:
        return "", f"cp: cannot copy {' '.join(paths)}\n", 1
    inside = process.files.is_directory(paths[1])
    process.files.write(f"{paths[1]}/{paths[0].rsplit('/', 1)[-1]}" if inside else paths[1], content)
    return "", "", 0


def remove(process: Process, _variables: Variables, words: list[str]) -> Result:
    """`rm file…`"""
    missing = [word for word in words if not word.startswith("-") and not process.files.remove(word)]
    forced = any("f" in word for word in words if word.startswith("-"))
    if forced or not missing:
        return "", "", 0
    return "", "".join(f"rm: {word}: No such file or directory\n" for word in missing), 1


def touch(process: Process, _variables: Variables, words: list[str]) -> Result:
    """`touch file…`"""
    for word in words:
        process.files.write(word, b"", append=True)
    return "", "", 0


def test(process: Process, _variables: Variables, words: list[str]) -> Result:
    """`test …` and `[ … ]`: -f -e -d -n -z, =, !=, -eq -ne -lt -gt -le -ge, and a leading `!`."""
    words = words[:-1] if words[-1:] == ["]"] else words
    if words[:1] == ["!"]:
        return "", "", 1 - test(process, _variables, words[1:])[2]
    if len(words) == 3:
        return "", "", 0 if _compare(*words) else 1
    if len(words) == 2:
        flag, word = words
        exists = process.files.read(word) is not None
        folder = process.files.is_directory(word)
        truth = {"-f": exists, "-e": exists or folder, "-d": folder, "-n": word != "", "-z": word == ""}
        return "", "", 0 if truth.get(flag, False) else 1
    return "", "", 0 if words and words[0] else 1


def nothing(_process: Process, _variables: Variables, _words: list[str]) -> Result:
    """`:`, `true`, `set`, `mkdir`, `chmod`: nothing that matters here."""
    return "", "", 0


def false(_process: Process, _variables: Variables, _words: list[str]) -> Result:
    """`false`"""
    return "", "", 1


def ps(process: Process, _variables: Variables, _words: list[str]) -> Result:
    """`ps`: a container has one process, in the form of BusyBox."""
    command = " ".join(combined_command(process.spec))
    return f"PID   USER     TIME  COMMAND\n    1 root      0:00 {command}\n", "", 0


def _compare(left: str, operator: str, right: str) -> bool:
    if operator in ("=", "=="):
        return left == right
    if operator == "!=":
        return left != right
    order = (int(left) > int(right)) - (int(left) < int(right))
    known = {"-eq": order == 0, "-ne": order != 0, "-lt": order < 0, "-gt": order > 0, "-le": order <= 0}
    return known.get(operator, order >= 0)


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: ESCAPES.get(match[1], match[0]), text)


COMMANDS: Final[dict[str, Command]] = {
    "echo": echo,
    "printf": printf,
    "cat": cat,
    "env": env,
    "printenv": env,
    "export": export,
    "unset": unset,
    "cd": cd,
    "pwd": pwd,
    "hostname": hostname,
    "date": date,
    "ls": ls,
    "cp": copy,
    "rm": remove,
    "touch": touch,
    "test": test,
    "[": test,
    ":": nothing,
    "true": nothing,
    "set": nothing,
    "mkdir": nothing,
    "chmod": nothing,
    "false": false,
    "ps": ps,
}

BUILT_IN: Final = frozenset(
    {"echo", "printf", "export", "unset", "cd", "pwd", "test", "[", ":", "true", "false", "set"}
)
"""Those of the shell itself, which take words of any length; the others are programs."""
BROUGHT: Final = frozenset({"curl", "wget", "ps", "redis-cli", "aws", "bash", "ash", "dash"})
"""Those that many images lack: they are there only where the image has the file."""
SEARCHING: Final = frozenset({"ls", "cp", "test", "["})
"""Those that may go through the names of all files."""
