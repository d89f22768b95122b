"""The sandbox's throw-away key: made once a home, in a file that only its owner reads."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from ecslab.sandbox import whole_file

ACCOUNT = "123456789012"
REGION = "us-east-1"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Key pair, the gateway's secret path part, and the secret from which issued keys are derived."""

    access_key: str
    secret_key: str
    gateway_secret: str

    @staticmethod
    def fresh() -> "Credentials":
        key = "AKIA" + "".join(secrets.choice(_LETTERS) for _ in range(16))
        return Credentials(key, secrets.token_urlsafe(30), secrets.token_urlsafe(16))


def load(folder: Path) -> Credentials:
    """The credentials kept in `folder` (`<home>/sandbox`), made if there are none.

    The file has mode 0600; one that others may read is made anew, for its secret is no secret any more.
    """
    try:
        return read(folder)
    except (FileNotFoundError, ValueError, TypeError):
        return _write(folder / "credentials.json", Credentials.fresh())


def read(folder: Path) -> Credentials:
    """The credentials kept in `folder`.

    Raises:
        FileNotFoundError, ValueError, TypeError: there are none, others may read them, or they are damaged.
    """
    path = folder / "credentials.json"
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise ValueError("readable by others")
    return Credentials(**json.loads(path.read_text("utf-8")))


def _write(path: Path, credentials: Credentials) -> Credentials:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    whole_file.write(path, json.dumps(asdict(credentials)).encode())
    return credentials
