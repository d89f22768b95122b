"""The command line, `ecslab`. Each command is imported when it is called, so that `--help` is quick."""

import importlib
import os
import sys
from typing import Any, Final

import click

COMMANDS: Final = {
    "lab": ("_cli_lab", "lab", "Open the notebooks in JupyterLab, on a copy of your own."),
    "run": ("_cli_run", "run", "Do the five stages here in the terminal, and end with the page."),
    "sandbox": ("_cli_sandbox", "sandbox", "Start, stop, look at and reset the sandbox; its clock."),
    "env": ("_cli_env", "env", "Print what points any AWS client at the sandbox."),
    "save": ("_cli_session", "save", "Write the sandbox, and how far you came, into one file."),
    "load": ("_cli_session", "load", "Go on from such a file, here or on another machine."),
    "preflight": ("_cli_preflight", "preflight", "Try everything that a class needs, before it is there."),
    "cleanup": ("_cli_cleanup", "cleanup", "Remove everything the lab made."),
    "binder": ("_cli_binder", "binder", "Print the Binder badge and link of this repository."),
}
"""Name: module, attribute in it, and the one line that `--help` shows."""


class Commands(click.Group):
    """A group whose commands are looked up in `COMMANDS`."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(f"ecslab.{module}"), attribute)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ecslab", prog_name="ecslab")
def cli() -> None:
    """A hands-on course in Amazon ECS, and a sandbox that behaves as ECS does.

    State is kept in ECSLAB_HOME, or in your own data folder if it is not set.
    """


def main(arguments: list[str] | None = None) -> Any:
    """Run `ecslab`; an error of ours ends in its message and exit code 1, never in a traceback."""
    try:
        return cli.main(arguments, prog_name="ecslab")
    except Exception as problem:
        if os.environ.get("ECSLAB_TRACEBACK") or not _is_ours(problem):
            raise
        click.secho(f"ecslab: {problem}", fg="red", err=True)
        sys.exit(1)


def _is_ours(problem: Exception) -> bool:
    return type(problem).__module__.partition(".")[0] == "ecslab"
