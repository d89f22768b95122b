"""What `pip install .` brings: the notebooks, and every file that is not Python."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATED = {"__pycache__"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> set[str]:
    """The names in a wheel built from a copy, so that the checkout stays as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("ecslab", "notebooks"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns(*GENERATED))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    run = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, source],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return set(zipfile.ZipFile(next(folder.glob("*.whl"))).namelist())


def test_every_file_of_the_package_is_in_the_wheel(installed):
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "ecslab").rglob("*")
        if path.is_file() and not GENERATED & set(path.parts)
    }
    assert wanted - installed == set()


def test_the_notebooks_travel_inside_the_package(installed):
    wanted = {f"ecslab/_notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert wanted
    assert wanted - installed == set()
    assert "ecslab/_notebooks/glossary.md" in installed
