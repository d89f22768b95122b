"""What was done in sessions is part of the account: journals, snapshots and saved sessions bring it back."""

import pytest
from exec_rig import Account, Plugin

from ecslab.sandbox.engine import snapshots
from ecslab.sandbox.journal import export, session
from tests.sandbox.snapshot.snapshot_rig import copied, difference, state_of

SCRIPT = "while true; do sleep 40; echo turn; done"


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A home, and how its sandbox was when it was left: a shell that waits, one whose command sleeps, one
    that has ended."""
    home = tmp_path_factory.mktemp("home") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots, "AT_STOP", 0)
        account = Account(home, in_memory=False).furnish()
        task = account.task()
        waiting = account.step_in(task)  # first, so that what is planned and called off lies behind its end
        ended = account.step_in(task, "sh")
        for line in ("echo first > /first\r", "ec\x7f\x7f\x7f", "cd /tmp; B=2\r", "rm /etc/motd; exit\r"):
            ended.type(line)
        waiting.type("A=kept; cd /usr\r")
        waiting.send(b'{"cols": 120, "rows": 40}', 3)
        waiting.type("sh\r")
        waiting.type("half a li")
        sleeping = account.step_in(task, f"sh -c '{SCRIPT}'")
        account.run(100)
        sleeping.look()
        session = {"session": waiting.session}
        before = state_of(account.sandbox)
        account.sandbox.close()
    return home, before, session, task


def test_a_snapshot_and_the_whole_journal_come_to_the_same(lived):
    home, before, _, _ = lived
    states = []
    for name, with_snapshots in (("short", True), ("whole", False)):
        account = Account(copied(home, name, snapshots=with_snapshots), in_memory=False)
        assert not account.sandbox.notices
        if with_snapshots:
            assert difference(before, state_of(account.sandbox)) == ""
        account.run(1)
        states.append(state_of(account.sandbox))
        account.sandbox.close()
    assert difference(*states) == ""


@pytest.mark.parametrize("with_snapshots", [True, False])
def test_sessions_go_on(lived, with_snapshots):
    home, _, waiting, _ = lived
    account = Account(copied(home, f"on-{with_snapshots}", snapshots=with_snapshots), in_memory=False)
    plugin = Plugin(account.channel(waiting), waiting["session"]).start()
    assert plugin.seen.endswith("half a li"), "what was shown is shown again"
    plugin.type("\x15exit\r")
    assert plugin.type("echo $A; pwd; cat /first\r").endswith("kept\r\n/usr\r\nfirst\r\n# ")
    plugin.type("exit\r")
    assert plugin.closed == ""
    others = [each for each in account.sandbox.backend._account.exec_sessions.values() if each.why is None]
    [sleeping] = others
    before = sleeping.read(0)[1]
    account.run(100)
    assert sleeping.read(before)[0].count("turn") in (2, 3)
    account.sandbox.close()


def test_a_saved_session_is_checked_and_loads(lived):
    home = lived[0]
    account = Account(copied(home, "carried", snapshots=False), in_memory=False)
    lines, _ = export.lines(account.sandbox.journal)
    assert session.checked_lines(lines) == lines
    [typed] = [line for line in lines if '"do":"resize"' in line]
    with pytest.raises(ValueError, match=r"a exec: about\.do must be one of"):
        session.checked_lines([*lines[:-1], typed.replace('"do":"resize"', '"do":"steal"')])
    account.sandbox.close()


def test_what_is_typed_on_a_full_disk_is_not_typed(tmp_path, monkeypatch):
    account = Account(tmp_path, in_memory=False).furnish()
    shell = account.step_in(account.task())
    before = state_of(account.sandbox)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(account.sandbox.journal, "append", full)
        shell.type("echo lost > /lost\r")
    assert shell.stream.over, "the client sees that its connection ends"
    assert difference(before, state_of(account.sandbox)) == ""
