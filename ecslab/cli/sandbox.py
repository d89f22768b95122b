"""`ecslab sandbox …`: the sandbox's process and its clock, from a terminal."""

from datetime import datetime
from typing import Final, TypedDict, cast

import click

from ecslab.cli.float_range import SPEED, FloatRange
from ecslab.display.aws_time import faster
from ecslab.display.tables import minutes as minutes_and_seconds
from ecslab.lab import home_folder
from ecslab.sandbox import process
from ecslab.sandbox.endpoint import Endpoint, SandboxError
from ecslab.sandbox.world.time.durations import MODELS

_EVENTUAL: Final = "see changes late, as on AWS (ecslab sandbox start --no-eventual ends it)"
_NOT_RUNNING: Final = "No sandbox runs here. Start one with: ecslab sandbox start"


class ClockState(TypedDict):
    """The clock, as a change of it is answered."""

    mode: str
    paused: bool
    rate: float
    time: float
    now: float
    note: str


@click.group()
def sandbox() -> None:
    """The sandbox: one local process that behaves as your AWS account."""


@sandbox.command()
@click.option("--speed", type=SPEED, help="Seconds of AWS time in one of yours; 10 at first.")
@click.option(
    "--clock", type=click.Choice(["paced", "stepped"]), help="Does time pass, or only when someone waits?"
)
@click.option(
    "--timing", type=click.Choice(MODELS), hidden=True, help="Durations of a new one: drawn, or of 0.1.0."
)
@click.option(
    "--eventual/--no-eventual", default=None, help="Are changes seen late, as on AWS? Not at first."
)
def start(speed: float | None, clock: str | None, timing: str | None, eventual: bool | None) -> None:
    """Start it; if it runs, set its speed, and whether changes are seen late."""
    endpoint = process.ensure(home_folder(), mode=clock, speed=speed, timing=timing, eventual=eventual)
    _show(endpoint)


@sandbox.command()
def stop() -> None:
    """Stop it. Nothing is lost: the next start brings everything back."""
    click.echo("Stopped. Everything in it was kept." if process.stop(home_folder()) else _NOT_RUNNING)


@sandbox.command()
def status() -> None:
    """Say where it is, and what its clock shows. Exit code 1 if it does not run."""
    _show(_running())


@sandbox.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Forget everything that was made in it, also where that keeps it from starting."""
    if not yes:
        click.confirm("Everything made in the sandbox will be gone. Go on?", abort=True)
    process.reset(home_folder())
    click.echo("The sandbox is empty.")


@sandbox.command()
def pause() -> None:
    """Let its clock stand, so that a class can look at a task halfway."""
    _clock(paused=True)


@sandbox.command()
def resume() -> None:
    """Let its clock go on."""
    _clock(paused=False)


@sandbox.command()
def step() -> None:
    """Go to the next thing that happens, an hour ahead at most, and stop there."""
    if note := _clock(paused=True, step=True)["note"]:
        click.echo(note)


@sandbox.command()
@click.argument("minutes", type=FloatRange(0, 7 * 24 * 60), default=5)
def skip(minutes: float) -> None:
    """Let MINUTES of AWS time pass at once (5 unless you say otherwise)."""
    _running().control("advance", seconds=60 * minutes)
    _clock()


@sandbox.command()
def images() -> None:
    """List the public images that it has without internet."""
    for image in process.ensure(home_folder()).control("images")["images"]:
        click.echo(f"{image['reference']:<48}{image['description']}")


def _running() -> Endpoint:
    endpoint = process.find(home_folder())
    if not isinstance(endpoint, Endpoint):
        raise SandboxError(_NOT_RUNNING)
    return endpoint


def _clock(**change: bool) -> ClockState:
    clock = cast(ClockState, _running().control("clock", **change))
    click.echo(_in_words(clock))
    return clock


def _show(endpoint: Endpoint) -> None:
    status = endpoint.control("status")
    rows = {
        "address": endpoint.url,
        "gateway": endpoint.gateway_url,
        "account": f"{status['account']} in {status['region']}",
        "clock": _in_words(status["clock"]),
        **({"reads": _EVENTUAL} if status["eventual"] else {}),
        "state": f"{status['home']} ({status['position']} records)",
        "process": f"{status['pid']}, ecslab {status['version']}",
    }
    for name, value in rows.items():
        click.echo(f"{name:<9}{value}")
    for notice in dict.fromkeys((*endpoint.notices, *status["notices"])):
        click.secho(notice, fg="yellow", err=True)


def _in_words(clock: ClockState) -> str:
    if clock["mode"] == "stepped":
        how = "time passes only when someone waits"
    elif clock["paused"]:
        how = "paused"
    else:
        how = faster(clock["rate"])
    shown = datetime.fromtimestamp(clock["time"]).strftime("%H:%M:%S")
    return f"AWS time {shown}, {minutes_and_seconds(clock['now'])} since the beginning; {how}"
