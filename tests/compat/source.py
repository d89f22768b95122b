"""moto's source distribution, which has its tests, at the version that the locks name."""

import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final

__all__ = ["LOCK", "fetch", "locked"]

LOCK: Final = Path(__file__).parents[2] / "workshop.lock"


def locked() -> str:
    """moto's locked version."""
    match = re.search(r"^moto==(\S+)", LOCK.read_text(), re.MULTILINE)
    assert match, f"{LOCK.name} names no version of moto"
    return match[1]


def fetch(cache: Path) -> Path:
    """The unpacked source distribution, in the folder `cache`; downloaded if it is not there yet.

    Raises:
        subprocess.CalledProcessError: pip cannot get it.
    """
    folder = cache / f"moto-{locked()}"
    archive = folder.with_name(f"{folder.name}.tar.gz")
    if not archive.exists():
        get = ("download", "--quiet", "--no-deps", "--no-binary", "moto", "--dest", str(cache))
        subprocess.run([sys.executable, "-m", "pip", *get, f"moto=={locked()}"], check=True)
    if not folder.exists():
        with tarfile.open(archive) as packed:
            wanted = [member for member in packed.getmembers() if "/tests/" in member.name]
            packed.extractall(cache, wanted, filter="data")
    return folder
