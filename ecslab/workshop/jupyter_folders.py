"""JupyterLab's own folders. Those that cannot be written to are replaced by folders below the lab's home."""

import os
from pathlib import Path
from typing import Final, NamedTuple

from ecslab.workshop.folders import obstacle


class JupyterFolder(NamedTuple):
    """A folder that JupyterLab or a kernel writes to.

    Attributes:
        name: of the folder that takes its place.
        variable: the environment variable that moves it.
        search: the variable that lists where else is read, so that what is in the old one still counts.
        path: where it is.
    """

    name: str
    variable: str
    search: str
    path: Path


_LISTED: Final = (
    ("runtime", "JUPYTER_RUNTIME_DIR", ""),
    ("config", "JUPYTER_CONFIG_DIR", "JUPYTER_CONFIG_PATH"),
    ("data", "JUPYTER_DATA_DIR", "JUPYTER_PATH"),
    ("ipython", "IPYTHONDIR", ""),
)


def listed() -> list[JupyterFolder]:
    """All of them, where Jupyter looks for them now."""
    from jupyter_core import paths

    ipython = os.environ.get("IPYTHONDIR") or Path.home() / ".ipython"
    where = {
        "runtime": paths.jupyter_runtime_dir(), "config": paths.jupyter_config_dir(),
        "data": paths.jupyter_data_dir(), "ipython": ipython,
    }  # fmt: skip
    return [
        JupyterFolder(name, variable, search, Path(where[name]).expanduser())
        for name, variable, search in _LISTED
    ]


def made(home: Path) -> dict[str, str]:
    """As `replaced`, and the folders are there: IPython takes none within a folder that is yet to be made."""
    variables = replaced(home)
    for name, variable, _ in _LISTED:
        if variable in variables:
            (_below(home) / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    return variables


def replaced(home: Path) -> dict[str, str]:
    """The environment variables that put folders below `home` in place of those that cannot be written to."""
    variables: dict[str, str] = {}
    for folder in listed():
        if obstacle(folder.path) is None:
            continue
        variables[folder.variable] = str(_below(home) / folder.name)
        if folder.search:
            paths = [os.environ.get(folder.search), str(folder.path)]
            variables[folder.search] = os.pathsep.join(filter(None, paths))
    return variables


def _below(home: Path) -> Path:
    return home.expanduser().absolute() / "jupyter"
