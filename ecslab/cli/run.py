"""`ecslab run`: the five stages without a notebook, with a display of where it is, ending with the page."""

import re
import sys
import time
from html import unescape

import click

from ecslab.course import STEPS, Step
from ecslab.display.printable import printable
from ecslab.display.tables import minutes
from ecslab.lab import Lab, connect
from ecslab.operations import verify
from ecslab.resources import task as tasks

STAGES = ("01", "02", "03", "04", "05")


@click.command()
@click.option("--fast", is_flag=True, help="Let time pass at once: the sandbox's clock is stepped.")
@click.option("--home", type=click.Path(file_okay=False), help="The folder of the sandbox's state.")
@click.option("--prefix", default="", help="Put this before every name.")
def run(fast: bool, home: str | None, prefix: str) -> None:
    """Do the five stages in the sandbox, from an empty account to the page.

    Nothing is removed afterwards; `ecslab cleanup` does that. Run it again, and what is there is kept.
    """
    with connect("sandbox", home=home, prefix=prefix, clock="stepped" if fast else None) as lab:
        began, virtual = time.monotonic(), lab.now()
        _solve(lab, [step for step in STEPS if step.stage in STAGES and not step.exercise])
        task = tasks.wait_until_running(lab, tasks.find(lab))
        reply = verify.page(lab, task)
        click.echo(f"\n{lab.url(verify.public_ip(lab, task))} answers {reply.status}:\n")
        click.echo(printable(plain_text(reply.text)))
        yours = f"{time.monotonic() - began:.1f} s on your clock"
        click.echo(f"\n{minutes(lab.now() - virtual)} of AWS time, {yours}.")


def plain_text(page: str) -> str:
    """A page as text: tags out, one line a block."""
    body = re.sub(r"(?is)<(style|script|title|head)\b.*?</\1>", "", page)
    lines = (" ".join(unescape(line).split()) for line in re.sub(r"<[^>]+>", "\n", body).splitlines())
    return "\n".join(f"  {line}" for line in lines if line)


def _solve(lab: Lab, steps: list[Step]) -> None:
    """Do the steps, with a bar that names the present one; a file gets a line when a step is done instead."""
    if not sys.stderr.isatty():
        for step in steps:
            step.solve(lab)
            _echo_done(step)
        return
    with click.progressbar(steps, item_show_func=_title, show_pos=True, file=sys.stderr) as bar:
        for step in bar:
            step.solve(lab)
    for step in steps:
        _echo_done(step)


def _echo_done(step: Step) -> None:
    click.echo(f"{click.style('✓', fg='green')} {_title(step)}", err=True)


def _title(step: Step | None) -> str:
    return f"{step.stage}  {step.title}" if step else ""
