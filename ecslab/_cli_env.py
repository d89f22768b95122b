"""`ecslab env`: what points any AWS client, docker and curl at the sandbox."""

import os
from pathlib import Path
from typing import Final

import click

from ecslab.lab import home_folder
from ecslab.sandbox import process
from ecslab.sandbox.endpoint import Endpoint

UNSET: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE")
"""What would lead a client elsewhere, or spoil the signature."""


@click.command()
@click.option(
    "--shell", type=click.Choice(["sh", "fish", "powershell"]), help="Whose spelling; else the one you use."
)
def env(shell: str | None) -> None:
    """Print what points any AWS client at the sandbox. In a terminal: eval "$(ecslab env)"

    fish: ecslab env | source. PowerShell: ecslab env | Out-String | Invoke-Expression.
    """
    endpoint = process.ensure(home_folder())
    for notice in endpoint.notices:
        click.secho(notice, fg="yellow", err=True)
    click.echo(script(endpoint, shell or _own_shell()))


def script(endpoint: Endpoint, shell: str) -> str:
    """The commands, in the spelling of `sh`, `fish` or `powershell`."""
    forms = {
        "sh": ("export {}='{}'", "unset {}"),
        "fish": ("set -gx {} '{}'", "set -e {}"),
        "powershell": ("$Env:{} = '{}'", "Remove-Item Env:{} -ErrorAction SilentlyContinue"),
    }
    put, drop = forms[shell]
    lines = [put.format(name, value) for name, value in variables(endpoint).items()]
    return "\n".join([*(drop.format(name) for name in UNSET), *lines])


def variables(endpoint: Endpoint) -> dict[str, str]:
    """Name and value of each variable."""
    return {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": endpoint.access_key,
        "AWS_SECRET_ACCESS_KEY": endpoint.secret_key,
        "AWS_REGION": endpoint.region,
        "AWS_DEFAULT_REGION": endpoint.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "ECR_REGISTRY": endpoint.host,
        "ECSLAB_GATEWAY": endpoint.proxy,
    }


def _own_shell() -> str:
    if os.name == "nt":
        return "powershell"
    return "fish" if Path(os.environ.get("SHELL", "")).name == "fish" else "sh"
