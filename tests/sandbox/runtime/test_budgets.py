"""No program takes more than its share: of the sandbox's time, its memory, its files and its logs."""

import heapq
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runtime_world import Image, Spec, World

from ecslab.sandbox.runtime import Mount, limits
from ecslab.sandbox.runtime.budget import AccountBudget
from ecslab.sandbox.runtime.embedded import EmbeddedRuntime
from ecslab.sandbox.runtime.work_meter import Meter, Work

KILLED = (137, "OutOfMemoryError: container killed due to memory usage")
DOUBLED = 'x=0123456789abcdef; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do x="$x$x"; done; '
MANY = DOUBLED.replace("0123456789abcdef", "'a '")


class Counting(World):
    """Counts how often the container does something."""

    events = 0

    def after(self, seconds, action):
        def counted():
            self.events += 1
            action()

        return super().after(seconds, counted)

    def run(self, seconds):
        until = self.time + seconds
        while self.time < until:
            super().run(min(60.0, until - self.time))  # it fails if too much happens in one such run
        super().run(0.0)


class Started:
    """A container and its host."""

    def __init__(self, container, host):
        self.host = host
        self.request, self.signal, self.execute = container.request, container.signal, container.execute


@pytest.fixture
def account():
    return AccountBudget()


@pytest.fixture
def start(account):
    runtime = EmbeddedRuntime(account)

    def start(script, seconds=0.0, **changes):
        command = script if isinstance(script, list) else ["sh", "-c", script]
        host = Counting()
        container = runtime.start(Spec(command=command, image=Image("busybox", files=CURL), **changes), host)
        host.run(seconds)
        return Started(container, host)

    return start


CURL = {"/usr/bin/curl": b""}
NEVER_ENDING = [
    "while true; do nginx; done",
    "while true; do sleep 0; done",
    "while true; do sleep 0.001; done",
    "while do done",
    "until false; do { }; done",
    "while true; do for i in 1 2 3; do done; done",
    "while true; do sh -c 'while nginx; do :; done'; done",
    "while true; do ! ! ! hello; done",
    "while true; do curl -s localhost; done",
    "while true; do exit-after 0 0; done",
    ["log-lines", "1000000000", "0"],
    ["log-lines", "1000000000", "0.0000001"],
]


@pytest.mark.parametrize("script", NEVER_ENDING, ids=str)
def test_a_loop_without_end_takes_few_steps_in_a_second(start, account, script):
    container = start(script, 60)
    assert container.host.exit is None
    assert container.host.events <= 61 * (limits.STEPS.container + 1)
    container.host.run(3600)
    after = container.host.events
    container.host.run(3600)
    assert container.host.events - after <= 3600 * (limits.LASTING_STEPS.container + 1)


def test_a_loop_leaves_the_others_their_time(start, account):
    busy = [start("while true; do :; done", task_id=f"task{number}") for number in range(30)]
    for _ in range(20):
        for container in busy:
            container.host.run(1)
    assert account.meter.used <= 2 * limits.STEPS.account + 30 * limits.FAIR_STEPS
    modest = start("for i in 1 2 3; do echo $i; done")
    modest.host.time = busy[0].host.time
    modest.host.run(0)
    assert modest.host.lines == ["1", "2", "3"] and modest.host.exit == (0, None)


@pytest.mark.parametrize(
    "script",
    [
        DOUBLED + 'while true; do n=${n}y; export "V$n=$x"; done',
        DOUBLED + "while true; do x=$x$x; done",
        DOUBLED + " ".join(f"A{n}=$x" for n in range(3000)) + " true",
        MANY + "printf '%s' $x",
        MANY + "for a in $x $x $x; do for b in $x $x $x; do sleep 60; done; done",
        f"x='{'true;' * 100}'" + '; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do x="$x$x"; done; eval "$x"',
    ],
    ids=["names", "value", "assignments", "words", "loops", "script"],
)
def test_memory_without_end_kills_the_container(start, account, script):
    container = start(script, 3600)
    assert container.host.exit == KILLED
    assert account.memory.used == 0


def test_the_log_says_whose_limit_it_was(start):
    script = DOUBLED + 'while true; do n=${n}y; export "V$n=$x"; done'
    own, real = start(script, 3600), start(script, 3600, memory_mib=6)
    assert own.host.lines == [
        "ecslab sandbox: a container may use 32 MiB of memory here, for what its scripts hold"
    ]
    assert real.host.lines == [] and real.host.exit == KILLED


def test_all_containers_together_have_so_much_memory(start, account):
    script = DOUBLED + "for i in 1 2 3 4 5 6 7; do export V$i=$x; done; sleep 1000"
    running = [start(script, 900, task_id=f"task{number}") for number in range(18)]
    alive = [container for container in running if container.host.exit is None]
    assert 0 < len(alive) < 18 and account.memory.used <= limits.MEMORY.account
    log_lines = next(container.host.lines for container in running if container.host.exit)
    assert log_lines == [
        "ecslab sandbox: all containers of the sandbox together may use 256 MiB of memory here, for what its "
        "scripts hold"
    ]
    for container in alive:
        container.signal("KILL")
    assert account.memory.used == 0


