"""Each client in an environment of its own, in `.venv/clients`; what is there already is used again."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from .table import Client

__all__ = ["CACHE", "NotHere", "install"]

CACHE: Final = Path(__file__).parents[2] / ".venv" / "clients"
MINUTES: Final = 10
NPM: Final = ("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefix")


class NotHere(Exception):
    """The client cannot be had on this machine; says why."""


def install(client: Client) -> Path:
    """The folder of the client's environment, its commands in `bin`.

    Raises:
        NotHere: it cannot be had on this machine.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    if client.not_tried:
        raise NotHere(client.not_tried)
    if client.program:
        if shutil.which(client.program) is None:
            raise NotHere(f"no `{client.program}` on this machine; Debian's package is `{client.debian}`")
        return Path(shutil.which(client.program) or "").parents[1]
    wanted = " ".join(client.pip or client.npm)
    folder = CACHE / f"{client.name}-{hashlib.sha256(wanted.encode()).hexdigest()[:8]}"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _fetch(client, folder)
        (folder / "ready").touch()
    return folder


def _fetch(client: Client, folder: Path) -> None:
    if client.pip:
        _run(sys.executable, "-m", "venv", str(folder))
        _run(str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *client.pip)
        return
    if shutil.which("npm") is None:
        raise NotHere("no `npm` on this machine; Debian's package is `npm`")
    _run(*NPM, str(folder), *client.npm)
    (folder / "bin").symlink_to("node_modules/.bin")


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=MINUTES * 60)
    except (subprocess.SubprocessError, OSError) as error:
        raise NotHere(f"`{Path(command[0]).name}` could not install it here") from error
