"""One client at work, against a sandbox that is started for it and ends with it."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .installation import CACHE, install
from .table import SCENARIOS, Client, Step

__all__ = ["Outcome", "judge", "play"]

SPEED: Final = "60"
PATIENCE: Final = 420.0
"""Seconds for one step: a stable service takes minutes where a client asks every 15 seconds."""
NOT_CARRIED: Final = "does not carry"
PRELUDE: Final = """set -euo pipefail
eval "$(ecslab env --shell sh)"
keep() { printf '%s=%q\\n' "$1" "$2" >> "$HOME/kept"; printf -v "$1" %s "$2"; }
touch "$HOME/kept"; . "$HOME/kept"
"""
"""What each step begins with: the sandbox's variables, and those that earlier steps kept."""


@dataclass(frozen=True)
class Outcome:
    """What became of a step: `works`, `refused` or `gap`; the sentence where it did not work."""

    kind: str
    does: str
    sentence: str = ""


def play(client: Client) -> tuple[str, list[Outcome]]:
    """The client's version, and what became of its steps. `.venv/clients/<name>.log` keeps all that it said.

    Raises:
        NotHere: it cannot be had on this machine.
    """
    environment = install(client)
    with tempfile.TemporaryDirectory(prefix="ecslab-clients-") as home, _sandbox(home, environment) as shell:
        version = _version(_bash(shell, client.version)[1]) if client.version else ""
        log = CACHE / f"{client.name}.log"
        log.unlink(missing_ok=True)
        return version, list(_outcomes(client.steps(), shell, log))


def _outcomes(steps: list[Step], shell: dict[str, str], log: Path) -> Iterator[Outcome]:
    for step in steps:
        code, output = _bash(shell, step.run)
        with log.open("a") as lines:
            lines.write(f"--- {step.does}\n{step.run}--- {code}\n{output}\n")
        outcome = judge(step, code, _without_places(output, shell))
        sys.stdout.write(f"  {outcome.kind:8}{step.does}{outcome.sentence and ': ' + outcome.sentence}\n")
        sys.stdout.flush()
        yield outcome


def judge(step: Step, code: int | None, output: str) -> Outcome:
    """What a step that ended with `code` (None: not in time) shows of the sandbox."""
    if code == 0:
        accepted = "was accepted, and AWS or the sandbox has to refuse it"
        return Outcome("gap", step.does, accepted) if step.refused else Outcome("works", step.does)
    sentence = _sentence(output, step.refused or NOT_CARRIED)
    if code is None:
        return Outcome("gap", step.does, f"did not end in {PATIENCE:.0f} seconds. {sentence}".strip())
    expected = step.refused or NOT_CARRIED
    return Outcome("refused" if expected in sentence else "gap", step.does, sentence)


def _sentence(output: str, wanted: str) -> str:
    """The line that has the wanted words; else the last that says anything."""
    lines = [line.strip() for line in output.splitlines() if re.search(r"[a-z]{3}", line)]
    telling = [line for line in lines if wanted in line] or lines[-1:] or ["no word"]
    around = re.search(rf"[^.:;]*{re.escape(wanted)}(?:[^.:]|:(?! ))*\.?", telling[0])
    return (around[0] if around else telling[0]).strip()[:240]


def _version(output: str) -> str:
    match = re.search(r"\d+(\.\d+)+", output)
    return match[0] if match else ""


def _without_places(output: str, shell: dict[str, str]) -> str:
    """Without what differs from machine to machine and from run to run."""
    for place in (shell["HOME"], shell["CLIENT"], str(SCENARIOS)):
        output = output.replace(place, "…")
    output = re.sub(r"\x1b\[[0-9;]*m", "", output)
    return re.sub(r"(https?://)?(127\.0\.0\.1|localhost):\d+", "the sandbox", output)


@contextmanager
def _sandbox(home: str, environment: Path) -> Iterator[dict[str, str]]:
    """A sandbox with its state below `home`; the environment of the shells that talk to it."""
    tools = Path(home) / "tools"
    tools.mkdir()
    for command in ("ecslab", "aws"):
        (tools / command).symlink_to(Path(sys.prefix) / "bin" / command)
    path = [str(environment / "bin"), str(tools), "/usr/bin", os.environ["PATH"]]
    shell = {name: value for name, value in os.environ.items() if name in ("LANG", "TERM")}
    shell |= {"PATH": os.pathsep.join(path), "HOME": home, "ECSLAB_HOME": f"{home}/ecslab"}
    shell |= {"SCENARIOS": str(SCENARIOS), "CLIENT": str(environment)}
    shell |= {"NODE_PATH": str(environment / "node_modules"), "NODE_NO_WARNINGS": "1"}
    shell |= {"PYTHONPATH": "", "XDG_RUNTIME_DIR": home, "LC_ALL": "C.UTF-8", "AWS_PAGER": ""}
    start = [tools / "ecslab", "sandbox", "start", "--speed", SPEED]
    subprocess.run(start, env=shell, check=True, capture_output=True)
    try:
        yield shell
    finally:
        subprocess.run([tools / "ecslab", "sandbox", "stop"], env=shell, check=False, capture_output=True)


def _bash(shell: dict[str, str], script: str) -> tuple[int | None, str]:
    """Exit code and output of a piece of shell; no code if it did not end in time."""
    command = ["bash", "-c", PRELUDE + script]
    try:
        done = subprocess.run(
            command, env=shell, cwd=shell["HOME"], capture_output=True, text=True, errors="replace",
            timeout=PATIENCE, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode(errors="replace")
    return done.returncode, done.stdout + done.stderr
