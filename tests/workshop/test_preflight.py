"""The pre-flight check does what it says, and says what to do about what is amiss."""

import sys

from click.testing import CliRunner

from ecslab.cli import preflight as command
from ecslab.workshop import preflight
from ecslab.workshop.preflight import Finding


def test_this_machine_is_ready(monkeypatch, tmp_path):
    monkeypatch.setenv("ECSLAB_HOME", str(tmp_path / "home"))
    findings = {finding.what: finding for finding in preflight.machine()}
    assert all(finding.fine for finding in findings.values())
    assert findings["Packages"].seen == "all 7 are there"


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(preflight, "PACKAGES", ("boto3", "not_on_this_machine"))
    finding = list(preflight.machine())[1]
    assert (finding.fine, finding.seen) == (False, "not_on_this_machine missing")


def test_an_old_python_is_named(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    assert next(preflight.machine()) == Finding("Python", False, "3.10.4", "install Python 3.11 or newer")


def test_a_home_that_is_no_folder(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ECSLAB_HOME", str(tmp_path / "file"))
    state = next(preflight.writable())
    assert (state.what, state.fine, state.next) == ("State", False, preflight.ELSEWHERE)
    assert "Not a directory" in state.seen


def test_a_page_comes_back_from_a_sandbox_that_is_then_gone():
    finding = preflight.sandbox()
    assert finding.fine, finding
    assert finding.seen.startswith("a page came back from a task after ")


def test_the_command_counts_what_is_amiss(monkeypatch):
    findings = [Finding("Python", True, "3.12.1"), Finding("Room", False, "2 MB free", "make 300 MB free")]
    monkeypatch.setattr(preflight, "here", lambda: iter(findings))
    result = CliRunner().invoke(command.preflight)
    assert result.exit_code == 1
    assert result.output.splitlines()[1:] == [
        "ok  Python       3.12.1",
        "no  Room         2 MB free",
        "                 next: make 300 MB free",
        "1 to put right.",
    ]


def test_on_an_account_the_missing_action_is_named(lab, monkeypatch):
    monkeypatch.setattr(preflight, "_denied", lambda *_: ["iam:PassRole"])
    findings = {finding.what: finding for finding in preflight.account(lab)}
    assert findings["Default VPC"].fine
    assert findings["Rights"].seen == "missing: iam:PassRole"
