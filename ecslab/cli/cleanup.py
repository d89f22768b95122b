"""`ecslab cleanup`: remove everything the lab made, from a bare terminal."""

import sys

import click

from ecslab.errors import EcslabError
from ecslab.lab import connect
from ecslab.operations import cleanup as stage


@click.command()
@click.option("--where", type=click.Choice(["sandbox", "aws"]), help="The sandbox, unless told otherwise.")
@click.option("--home", type=click.Path(file_okay=False), help="Where the lab's state is; else ECSLAB_HOME.")
@click.option("--profile", help="On AWS: a profile of the AWS configuration.")
@click.option("--region", help="On AWS: the Region; else the profile's.")
@click.option("--confirm", metavar="ACCOUNT", help="On AWS: the account id, where nobody can answer.")
@click.option("--prefix", default="", help="What the lab put before every name.")
@click.option("--owner", help="The value of the tag `ecslab`, for a ledger that was lost.")
@click.option("--for-good", is_flag=True, help="Delete INACTIVE task definitions, too.")
@click.option("--dry-run", is_flag=True, help="Show what would be removed, and change nothing.")
def cleanup(
    where: str | None,
    home: str | None,
    profile: str | None,
    region: str | None,
    confirm: str | None,
    prefix: str,
    owner: str | None,
    for_good: bool,
    dry_run: bool,
) -> None:
    """Remove everything the lab made, and print the receipt. Exit status 1: something is left."""
    try:
        with connect(where, home=home, profile=profile, region=region, confirm=confirm, prefix=prefix) as lab:
            click.echo(lab)
            if dry_run:
                click.echo(stage.plan(lab, owner))
                return
            receipt = stage.run(lab, owner, for_good=for_good)
    except (EcslabError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(receipt)
    sys.exit(0 if receipt.clean else 1)
