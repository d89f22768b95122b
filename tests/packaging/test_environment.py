"""environment.yml, the locks and pyproject.toml say the same."""

import os
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())
PINNED = re.compile(r"^(?P<requirement>[\w.-]+==\S+(?: ;[^\\]+)?)", re.MULTILINE)


def requirements(group: str | None) -> list[Requirement]:
    more = PROJECT["dependency-groups"][group] if group else []
    return [Requirement(text) for text in PROJECT["project"]["dependencies"] + more]


def locked(name: str) -> dict[str, Version]:
    """The version of each package that this Python on this system would install from a lock."""
    pins = (Requirement(m["requirement"].strip()) for m in PINNED.finditer((ROOT / name).read_text()))
    return {
        canonicalize_name(pin.name): Version(str(pin.specifier).removeprefix("=="))
        for pin in pins
        if pin.marker is None or pin.marker.evaluate()
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


def test_the_learners_lock_is_a_part_of_the_workshops():
    assert locked("requirements.lock").items() <= locked("workshop.lock").items()


@pytest.mark.parametrize("lock", ["requirements.lock", "workshop.lock"])
def test_each_pin_has_a_hash_and_no_lock_names_an_index(lock):
    text = (ROOT / lock).read_text()
    pins = [part for part in re.split(r"\n(?=\S)", text) if part.strip()]
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert "://" not in text
    assert "--index-url" not in text
