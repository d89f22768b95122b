"""`ecslab env`: what points any AWS client, docker and curl at the sandbox."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import click

from ecslab.lab import home_folder
from ecslab.sandbox import process
from ecslab.sandbox.endpoint import Endpoint
from ecslab.workshop import proxies

UNSET: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")
"""What would make a client use another key."""
_SPELLING: Final = {
    "sh": ("export {}='{}'", "unset {}", 'aws() {{ command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }}'),
    "fish": (
        "set -gx {} '{}'",
        "set -e {}",
        "function aws; command aws --endpoint-url $AWS_ENDPOINT_URL $argv; end",
    ),
    "powershell": (
        "$Env:{} = '{}'",
        "Remove-Item Env:{} -ErrorAction SilentlyContinue",
        "function aws {{ & (Get-Command aws -CommandType Application)[0] "
        "--endpoint-url $Env:AWS_ENDPOINT_URL @args }}",
    ),
}
"""How each shell sets a variable, drops one, and lets `aws` take the endpoint as an option."""
_QUOTE: Final = {"sh": {"'": r"'\''"}, "fish": {"\\": r"\\", "'": r"\'"}, "powershell": {"'": "''"}}
"""What each shell writes for these characters between single quotes."""
_READS_ENDPOINT: Final = {1: (1, 29, 0), 2: (2, 13, 0)}
"""The first `aws` of each major version that reads AWS_ENDPOINT_URL, by the SDK reference guide."""


@click.command()
@click.option(
    "--shell", type=click.Choice(["sh", "fish", "powershell"]), help="Whose spelling; else the one you use."
)
def env(shell: str | None) -> None:
    """Print what points any AWS client at the sandbox. In a terminal: eval "$(ecslab env)"

    fish: ecslab env | source. PowerShell: ecslab env | Out-String | Invoke-Expression.
    """
    home = home_folder()
    endpoint = process.ensure(home)
    for notice in endpoint.notices:
        click.secho(notice, fg="yellow", err=True)
    old = _old_client()
    if old:
        click.secho(
            f"This terminal's aws is {old}, which does not read AWS_ENDPOINT_URL yet; "
            "from now on `aws` here is a shell function that passes it.",
            fg="yellow",
            err=True,
        )
    click.echo(script(endpoint, home, shell or _own_shell(), wrap=bool(old)))


def script(endpoint: Endpoint, home: Path, shell: str, *, wrap: bool = False) -> str:
    """The commands, in the spelling of `sh`, `fish` or `powershell`.

    Args:
        home: ECSLAB_HOME, which keeps the client's configuration too.
        wrap: make `aws` a function that passes the endpoint as an option.
    """
    put, drop, function = _SPELLING[shell]
    quote = str.maketrans(_QUOTE[shell])
    lines = [drop.format(name) for name in UNSET]
    lines += [put.format(name, value.translate(quote)) for name, value in variables(endpoint, home).items()]
    return "\n".join([*lines, *([function.format()] if wrap else [])])


def variables(endpoint: Endpoint, home: Path) -> dict[str, str]:
    """Name and value of each variable.

    The configuration files are the sandbox's own: `aws configure` here cannot touch the learner's, and
    nothing that the learner configured (an endpoint, an output format, a role) changes what the lesson shows.
    """
    configuration = home.absolute() / "aws"
    return {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_ACCESS_KEY_ID": endpoint.access_key,
        "AWS_SECRET_ACCESS_KEY": endpoint.secret_key,
        "AWS_REGION": endpoint.region,
        "AWS_DEFAULT_REGION": endpoint.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",  # Cloud Map asks at a host of its own, `data-…`
        "AWS_CONFIG_FILE": str(configuration / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(configuration / "credentials"),
        "ECR_REGISTRY": endpoint.host,
        "ECSLAB_GATEWAY": endpoint.proxy,
        **proxies.bypass(os.environ),
    }


def _old_client() -> str | None:
    """The version of the `aws` on the PATH, if it is too old to read AWS_ENDPOINT_URL."""
    program = shutil.which("aws")
    if program is None:
        return None
    run = subprocess.run(
        [program, "--version"], capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    match = re.search(r"aws-cli/(\d+)\.(\d+)\.(\d+)", run.stdout + run.stderr)
    if match is None:
        return None
    version = tuple(map(int, match.groups()))
    return None if version >= _READS_ENDPOINT.get(version[0], version) else match[0].partition("/")[2]


def _own_shell() -> str:
    if os.name == "nt":
        return "powershell"
    return "fish" if Path(os.environ.get("SHELL", "")).name == "fish" else "sh"
