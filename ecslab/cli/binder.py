"""`ecslab binder`: the Binder link and badge of this repository, read from its git remote."""

import re
import subprocess
from urllib.parse import quote

import click

from ecslab.errors import EcslabError

LAUNCH = "https://mybinder.org/v2"
OPENS = "lab/tree/my-ecslab/00-start.ipynb"
HOSTED = re.compile(
    r"(?:git@|ssh://git@|https?://(?:[^@/]+@)?)(github\.com|gitlab\.com)[:/](.+?)(?:\.git)?/?$"
)


def link(remote: str, ref: str = "HEAD") -> str:
    """The address that starts this course on mybinder.org.

    Args:
        remote: the address of the git remote, over SSH or HTTPS.
        ref: branch, tag or commit. Hosts other than GitHub and GitLab want one that is not HEAD.
    """
    hosted = HOSTED.match(remote)
    if hosted:
        kind, name = {"github.com": "gh", "gitlab.com": "gl"}[hosted[1]], hosted[2]
        source = f"{kind}/{name if kind == 'gh' else quote(name, safe='')}"
    else:
        source = f"git/{quote(re.sub(r'//[^@/]+@', '//', remote), safe='')}"
    return f"{LAUNCH}/{source}/{quote(ref, safe='')}?urlpath={quote(OPENS, safe='')}"


def _git(*arguments: str) -> str:
    try:
        run = subprocess.run(
            ["git", *arguments], capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    except FileNotFoundError as error:
        raise EcslabError(
            "git was not found. Install it, or give the address: ecslab binder --remote URL"
        ) from error
    return run.stdout.strip()


@click.command("binder")
@click.option(
    "--remote", help="Address of the public repository; the git remote of this folder unless given."
)
@click.option("--ref", default="HEAD", show_default=True, help="Branch, tag or commit to start from.")
def binder(remote: str | None, ref: str) -> None:
    """Print the link and the badge that start the course on Binder."""
    remote = remote or _git("remote", "get-url", "origin")
    if not remote:
        raise EcslabError(
            "This folder has no git remote named origin, so there is nothing Binder could fetch. "
            "Publish the repository first, or name it: ecslab binder --remote https://github.com/OWNER/NAME"
        )
    if "://" not in remote and "@" not in remote:
        raise EcslabError(f"The remote is {remote}, a folder of this machine. Binder needs a public address.")
    launch = link(remote, ref)
    click.echo(f"Link:  {launch}")
    click.echo(f"Badge: [![Binder]({LAUNCH.removesuffix('/v2')}/badge_logo.svg)]({launch})")
