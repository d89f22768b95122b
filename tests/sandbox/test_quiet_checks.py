"""Container health checks that pass in bulk leave what they leave one by one."""

import random
import time
from collections import Counter

import pytest
from exec_rig import AWSLOGS, GROUP, Account

from ecslab.sandbox.engine import snapshots
from ecslab.sandbox.world.task.health_checks import Checks
from ecslab.sandbox.world.time.clock import Clock, Repetition
from tests.sandbox.snapshot.snapshot_rig import copied, difference, state_of

WEB = "public.ecr.aws/docker/library/httpd:2.4-alpine"
REDIS = "public.ecr.aws/docker/library/redis:7"
BUSYBOX = "public.ecr.aws/docker/library/busybox:latest"
CHECKS = {
    "ping": (REDIS, "redis-cli ping"),
    "counts": (REDIS, "redis-cli incr checks"),
    "same": (REDIS, "redis-cli set checks on && redis-cli get checks"),
    "page": (WEB, "wget -q -O - http://localhost/"),
    "twice": (WEB, "wget -q -O - http://localhost/ && wget -q -O - http://127.0.0.1/"),
    "missing": (WEB, "wget -q -O - http://localhost/missing || exit 1"),
    "nobody": (WEB, "wget -q -O - http://localhost:81/"),
    "writes": (WEB, "date > /tmp/now"),
    "rewrites": (WEB, "echo on > /tmp/ok; test -f /tmp/ok"),
    "slow": (WEB, "sleep 1"),
    "heavy": (WEB, "for n in 1 2 3 4 5 6 7 8 9 10 11 12; do true; done"),
    "role": (WEB, "wget -q -O - http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI > /dev/null"),
}


QUIET = ("ping", "same", "page", "missing", "nobody", "rewrites")
"""Checks that leave nothing, or a line in a log."""
LOUD = tuple(kind for kind in CHECKS if kind not in QUIET)
"""Those that leave more, take time, or may be answered otherwise later."""


@pytest.fixture(scope="module")
def now():
    return time.time()


def container(kind, number, interval):
    image, command = CHECKS[kind]
    check = {"command": ["CMD-SHELL", command], "interval": interval, "retries": 3, "timeout": 3}
    return {"name": f"c{number}", "image": image, "healthCheck": check, "logConfiguration": AWSLOGS,
            "essential": not number}  # fmt: skip


def account(home, now, kinds=QUIET, **options):
    """An account with a task of each kind of check."""
    sandbox_account = Account(home, wall=lambda: now, **options).furnish()
    for number, kind in enumerate(kinds):
        sandbox_account.define(kind, container(kind, 0, 5 + number % 3 * 5 if kind in QUIET else 60))
    for kind in kinds:
        sandbox_account.task(kind, seconds=7.0)
    return sandbox_account


def share(account):
    """A task whose containers ask each other, two of them the same one."""
    other = {**container("page", 2, 15), "image": BUSYBOX, "command": ["sleep", "infinity"]}
    account.define("shared", container("page", 0, 5), container("ping", 1, 10), other)
    account.task("shared")


def lived(account, steps):
    """What is to be seen after these steps, and what was counted inside."""
    tasks = account.ecs.list_tasks(cluster="lab")["taskArns"]
    share(account)
    shell = account.step_in(tasks[0])
    for step in steps:
        if step == "type":
            shell.type("echo typed > /typed; redis-cli incr typed\r")
        elif step == "start":
            account.task("page", seconds=0.0)
        elif step == "stop":
            account.ecs.stop_task(cluster="lab", task=tasks.pop())
        else:
            account.run(step)
    sandbox, clock = account.sandbox, account.sandbox.clock
    tasks = account.ecs.list_tasks(cluster="lab")["taskArns"]
    pages = account.aws.logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP)
    sandbox.backend.enter()
    state = sandbox.backend._account
    state_tasks = state.regions["us-east-1"].tasks.values()
    programs = [each.program for task in state_tasks for each in task.containers]
    meters = [each._process.budget.meter for each in programs if each] + [state.budget.meter]
    return {
        "tasks": account.ecs.describe_tasks(cluster="lab", tasks=tasks)["tasks"],
        "events": [event for page in pages for event in page["events"]],
        "streams": account.aws.logs.describe_log_streams(logGroupName=GROUP)["logStreams"],
        "meters": [(meter.credit, meter.used, meter.since) for meter in meters],
        "clock": (clock.now, clock.next_at(), clock.changes, next(clock._order)),
        "journal": [(record.now, record.kind) for record in sandbox.journal.after(1)],
    }  # fmt: skip


def drawn(seed):
    draw = random.Random(seed)
    return [draw.choice(["type", "start", "stop", *[draw.randrange(1, 600) / 4] * 5]) for _ in range(9)]


@pytest.mark.parametrize("loud", [(), LOUD], ids=["quiet", "with loud ones"])
def test_a_history_in_bulk_is_the_history_event_by_event(tmp_path, now, loud):
    lives = []
    for name in ("bulk", "events"):
        with pytest.MonkeyPatch.context() as patch:
            if name == "events":
                patch.setattr(Clock, "_pass_quietly", lambda *_: False)
            sandbox_account = account(tmp_path, now, (*QUIET, *loud))
            lives.append(lived(sandbox_account, drawn(str(loud))))
    for what, value in lives[0].items():
        assert value == lives[1][what], what


def test_a_snapshot_amid_quiet_checks_goes_on_as_the_journal_does(tmp_path, now, monkeypatch):
    monkeypatch.setattr(snapshots, "AT_STOP", 0)
    home = tmp_path / "home"
    sandbox_account = account(home, now, in_memory=False)
    share(sandbox_account)
    sandbox_account.run(900)
    sandbox_account.sandbox.close()
    states = []
    for name, with_snapshots in (("short", True), ("whole", False)):
        again = Account(copied(home, name, snapshots=with_snapshots), wall=lambda: now, in_memory=False)
        assert not again.sandbox.notices
        again.run(300)
        states.append(state_of(again.sandbox))
        again.sandbox.close()
    assert difference(*states) == ""


def test_a_quiet_day_of_checks_takes_few_events(tmp_path, now):
    sandbox_account = account(tmp_path, now)
    sandbox_account.run(600)
    happened = []
    sandbox_account.sandbox.clock.on_event = happened.append
    sandbox_account.run(86_400)
    assert len(happened) < 100, "some 90,000 health checks"


def test_what_may_change_something_happens_each_time(tmp_path, now, monkeypatch):
    checked, check = Counter(), Checks._check

    def counted(checks, task, container, watch):
        checked[task.definition["family"]] += 1
        return check(checks, task, container, watch)

    monkeypatch.setattr(Checks, "_check", counted)
    sandbox_account = account(tmp_path, now, LOUD)
    sandbox_account.run(1200)
    assert all(checked[kind] >= 18 for kind in LOUD), checked
    assert not any(isinstance(each[2], Repetition) and each[2].numbers > 1 for each in
                   sandbox_account.sandbox.clock._repetitions), "one of them is to be repeated"
