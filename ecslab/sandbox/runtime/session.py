"""A session in a container: a command on a terminal of its own, beside the container's program."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ecslab.sandbox.runtime.image_config import combined_environment, image_config
from ecslab.sandbox.runtime.job import Job, Quiet
from ecslab.sandbox.runtime.process import Process, dies
from ecslab.sandbox.runtime.program_errors import Interrupted
from ecslab.sandbox.runtime.terminal import Terminal

Done = Callable[[int], None]


class Session(Job):
    """A command on a terminal: same files and network as the container's program, whose budget it shares.

    Args:
        process: the container's.
        argv: the command.
        show: takes what appears on the terminal.
        done: gets its exit code, once, maybe before `begin` answers.
    """

    __slots__ = ("_done", "_terminal")

    def __init__(self, process: Process, argv: Sequence[str], show: Callable[[str], None], done: Done):
        self._done, self._terminal = done, Terminal(show)
        files, spec = process.files.view(), process.spec
        files.directory = spec.working_directory or image_config(spec).get("WorkingDir") or "/"
        own = replace(
            process, argv=list(argv), files=files, host=_Shown(process.host, self._terminal), on_term=dies,
            environment=_environment(process), budget=process.budget.beside(), terminal=self._terminal,
        )  # fmt: skip
        super().__init__(own)

    def type(self, data: bytes) -> None:
        """Take what is typed."""
        for event in self._terminal.typed(data):
            if event == "interrupt":
                self._interrupt()
            elif self._terminal.reading:
                self.advance()

    def resize(self, columns: int, rows: int) -> None:
        """Take the size of the terminal."""
        self._terminal.columns, self._terminal.rows = columns, rows

    @property
    def reading(self) -> bool:
        """Whether it waits for a line, and so does nothing by itself."""
        return self._terminal.reading

    def cancel(self) -> None:
        """End it without a word."""
        self.drop()

    def _interrupt(self) -> None:
        run = self._run
        if run is not None:
            if self._timer:
                self._timer.cancel()
            self.go_on(lambda: run.throw(Interrupted()))

    def ended(self, code: int, reason: str | None) -> None:
        if reason:
            self._terminal.write_line(reason)
        self._done(code)


def _environment(process: Process) -> dict[str, str]:
    """The container's variables, with two of Session Manager's agent (`shell_unix.go`)."""
    own = combined_environment(process.spec, process.host.hostname())
    return {"TERM": "xterm-256color", "LANG": "C.UTF-8"} | own


class _Shown(Quiet):
    """A host whose log is a terminal."""

    __slots__ = ("_terminal",)

    def __init__(self, host: object, terminal: Terminal):
        super().__init__(host)  # type: ignore[arg-type]  # the container's own
        self._terminal = terminal

    def log(self, line: str) -> None:
        self._terminal.write_line(line)
