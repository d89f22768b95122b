"""A learner's terminal: bash, pointed at a sandbox by `ecslab env`, with the real AWS CLI."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecslab.sandbox.endpoint import Endpoint

BIN = Path(sys.executable).parent
VIRTUAL_SLEEP = Path(__file__).with_name("virtual_sleep")


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code, what it printed, what it complained of."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)

    def refused(self, code: str, message: str) -> bool:
        """Whether AWS's error with this code, and these words to the letter, is all that came back."""
        assert self.code in (254, 255), self.out
        assert f"({code})" in self.err, self.err
        assert self.err.rstrip().endswith(f"operation: {message}"), self.err
        return True


class Terminal:
    """Commands on one sandbox, each in its own shell.

    Args:
        endpoint: the sandbox, with a stepped clock.
        home: ECSLAB_HOME.
        user: HOME, the learner's own; nothing may be written there.
    """

    def __init__(self, endpoint: Endpoint, home: Path, user: Path):
        self.endpoint = endpoint
        self._environment = {
            "PATH": f"{BIN}:/usr/bin:/bin", "HOME": str(user), "ECSLAB_HOME": str(home), "LC_ALL": "C.UTF-8",
            "AWS_PAGER": "",
        }  # fmt: skip
        result = self.run('eval "$(ecslab env --shell sh)" && env -0')
        assert result.code == 0, result.err
        self._environment = dict(pair.split("=", 1) for pair in result.out.split("\0") if "=" in pair)

    def run(self, command: str, typed: str = "", **variables: str) -> Said:
        """One command, as written. `{NAME}` of a lesson stands in `variables`, as `$NAME`."""
        ran = subprocess.run(
            ["bash", "-c", command], input=typed, env=self._environment | variables, capture_output=True,
            text=True, check=False, timeout=60,
        )  # fmt: skip
        return Said(ran.returncode, ran.stdout, ran.stderr)

    def wait(self, command: str) -> Said:
        """One `aws ... wait`: between two polls it sleeps in virtual time."""
        return self.run(command, PYTHONPATH=str(VIRTUAL_SLEEP))

    def pass_time(self, seconds: float) -> None:
        self.endpoint.control("advance", seconds=seconds)

    def page(self, host: str) -> str:
        """What a browser on the internet gets from there, or why it gets nothing."""
        return self.run(f'curl -s -x "$ECSLAB_GATEWAY" http://{host}/').out
