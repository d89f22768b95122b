"""The command line: quick to start, and errors of ours end in their message."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecslab import cli
from ecslab.cli import env
from ecslab.sandbox import process
from ecslab.sandbox.endpoint import Endpoint, SandboxError

ENDPOINT = Endpoint(
    "http://127.0.0.1:4000", "AKIA", "s3cret", "us-east-1", "123456789012", "http://127.0.0.1:4001", 4001,
    "door", 1,
)  # fmt: skip
HOME = Path("/o'home")


@pytest.fixture
def invoke(monkeypatch, tmp_path):
    monkeypatch.setenv("ECSLAB_HOME", str(tmp_path))
    return lambda *words: CliRunner().invoke(cli.cli, words)


def test_help_names_every_command(invoke):
    help_text = invoke("--help").output
    assert all(f"\n  {name} " in help_text for name in cli.COMMANDS)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_its_own_help(invoke, name):
    answer = invoke(name, "--help")
    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith("Usage:")


def test_help_loads_nothing_heavy():
    probe = (
        "import sys; from ecslab import cli; cli.cli.main(['--help'], standalone_mode=False); "
        "print([m for m in ('boto3', 'botocore', 'moto', 'pandas', 'ecslab.lab') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_sh_can_read_what_env_prints():
    script = env.script(ENDPOINT, HOME, "sh", wrap=True)
    echo = 'echo "$AWS_ENDPOINT_URL $ECR_REGISTRY $ECSLAB_GATEWAY"; echo "$AWS_CONFIG_FILE"'
    command = f"{script}\n{echo}; type aws | head -1"
    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == [
        "http://127.0.0.1:4000 127.0.0.1:4000 http://lab:door@127.0.0.1:4001",
        "/o'home/aws/config",
        "aws is a shell function",
    ]


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("sh", "export AWS_ACCESS_KEY_ID='AKIA'"),
        ("fish", "set -gx AWS_ACCESS_KEY_ID 'AKIA'"),
        ("powershell", "$Env:AWS_ACCESS_KEY_ID = 'AKIA'"),
        ("fish", r"set -gx AWS_CONFIG_FILE '/o\'home/aws/config'"),
        ("powershell", "$Env:AWS_CONFIG_FILE = '/o''home/aws/config'"),
    ],
)
def test_each_shell_gets_its_own_spelling(shell, line):
    assert line in env.script(ENDPOINT, HOME, shell).splitlines()


@pytest.mark.parametrize(
    ("version", "old"),
    [
        ("aws-cli/2.9.19 Python/3.11", "2.9.19"),
        ("aws-cli/2.13.0 Python/3.11", None),
        ("aws-cli/1.28.9 Python/3.9", "1.28.9"),
        ("aws-cli/1.44.2 Python/3.9", None),
        ("something else", None),
    ],
)
def test_an_aws_that_ignores_the_endpoint_is_known(monkeypatch, version, old):
    answer = subprocess.CompletedProcess([], 0, version, "")
    monkeypatch.setattr(env.shutil, "which", lambda _: "/bin/aws")
    monkeypatch.setattr(env.subprocess, "run", lambda *_, **__: answer)
    assert env._old_client() == old


def test_status_without_a_sandbox_says_how_to_start_one(invoke, capsys):
    with pytest.raises(SystemExit, match="1"):
        cli.main(["sandbox", "status"])
    assert "No sandbox runs here. Start one with: ecslab sandbox start" in capsys.readouterr().err


def test_other_errors_keep_their_traceback(monkeypatch, invoke):
    def broken(_home):
        raise KeyError("a bug")

    monkeypatch.setattr(process, "stop", broken)
    with pytest.raises(KeyError):
        cli.main(["sandbox", "stop"])


def test_the_clock_from_the_terminal(invoke):
    try:
        assert "20 × faster than yours" in invoke("sandbox", "start", "--speed", "20").output
        assert invoke("sandbox", "pause").output.endswith("paused\n")
        assert invoke("sandbox", "step").output.endswith("Nothing is waiting to happen.\n")
        assert "20 × faster than yours" in invoke("sandbox", "resume").output
        assert re.search(r" [6-9]:\d\d since the beginning;", invoke("sandbox", "skip", "6").output)
        assert "account  123456789012 in us-east-1" in invoke("sandbox", "status").output
        assert "see changes late" in invoke("sandbox", "start", "--eventual").output
        assert "see changes late" in invoke("sandbox", "status").output
        assert "see changes late" not in invoke("sandbox", "start", "--no-eventual").output
        assert invoke("sandbox", "reset", "--yes").output == "The sandbox is empty.\n"
    finally:
        assert invoke("sandbox", "stop").output == "Stopped. Everything in it was kept.\n"
    assert isinstance(invoke("sandbox", "pause").exception, SandboxError)


def test_what_a_locale_cannot_write_is_no_traceback():
    program = "from ecslab import cli; cli.cli.main = lambda *_, **__: print('✓ Grüße'); cli.main()"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
    )
    assert ran.stdout.strip() == "? Grüße".encode("cp1252")


def test_env_keeps_a_proxy_out_of_the_way(monkeypatch):
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "intranet")
    monkeypatch.setenv("HTTP_PROXY", "http://ana:secret@proxy:3128")
    script = env.script(ENDPOINT, HOME, "sh")
    assert "export NO_PROXY='intranet,127.0.0.1,localhost'" in script.splitlines()
    assert "secret@" not in script


def test_without_git_the_address_can_be_given(invoke, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert "git was not found" in str(invoke("binder").exception)
    assert invoke("binder", "--remote", "https://github.com/ana/course").exit_code == 0
