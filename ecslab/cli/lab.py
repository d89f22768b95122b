"""`ecslab lab`: the learner's copy of the notebooks, opened in JupyterLab."""

import secrets
from pathlib import Path

import click

from ecslab.cli.float_range import SPEED
from ecslab.lab import home_folder
from ecslab.sandbox import process
from ecslab.sandbox.lifetime import STARTED_FOR, idle_stop
from ecslab.workshop import folders, jupyter, learner_copy


@click.command("lab", context_settings={"ignore_unknown_options": True})
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=learner_copy.FOLDER)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of JupyterLab; the first free one from 8888 on."
)
@click.option("--no-browser", is_flag=True, help="Print the address and open no browser.")
@click.option("--large", is_flag=True, help="Large type, for a projector; your own JupyterLab settings rest.")
@click.option("--speed", type=SPEED, help="Seconds of AWS time in one of yours; 10 at first.")
@click.option("--copy-only", is_flag=True, help="Make or update the copy, and stop there.")
@click.argument("jupyter_options", nargs=-1, type=click.UNPROCESSED)
def lab(
    folder: Path, port: int | None, no_browser: bool, large: bool, speed: float | None, copy_only: bool,
    jupyter_options: tuple[str, ...],
) -> None:  # fmt: skip
    """Open the notebooks in JupyterLab.

    They are copied to FOLDER (my-ecslab unless you name another). Run it again whenever you like: what you
    edited is never overwritten. Options after FOLDER go to JupyterLab, such as --ServerApp.ip=0.0.0.0 in a
    container.

    When it ends, the sandbox that its notebooks started is stopped too. A kernel that nobody uses for
    ECSLAB_IDLE_STOP (seconds, or 90m, or 4h, which it is unless you say otherwise) is ended.
    """
    home, idle = home_folder(), idle_stop()
    if not copy_only:
        folders.require_state(home)
    copied = learner_copy.copy_to(folder)
    if text := copied.text():
        click.echo(text)
    if copy_only:
        return
    port = port or jupyter.free_port()
    token = jupyter.new_token()
    browser = not no_browser and jupyter.can_open_browser()
    click.echo(f"JupyterLab: {jupyter.address(port, token)}")
    click.echo("Stop it with Ctrl-C, here. Your notebooks and the sandbox keep what you did.")
    command = jupyter.command(
        copied.folder, port=port, token=token, browser=browser, more=jupyter_options, idle=idle
    )
    env = jupyter.environment(jupyter.large_type(home) if large else None, home)
    if speed is not None:
        env["ECSLAB_SPEED"] = str(speed)
    env[STARTED_FOR] = started_for = secrets.token_hex(8)
    try:
        code = jupyter.run(command, env)
    finally:
        process.stop_if_for(home, started_for)
    raise SystemExit(code)
