"""Folders that cannot be written to: found by trying, named in one message, worked around where possible."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ecslab.errors import EcslabError
from ecslab.workshop import folders, jupyter, jupyter_folders, preflight

ROOT = Path(__file__).parents[2]
FOLDERS = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")


def test_a_trial_leaves_nothing_behind(tmp_path):
    assert folders.obstacle(tmp_path / "a" / "b c") is None
    assert not list(tmp_path.iterdir())
    (tmp_path / "there").mkdir()
    assert folders.obstacle(tmp_path / "there") is None
    assert not list((tmp_path / "there").iterdir())


def test_what_is_no_folder_is_an_obstacle(tmp_path):
    (tmp_path / "file").write_text("")
    assert folders.obstacle(tmp_path / "file" / "mine") == "Not a directory"
    assert (tmp_path / "file").read_text() == ""


def test_a_full_disk_is_one_too(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert folders.obstacle(tmp_path / "mine") == "No space left on device"
    assert not list(tmp_path.iterdir())


def test_a_folder_of_somebody_else_within_the_home_is_named(tmp_path):
    (tmp_path / "sandbox").write_text("as after a run by somebody else")
    with pytest.raises(
        EcslabError, match=r"sandbox: Not a directory\. .*ECSLAB_HOME=/path/to/folder ecslab lab"
    ):
        folders.require_state(tmp_path)


@pytest.fixture
def read_only(tmp_path, monkeypatch):
    """A user whose own folder cannot be written to, and who has said where else the state goes."""
    user = tmp_path / "user"
    user.write_text("in place of a folder")
    monkeypatch.setenv("HOME", str(user))
    for variable in FOLDERS:
        monkeypatch.setenv(variable, str(user / variable))
    for variable in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("ECSLAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_jupyters_own_folders_are_replaced_where_they_cannot_be_written_to(read_only, tmp_path):
    moved = jupyter_folders.replaced(read_only)
    assert moved["JUPYTER_RUNTIME_DIR"] == str(read_only / "jupyter" / "runtime")
    assert moved["JUPYTER_CONFIG_PATH"] == str(tmp_path / "user" / "JUPYTER_CONFIG_DIR")  # it still counts
    assert set(moved) == {*FOLDERS, "JUPYTER_CONFIG_PATH", "JUPYTER_PATH"}
    assert not read_only.exists()
    env = jupyter.environment(home=read_only)
    assert Path(env["IPYTHONDIR"]) == Path(moved["IPYTHONDIR"]) and Path(env["IPYTHONDIR"]).is_dir()
    course, own = env["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert (course, own) == (str(jupyter.HERE / "jupyter"), moved["JUPYTER_CONFIG_PATH"])


def test_folders_that_can_be_written_to_are_left_alone(tmp_path, monkeypatch):
    for folder in FOLDERS:
        monkeypatch.setenv(folder, str(tmp_path / folder))
    assert jupyter_folders.replaced(tmp_path / "home") == {}


def test_preflight_tries_each_folder(read_only, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    state, notebooks, jupyters = preflight.writable()
    assert (state.fine, notebooks.fine, jupyters.fine) == (True, True, True)
    assert jupyters.seen.endswith(f"cannot be written to; folders in {read_only} take their place")
    read_only.write_text("no folder any more")
    (tmp_path / "my-ecslab").write_text("nor this")
    state, notebooks, jupyters = preflight.writable()
    assert [finding.fine for finding in (state, notebooks, jupyters)] == [False, False, False]
    assert state.seen == f"{read_only}: Not a directory"
    assert notebooks.seen == f"{tmp_path / 'my-ecslab'}: Not a directory"
    assert "ECSLAB_HOME=" in state.next and "ecslab lab FOLDER" in notebooks.next


def test_a_kernel_starts_where_the_users_folder_is_read_only(read_only):
    assert preflight.kernel().fine


def test_a_proxy_is_named_without_its_password(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://ana:secret@proxy:3128")
    proxy = next(finding for finding in preflight.machine() if finding.what == "Proxy")
    assert proxy.fine and "HTTPS_PROXY" in proxy.seen and "secret" not in proxy.seen


TRY = """
import os, sys
import tempfile
from pathlib import Path
import jupyter_core.paths, platformdirs.unix
from ecslab.errors import EcslabError
from ecslab.workshop import folders, jupyter_folders, learner_copy, preflight
os.setgroups([]); os.setgid(65534); os.setuid(65534)
home, other = map(Path, sys.argv[1:])
print([finding.fine for finding in preflight.writable()])
print(sorted(jupyter_folders.replaced(other)))
for attempt in (lambda: folders.require_state(home / "state"), lambda: learner_copy.copy_to(home / "mine")):
    try:
        attempt()
    except EcslabError as error:
        print(error)
"""


@pytest.fixture
def open_to_all():
    """A folder that every user of this machine can enter; pytest's own are its user's alone."""
    with tempfile.TemporaryDirectory(prefix="ecslab-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become nobody")
def test_somebody_who_is_not_root_in_a_read_only_folder(open_to_all):
    """No stand-in: the system refuses."""
    home, other = open_to_all / "user", open_to_all / "other"
    home.mkdir(mode=0o555)
    other.mkdir()
    other.chmod(0o777)
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "IPYTHON", "XDG"))
    }
    own.pop("ECSLAB_HOME", None)
    ran = subprocess.run(
        [sys.executable, "-c", TRY, home, other],
        env=own | {"HOME": str(home)},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.splitlines() == [
        "[False, False, False]",
        str(sorted([*FOLDERS, "JUPYTER_CONFIG_PATH", "JUPYTER_PATH"])),
        f"The lab cannot keep its state in {home / 'state'}: Permission denied. "
        "Name a folder that you may write to: ECSLAB_HOME=/path/to/folder ecslab lab",
        f"Cannot write the notebooks to {home / 'mine'}: Permission denied. "
        "Choose a folder that you may write to: ecslab lab FOLDER",
    ], ran.stderr
