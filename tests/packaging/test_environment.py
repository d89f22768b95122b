"""environment.yml, the locks and pyproject.toml say the same."""

import os
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())
PYTHONS = ("3.11", "3.12", "3.13")
SYSTEMS = (("posix", "linux", "Linux"), ("posix", "darwin", "Darwin"), ("nt", "win32", "Windows"))
PINNED = re.compile(r"^(?P<requirement>[\w.-]+==\S+(?: ;[^\\]+)?)", re.MULTILINE)


def requirements(group: str | None) -> list[Requirement]:
    more = PROJECT["dependency-groups"][group] if group else []
    return [Requirement(text) for text in PROJECT["project"]["dependencies"] + more]


def locked(name: str, machine: dict[str, str] | None = None) -> dict[str, Version]:
    """The version of each package that `machine`, or this one, would install from a lock."""
    pins = (Requirement(m["requirement"].strip()) for m in PINNED.finditer((ROOT / name).read_text()))
    return {
        canonicalize_name(pin.name): Version(str(pin.specifier).removeprefix("=="))
        for pin in pins
        if pin.marker is None or pin.marker.evaluate(machine)
    }


def test_conda_gives_python_and_pip_and_no_more():
    assert ENVIRONMENT["channels"] == ["conda-forge"]
    *conda, rest = ENVIRONMENT["dependencies"]
    assert conda == [f"python={PROJECT['tool']['mypy']['python_version']}", "pip"]
    assert list(rest) == ["pip"]


def test_pip_gives_what_pyproject_asks_for():
    assert ENVIRONMENT["dependencies"][-1]["pip"] == PROJECT["project"]["dependencies"]


@pytest.mark.skipif("CI" not in os.environ, reason="on a developer's machine any Python from 3.11 on will do")
def test_ci_runs_on_the_python_that_environment_names():
    assert ENVIRONMENT["dependencies"][0] == f"python={sys.version_info[0]}.{sys.version_info[1]}"


def test_binder_reads_the_same_environment():
    assert (ROOT / "binder/environment.yml").read_bytes() == (ROOT / "environment.yml").read_bytes()


@pytest.mark.parametrize(("lock", "group"), [("requirements.lock", None), ("workshop.lock", "workshop")])
def test_each_lock_satisfies_pyproject(lock, group):
    have = locked(lock)
    wrong = [
        str(wanted)
        for wanted in requirements(group)
        if not wanted.specifier.contains(have.get(canonicalize_name(wanted.name), Version("0")))
    ]
    assert wrong == []


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("os_name", "platform", "system"), SYSTEMS)
def test_the_learners_lock_is_whole_for_each_python_on_each_system(python, os_name, platform, system):
    machine = {
        "python_version": python, "python_full_version": f"{python}.0", "os_name": os_name,
        "sys_platform": platform, "platform_system": system,
    }  # fmt: skip
    have = locked("requirements.lock", machine)
    wrong = [
        str(wanted)
        for wanted in requirements(None)
        if not wanted.specifier.contains(have.get(canonicalize_name(wanted.name), Version("0")))
    ]
    assert wrong == []
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(python)
    own = {"win32": "pywinpty", "linux": "pexpect", "darwin": "appnope"}  # what Jupyter needs on each
    assert own[platform] in have


def test_the_learners_lock_is_a_part_of_the_workshops():
    assert locked("requirements.lock").items() <= locked("workshop.lock").items()


@pytest.mark.parametrize("lock", ["requirements.lock", "workshop.lock"])
def test_each_pin_has_a_hash_and_no_lock_names_an_index(lock):
    text = (ROOT / lock).read_text()
    pins = [part for part in re.split(r"\n(?=\S)", text) if part.strip()]
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert "://" not in text
    assert "--index-url" not in text
