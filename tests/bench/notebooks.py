"""The notebooks' run, and the bare notebooks it is compared with."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat

from tests.bench.measure import PYTHON, ROOT

SERVICES = ("ecs", "ecr", "ec2", "iam", "logs", "sts")
TABLE = "pandas.DataFrame({'cluster': ['adgu-cluster'], 'tasks': [1]})"


def originals() -> list[Path]:
    """The notebooks of the course, in its order."""
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def command(files: Iterable[Path], *, strict: bool = False) -> list[str]:
    """nbval over notebooks, as `make notebooks` runs it; `strict` with the course's own plugin."""
    plugin = ["-p", "tests.notebooks.plugin" if strict else "nbval.plugin"]
    sanitize = f"--nbval-sanitize-with={ROOT / 'tests/notebooks/sanitize.cfg'}"
    return [PYTHON, "-m", "pytest", "-q", *plugin, "--nbval", "--nbval-cell-timeout=60", sanitize,
            "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), *map(str, files)]  # fmt: skip


def make_bare(folder: Path, place: Any) -> list[Path]:
    """As many notebooks as the course has, each with imports, the same clients, and one table; run once."""
    clients = "\n".join(
        f"{name} = boto3.client('{name}', endpoint_url='{place.url}', region_name='{place.region}', "
        f"aws_access_key_id='{place.access_key}', aws_secret_access_key='{place.secret_key}')"
        for name in SERVICES
    )
    sources = ["import boto3, ipywidgets, pandas, ecslab", clients, TABLE]
    for original in originals():
        notebook = nbformat.v4.new_notebook()
        notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(_run(notebook), folder / original.name)
    return [folder / original.name for original in originals()]


def _run(notebook: Any) -> Any:
    from nbclient import NotebookClient

    return NotebookClient(notebook, timeout=120).execute()