def test_a_full_disk_is_full_for_the_whole_task(start, account):
    script = DOUBLED + "while n=${n}y; do echo $x > /tmp/$n || exit 28; done"
    container = start(script + "", 7200)
    assert container.host.exit == (28, None)
    assert container.host.lines[0].endswith("y: No space left on device")
    assert "ecslab sandbox: a task may write 64 MiB" in container.host.lines[1]
    assert account.disk.used == 0  # it ended, and its files with it


def test_a_volume_has_room_of_its_own_that_outlives_the_container(start, account):
    room, files = account.volume(), {}
    mount = Mount("/data", files, room=room)
    start(DOUBLED + "while n=${n}y; do echo $x > /data/$n || exit 28; done", 7200, mounts=(mount,))
    assert limits.DISK.task - 3 * limits.MIB < room.used <= limits.DISK.task
    assert account.disk.used == room.used
    start("rm /data/y /data/yy", 1, mounts=(mount,))
    assert room.used < limits.DISK.task - 3 * limits.MIB
    room.close()
    assert account.disk.used == 0


def test_empty_files_count_too(start, account):
    container = start("while n=${n}y; do touch $n; : > a$n; done", 10)
    assert account.disk.used >= 100 * limits.FILE_OVERHEAD
    container.signal("KILL")


def test_a_path_is_as_long_as_linux_takes(start):
    container = start(MANY.replace(" ; ", ";") + "echo > $x", 60)
    assert container.host.exit[0] in (1, 137)
    container = start("cd " + "a/" * 2000 + "; cd " + "b/" * 2000 + "; pwd; [ -f x ]; ls " + "c" * 5000, 60)
    assert container.host.lines[0].endswith("File name too long") and container.host.exit == (1, None)


def test_a_log_takes_so_many_lines_and_says_that_more_are_lost(start):
    lines = "a\n" * 15_000
    container = start(f"while true; do echo '{lines}'; done", 300)
    log = container.host.lines
    assert limits.LOG_LINES.container < len(log) <= limits.LOG_LINES.container + 300 * 100 + 1
    assert sum("more is lost" in line for line in log) == 1
    container = start(DOUBLED + 'while true; do echo "$x"; done', 60)
    assert sum(map(len, container.host.lines)) <= limits.LOG_BYTES.container + 60 * 65_536


def test_an_argument_is_as_long_as_linux_takes(start):
    container = start(DOUBLED + "hello $x; echo $?; cat $x", 60)
    assert container.host.lines == [
        "sh: 1: hello: Argument list too long", "126", "sh: 1: cat: Argument list too long"
    ]  # fmt: skip
    image = Image("busybox", files={}, env=["X=" + "y" * 200_000])
    runtime = EmbeddedRuntime()
    host = World()
    runtime.start(Spec(command=["hello"], image=image), host)
    host.run(1)
    assert host.lines == ["exec hello: argument list too long"] and host.exit == (255, None)


@pytest.mark.parametrize(
    ("script", "code", "line"),
    [
        ('export X=\'sh -c "$X"\'; sh -c "$X"', 2, "sh: 1: Cannot fork"),
        ("{ " * 100 + "true" + "; }" * 100, 127, "ecslab sandbox: this `sh` knows 40 parts"),
        ("! " * 5000 + "false", 1, None),
        ("exit 256", 0, None),
        ("curl " + "a" * 60_000 + "/#", 3, "curl: (3)"),
        ("echo " + "${A:-" * 12_000, 0, None),
    ],
    ids=["shell in shell", "braces", "not", "exit", "address", "open braces"],
)
def test_what_is_too_deep_or_too_odd_ends_at_once(start, script, code, line):
    container = start(script, 300)
    assert container.host.exit == (code, None)
    assert line is None or container.host.lines[0].startswith(line)


@pytest.mark.parametrize("command", [["exit-after", "-5"], ["exit-after", "nan"], ["log-lines", "3", "-1"]])
def test_nobody_sleeps_into_the_past(start, command):
    container = start(command, 60)
    assert container.host.exit == (1, None) and "cannot sleep for" in container.host.lines[-1]


def test_redis_keeps_what_the_container_may_hold(start, account):
    from ecslab.sandbox.runtime import HttpRequest

    container = start(["redis-server"], 1)

    def ask(*words):
        return container.request(HttpRequest("POST", "/", "", {}, "\0".join(words).encode()), 6379).body

    for _ in range(50):
        assert ask("SET", "same", "v" * 1_000_000) == b"OK"
    assert ask("SET", "n", "9" * 4000) == b"OK" and ask("INCR", "n").startswith(b"ERR")
    with pytest.raises(ConnectionResetError):
        for number in range(100):
            ask("SET", str(number), "v" * 1_000_000)
    assert container.host.exit == KILLED and account.memory.used == 0


