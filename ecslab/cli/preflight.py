"""`ecslab preflight`: is everything here that a class needs?"""

import click

from ecslab.display.printable import printable
from ecslab.lab import connect
from ecslab.workshop import preflight as checks


@click.command()
@click.option("--aws", is_flag=True, help="Look at a real account too, by calls that read.")
@click.option("--profile", help="With --aws: the profile of the AWS configuration.")
@click.option("--region", help="With --aws: the Region.")
def preflight(aws: bool, profile: str | None, region: str | None) -> None:
    """Try what the course needs, here, before the class is there. Exit code 1 if something is amiss.

    Your own sandbox and notebooks are left alone: what is tried, is tried in a folder that is then removed.
    """
    amiss = 0
    click.echo("Some seconds: a kernel and a sandbox are started, used, and stopped.")
    for finding in checks.here():
        amiss += _echo(finding)
    if aws:
        with connect("aws", profile=profile, region=region) as lab:
            for finding in checks.account(lab):
                amiss += _echo(finding)
    click.echo("All is well." if not amiss else f"{amiss} to put right.")
    raise SystemExit(1 if amiss else 0)


def _echo(finding: checks.Finding) -> bool:
    mark = click.style("ok  ", fg="green") if finding.fine else click.style("no  ", fg="red")
    click.echo(f"{mark}{finding.what:<12} {printable(finding.seen)}")
    if not finding.fine and finding.next:
        click.echo(f"    {'':<12} next: {printable(finding.next)}")
    return not finding.fine
