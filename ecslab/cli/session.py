"""`ecslab save` and `ecslab load`: the sandbox's session as one file, from a bare terminal."""

from collections.abc import Callable

import click

from ecslab.errors import EcslabError
from ecslab.lab import Lab, connect
from ecslab.operations import session

_FILE = click.argument("file", type=click.Path(dir_okay=False), default="my-lab.ecslab")


@click.command()
@_FILE
def save(file: str) -> None:
    """Write everything made in the sandbox, and how far you came, into FILE (my-lab.ecslab)."""
    _echo(lambda lab: session.save(lab, file))


@click.command()
@_FILE
def load(file: str) -> None:
    """Put what is in FILE in place of what is in the sandbox, which is kept in a file beforehand."""
    _echo(lambda lab: session.load(lab, file))


def _echo(do: Callable[[Lab], session.Note]) -> None:
    try:
        with connect("sandbox") as lab:
            click.echo(do(lab))
    except EcslabError as error:
        raise click.ClickException(str(error)) from None
