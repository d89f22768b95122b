"""What `make` runs to install, by a Python that only writes down what it is asked, in a difficult folder."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from pip._internal.commands import create_command

ROOT = Path(__file__).parents[2]
STUB = """#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word" >> asked; done
echo -- >> asked
"""
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose `.venv` is a stub."""
    folder = tmp_path / "Meine Kurse (Ü)"
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("Makefile", "requirements.lock", "workshop.lock", "pyproject.toml", "setup.py"):
        shutil.copy(ROOT / name, folder)
    for name in ("python", "ecslab"):
        (programs / name).write_text(STUB)
        (programs / name).chmod(0o755)
    return folder


def make(checkout, *words, **environment):
    """What it printed, and the commands that it gave the stubs."""
    env = {name: value for name, value in os.environ.items() if name not in ("CI", "MAKEFLAGS", "MAKELEVEL")}
    ran = subprocess.run(
        ["make", *words], cwd=checkout, env=env | environment, capture_output=True, text=True, check=True
    )
    commands = (checkout / "asked").read_text().split("--\n")[:-1]
    return ran.stdout, [command.splitlines() for command in commands]


def as_pip_reads(command):
    """Options and arguments of a pip command, read by pip itself."""
    assert command[:3] == ["-m", "pip", "--disable-pip-version-check"]
    words = [word for word in command[3:] if word != "--quiet"]
    return words[0], *create_command(words[0]).parse_args(words[1:])


def test_the_wheelhouse_holds_the_locked_wheels_and_ours(checkout):
    _, (locked, ours) = make(checkout, "wheelhouse")
    name, options, _ = as_pip_reads(locked)
    assert (name, options.download_dir, options.requirements) == (
        "download",
        "wheelhouse",
        ["requirements.lock"],
    )
    assert options.require_hashes
    assert options.format_control.only_binary == {":all:"}  # without internet there is nothing to build with
    name, options, folders = as_pip_reads(ours)
    assert (name, options.wheel_dir, options.ignore_dependencies, folders) == (
        "wheel",
        "wheelhouse",
        True,
        ["."],
    )


def test_the_readme_installs_from_it_without_an_index():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    line = text.partition("`python -m pip install --no-index")[2].partition("`")[0].split()
    options, packages = create_command("install").parse_args(["--no-index", *line])
    assert (options.no_index, options.find_links[-1], packages) == (True, "wheelhouse", ["ecslab"])


def test_installing_says_how_much_there_is_and_how_long_it_takes(checkout):
    output, (locked, ours) = make(checkout, ".venv/ready")
    pins = sum("==" in line for line in (ROOT / "requirements.lock").read_text().splitlines())
    assert f"Installing {pins} packages into .venv, this once: one to three minutes.\n" in output
    assert "--quiet" not in locked + ours  # pip says how far it is
    assert make(checkout, ".venv/ready")[0].endswith("is up to date.\n")


def test_where_nobody_looks_on_pip_says_only_what_goes_wrong(checkout):
    _, (locked, ours) = make(checkout, ".venv/ready", CI="true")
    assert "--quiet" in locked and "--quiet" in ours


def test_the_learners_folder_may_have_a_space(checkout):
    assert make(checkout, "lab", "FOLDER=my notebooks")[1][-1] == ["lab", "my notebooks"]
