"""The Binder link comes from the git remote, whatever form it has."""

import pytest
from click.testing import CliRunner

from ecslab.cli.binder import binder, link
from ecslab.errors import EcslabError

OPENS = "urlpath=lab%2Ftree%2Fmy-ecslab%2F00-start.ipynb"


@pytest.mark.parametrize(
    ("remote", "source"),
    [
        ("https://github.com/ann/ecslab.git", "gh/ann/ecslab"),
        ("git@github.com:ann/ecslab.git", "gh/ann/ecslab"),
        ("ssh://git@github.com/ann/ecslab", "gh/ann/ecslab"),
        ("https://x:secret@github.com/ann/ecslab", "gh/ann/ecslab"),
        ("https://gitlab.com/group/sub/ecslab.git", "gl/group%2Fsub%2Fecslab"),
        ("https://x:secret@codeberg.org/ann/ecslab", "git/https%3A%2F%2Fcodeberg.org%2Fann%2Fecslab"),
    ],
)
def test_link(remote, source):
    assert link(remote) == f"https://mybinder.org/v2/{source}/HEAD?{OPENS}"


def test_badge_and_link_are_printed():
    printed = CliRunner().invoke(binder, ["--remote", "https://github.com/ann/ecslab", "--ref", "v1"]).output
    launch = f"https://mybinder.org/v2/gh/ann/ecslab/v1?{OPENS}"
    assert printed == f"Link:  {launch}\nBadge: [![Binder](https://mybinder.org/badge_logo.svg)]({launch})\n"


def test_a_remote_that_is_a_folder_cannot_be_launched():
    error = CliRunner().invoke(binder, ["--remote", "/srv/git/ecslab"]).exception
    assert isinstance(error, EcslabError)
    assert (
        str(error)
        == "The remote is /srv/git/ecslab, a folder of this machine. Binder needs a public address."
    )
