"""Packages that good engineers hold up, to compare with: fetched from the index on request, and kept."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.house.source import Package

NAMES: Final = {"h11": "h11", "simpy": "simpy", "anywidget": "anywidget", "cloudpathlib": "cloudpathlib"}
"""Name in the index: the package in it."""
FOLDER: Final = Path(".venv/peers")


def fetch() -> list[Package]:
    """The peers, installed without what they need into a folder of their own, unless they are there."""
    missing = [name for name, package in NAMES.items() if not (FOLDER / package).is_dir()]
    if missing:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", "--target", str(FOLDER), *missing], check=True)
    return [Package(FOLDER / package) for package in NAMES.values()]
