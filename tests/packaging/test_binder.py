"""What repo2docker would build from binder/, read from the Dockerfile it writes without Docker."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def dockerfile() -> str:
    run = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)],
        capture_output=True, text=True, check=False, env={**os.environ, "DOCKER_HOST": "unix:///nonexistent"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout


def unescaped(text: str) -> str:
    """repo2docker writes the punctuation of its own file names as -2e, -2d, -2f."""
    return text.replace("-2e", ".").replace("-2d", "-").replace("-2f", "/")


def test_it_installs_our_environment_under_our_python(dockerfile):
    assert '--file "binder/environment.yml"' in dockerfile
    assert "environment.py-3.11-linux-64.lock" in unescaped(dockerfile)


def test_it_copies_the_repository_with_its_lock_and_runs_postbuild(dockerfile):
    assert re.search(r"^COPY --chown=\S+ src/ \$\{REPO_DIR\}/$", dockerfile, re.MULTILINE)
    assert (ROOT / "requirements.lock").is_file()
    assert "RUN ./binder/postBuild" in dockerfile


def test_postbuild_installs_the_lock_then_the_kit():
    commands = (ROOT / "binder/postBuild").read_text()
    lock = commands.index("pip install --no-cache-dir --require-hashes -r requirements.lock")
    assert lock < commands.index("pip install --no-cache-dir --no-deps -e .")


def test_it_starts_through_our_start_script(dockerfile):
    assert 'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in dockerfile


@pytest.mark.parametrize("script", ["postBuild", "start"])
def test_scripts_can_be_run(script):
    path = ROOT / "binder" / script
    assert path.read_text().startswith("#!/bin/bash\n")
    assert os.access(path, os.X_OK)


def test_start_hands_over_with_the_courses_jupyter_settings():
    run = subprocess.run(
        [ROOT / "binder/start", "sh", "-c", 'echo "$JUPYTER_CONFIG_PATH"; echo "$JUPYTER_PATH"'],
        capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"], "REPO_DIR": str(ROOT)},
    )  # fmt: skip
    settings, data = map(Path, run.stdout.split())
    assert (settings / "labconfig/default_setting_overrides.json").is_file()
    assert (data / "kernels/python3/kernel.json").is_file()