def test_a_health_check_shares_the_container_s_budget(start, account):
    container = start("sleep 1000", 1)
    codes = []
    check = container.execute(
        ("sh", "-c", DOUBLED + 'while true; do n=${n}y; export "V$n=$x"; done'), codes.append
    )
    container.host.run(600)
    assert codes == [137] and container.host.exit is None
    check.cancel()
    check = container.execute(("sh", "-c", "while true; do nginx; done"), codes.append)
    container.host.run(60)
    check.cancel()
    assert container.host.events < 60 * 101 and account.memory.used < 10_000


WORDS = st.sampled_from(["$x", "$y", '"$x$y"', "a", "'b c'", "/tmp/f", "${z:-1}", "$?", "1"])
SIMPLE = st.one_of(
    st.builds("x={}{}".format, WORDS, WORDS),
    st.builds("y={}{}".format, WORDS, WORDS),
    st.builds("export V{}={}".format, WORDS, WORDS),
    st.builds("echo {} {} >> /tmp/f".format, WORDS, WORDS),
    st.builds("cat /tmp/f /tmp/f > /tmp/g{}".format, WORDS),
    st.builds("cp /tmp/g1 /tmp/f{}".format, WORDS),
    st.builds("printf '%s-' {} {}".format, WORDS, WORDS),
    st.builds("sh -c {}".format, WORDS),
    st.sampled_from(["nginx", "sleep 0", "sleep 0.2", "sleep 1", "true", "false", "exit 3", "ls /tmp", "env",
                     "trap 'while true; do :; done' TERM", "curl -s localhost", "exec sleep 0"]),
)  # fmt: skip
PROGRAMS = st.recursive(
    SIMPLE,
    lambda part: st.one_of(
        st.builds("{}; {}".format, part, part),
        st.builds("{} && {}".format, SIMPLE, SIMPLE),
        st.builds("while true; do {}; done".format, part),
        st.builds("until false; do {}; done".format, part),
        st.builds("for i in {} {} $x; do {}; done".format, WORDS, WORDS, part),
        st.builds("if {}; then {}; fi".format, SIMPLE, part),
        st.builds("{{ {}; }}".format, part),
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(PROGRAMS)
def test_any_program_ends_or_is_bounded(script):
    account, host = AccountBudget(), Counting()
    container = EmbeddedRuntime(account).start(
        Spec(command=["sh", "-c", script], image=Image("busybox", files={})), host
    )
    for _ in range(5):
        host.run(12)
        assert account.memory.used <= limits.MEMORY.container
        assert account.disk.used <= limits.DISK.container
    assert host.events <= 60 * (limits.STEPS.container + 2)
    assert len(host.lines) <= limits.LOG_LINES.container + 60 * 100 + 3
    container.signal("TERM")
    container.signal("KILL")
    assert host.exit is not None and (account.memory.used, account.disk.used) == (0, 0)


@pytest.mark.parametrize("seed", range(60))
def test_work_that_is_owed_counts_as_work_that_is_done_at_its_moment(seed):
    """Of several who work each so many seconds: one by one in the order of a clock, and all at once."""
    draw = random.Random(seed)
    saved, lasting, begin = draw.choice((40, 20_000)), draw.choice((1, 5, 10)), draw.choice((1.0, 1000.125))
    one_by_one, at_once = Meter(100, saved, lasting), Meter(100, saved, lasting)
    for meter in (one_by_one, at_once):
        meter.add(30, begin)
    plans, done = [], {}
    for place in range(draw.randint(1, 4)):
        steps, period = draw.randint(1, 6), draw.choice((5.0, 7.5, 10.0, 30.0))
        work = draw.choice((Work(steps, 1), Work(0, 1), Work(steps, 2, steps + 2)))
        planned = begin + draw.choice((0.0, 2.5))
        heapq.heappush(plans, (planned + period, planned, place, period, work))
    for number in range(10, draw.choice((12, 20, 500))):
        moment, _, place, period, work = heapq.heappop(plans)
        one_by_one.add(work.steps, moment)
        one_by_one.charge(work.charged)
        if work.forgiven:
            one_by_one.forgive(work.forgiven)
        done.setdefault(place % 10, (period, work, []))[2].append(moment)
        heapq.heappush(plans, (moment + period, moment, number * 10 + place % 10, period, work))
    for period, work, moments in done.values():
        at_once.owe(moments, period, work)
    assert (at_once.credit, at_once.used, at_once.since) == (
        one_by_one.credit, one_by_one.used, one_by_one.since
    )  # fmt: skip
