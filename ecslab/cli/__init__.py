"""The command line, `ecslab`: a module for each command, imported when called, so that `--help` is quick."""

import io
import os
import sys
from typing import Final

import click

from ecslab.display.printable import printable

COMMANDS: Final = {
    "lab": "Open the notebooks in JupyterLab, on a copy of your own.",
    "run": "Do the five stages here in the terminal, and end with the page.",
    "sandbox": "Start, stop, look at and reset the sandbox; its clock.",
    "env": "Print what points any AWS client at the sandbox.",
    "save": "Write the sandbox, and how far you came, into one file.",
    "load": "Go on from such a file, here or on another machine.",
    "preflight": "Try everything that a class needs, before it is there.",
    "cleanup": "Remove everything the lab made.",
    "binder": "Print the Binder badge and link of this repository.",
}
"""Each command's name, and the one line that `--help` shows."""


class Commands(click.Group):
    """A group whose commands are looked up in `COMMANDS`."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _command(cmd_name)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ecslab", prog_name="ecslab")
def cli() -> None:
    """A hands-on course in Amazon ECS, and a sandbox that behaves as ECS does.

    State is kept in ECSLAB_HOME, or in your own data folder if it is not set.
    """


def main(arguments: list[str] | None = None) -> object:
    """Run `ecslab`; an error of ours ends in its message and exit code 1, never in a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a file on Windows takes not every letter of a page
    try:
        return cli.main(arguments, prog_name="ecslab")
    except Exception as problem:
        if os.environ.get("ECSLAB_TRACEBACK") or not _is_ours(problem):
            raise
        click.secho(f"ecslab: {printable(str(problem))}", fg="red", err=True)
        sys.exit(1)


def _is_ours(problem: Exception) -> bool:
    return type(problem).__module__.partition(".")[0] == "ecslab"


def _command(name: str) -> click.Command | None:
    """The command of this name; None if there is none. Written out, so that the imports can be followed."""
    match name:
        case "binder":
            from ecslab.cli.binder import binder as command
        case "cleanup":
            from ecslab.cli.cleanup import cleanup as command
        case "env":
            from ecslab.cli.env import env as command
        case "lab":
            from ecslab.cli.lab import lab as command
        case "load":
            from ecslab.cli.session import load as command
        case "preflight":
            from ecslab.cli.preflight import preflight as command
        case "run":
            from ecslab.cli.run import run as command
        case "sandbox":
            from ecslab.cli.sandbox import sandbox as command
        case "save":
            from ecslab.cli.session import save as command
        case _:
            return None
    return command
