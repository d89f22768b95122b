"""Random lives of sessions: what holds after every step, and that a journal brings all of it back."""

import random

import pytest
from botocore.exceptions import ClientError
from exec_rig import Account

from ecslab.sandbox.bridge.ecs.exec.session import MOST
from tests.sandbox.snapshot.snapshot_rig import copied, difference, state_of

LINES = (
    "echo a > /tmp/a\r", "cat /tmp/a /tmp/b\r", "A=1; B=$A$A$A; echo $B\r", "cd /tmp\r", "rm /tmp/a\r",
    "sleep 20; echo rested > /tmp/b\r", "while true; do echo again; sleep 7; done\r", "sh\r", "exit\r",
    "for i in 1 2 3; do X=$i$X; done; echo $X\r", "trap 'echo x' TERM\r", "while\r", "half",
    "if test -f /tmp/a; then echo yes; fi\r", "\x03", "\x04", "\x7f\x15", "nonsense --flag\r",
    "A=2 sh -c 'sleep 3; echo $A'\r",
)  # fmt: skip
COMMANDS = ("sh", "bash", "sh -c 'sleep 30; exit 2'", "env", "fish", "sh -c 'while true; do sleep 9; done'")


class Life(Account):
    def __init__(self, home, seed):
        super().__init__(home, in_memory=False)
        self.draw = random.Random(seed)
        self.furnish()
        self.define("stays", {"image": "busybox", "command": ["sleep", "infinity"], "memory": 64})
        self.tasks, self.plugins = [self.task("stays"), self.task("web")], []

    def step(self):
        draw = self.draw
        kind = draw.choices(("open", "type", "time", "leave", "stop", "end"), (4, 10, 5, 1, 1, 1))[0]
        if kind == "open":
            self.open()
        elif kind == "time":
            self.run(draw.choice((0.1, 3, 11, 45, 130)))
        elif kind == "stop" and draw.random() < 0.3:
            self.ecs.stop_task(cluster="lab", task=draw.choice(self.tasks))
            self.tasks.append(self.task("stays", seconds=draw.choice((1, 60))))
        elif self.plugins:
            plugin = draw.choice(self.plugins)
            if kind == "type":
                plugin.type(draw.choice(LINES))
            elif kind == "leave":
                plugin.stream.left()
                self.plugins.remove(plugin)
            else:
                plugin.send(b"\0\0\0\x02", 10)
        for plugin in self.plugins:
            plugin.look()
        self.plugins = [plugin for plugin in self.plugins if plugin.closed is None]

    def open(self):
        try:
            self.plugins.append(self.step_in(self.draw.choice(self.tasks), self.draw.choice(COMMANDS)))
        except ClientError as refusal:
            assert "execute command agent isn’t running" in str(refusal)

    def wrong(self):
        """What does not hold now."""
        account = self.sandbox.backend._account
        for session in account.exec_sessions.values():
            works = session._session is not None
            if works and (session.why is not None or not session.container.running):
                yield f"{session.id} works, and should have ended"
            if (session.ended_at is None) != (session.why is None):
                yield f"{session.id} has ended in half"
        for region in account.regions.values():
            for task in region.tasks.values():
                for container in task.containers:
                    agent = container.agent
                    if agent and (agent.last_status != "STOPPED") != container.running:
                        yield f"the agent is {agent.last_status}, its container {container.last_status}"
                    sessions = [
                        each for each in account.exec_sessions.values() if each.container is container
                    ]
                    if sum(each._session is not None for each in sessions) > MOST:
                        yield f"{container.arn} has too many sessions"


def described(account):
    sessions = account.sandbox.backend._account.exec_sessions.values()
    return {session.id: (session.read(0), session.why) for session in sessions}


@pytest.mark.parametrize("seed", range(2))
def test_a_random_life(tmp_path, seed):
    life = Life(tmp_path / "home", seed)
    for _ in range(45):
        life.step()
        assert not list(life.wrong())
    life.run(5)
    life.sandbox.account.rebuild(life.sandbox.clock.now)
    life.run(40)
    before = described(life)
    life.sandbox.close()
    states = []
    for name in ("second", "third"):
        again = Account(copied(tmp_path / "home", name, snapshots=False), in_memory=False)
        assert described(again) == before and not again.sandbox.notices
        states.append(state_of(again.sandbox))
        again.sandbox.close()
    assert difference(*states) == ""
    assert_that_nothing_is_left(Account(tmp_path / "home", in_memory=False))


def assert_that_nothing_is_left(account):
    """When every task has ended, so have its sessions, and what they held is back."""
    for task in account.ecs.list_tasks(cluster="lab")["taskArns"]:
        account.ecs.stop_task(cluster="lab", task=task)
    account.run(300)
    held_by = account.sandbox.backend._account
    assert all(session.why is not None for session in held_by.exec_sessions.values())
    assert held_by.budget.memory.used == 0
    account.sandbox.close()
