"""Targets on a clock, asked by a program that says what the test wants."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecslab.sandbox.world.load_balancing import target_health
from ecslab.sandbox.world.load_balancing.target_group import TargetGroup
from ecslab.sandbox.world.load_balancing.target_health import TARGET, Check
from ecslab.sandbox.world.time.clock import Clock

IP, PORT, AZ = "10.0.0.5", 80, "us-east-1a"
EVENTS = {event for moves in TARGET.transitions.values() for event in moves}


class Rig:
    """A target group whose targets answer with `answer`, or by IP with `answers`."""

    def __init__(self, check=None, delay=300.0):
        self.clock, self.heard, self.asked = Clock(), [], []
        self.answer, self.answers = 200, {}
        self.group = TargetGroup(self.clock, self.ask, self.hear, check or Check(), delay)
        self.group.serve([AZ, "us-east-1b"])

    def ask(self, target, check):
        self.asked.append((self.clock.now, target.ip))
        return self.answers.get(target.ip, self.answer)

    def hear(self, ip, port, health):
        self.heard.append((self.clock.now, ip, health.state, health.description))

    @property
    def health(self):
        return self.group.find(IP, PORT).health


def test_a_new_target_is_healthy_after_one_passed_check():
    rig = Rig()
    rig.group.register(IP, PORT, AZ)
    assert rig.health == ("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
    rig.clock.run(1)
    assert rig.health == ("healthy", None, None)
    assert rig.heard == [
        (0, IP, "initial", "Target registration is in progress"), (1, IP, "healthy", None),
    ]  # fmt: skip


def test_checks_come_every_interval():
    rig = Rig(Check(interval=10))
    rig.group.register(IP, PORT, AZ)
    rig.clock.run(35)
    assert rig.asked == [(1, IP), (11, IP), (21, IP), (31, IP)]


def test_a_target_is_unhealthy_after_the_threshold_and_back_after_the_other():
    rig = Rig(Check(interval=10, unhealthy_after=3, healthy_after=2))
    rig.group.register(IP, PORT, AZ)
    rig.clock.run(1)
    rig.answer = 503
    rig.clock.run(21)
    assert rig.health.state == "healthy"
    rig.clock.run(31)
    assert rig.health == (
        "unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]",
    )  # fmt: skip
    rig.answer = 200
    rig.clock.run(41)
    assert rig.health.state == "unhealthy"
    rig.clock.run(51)
    assert rig.health == ("healthy", None, None)


def test_a_failure_in_between_starts_the_count_anew():
    rig = Rig(Check(interval=10, unhealthy_after=2))
    rig.group.register(IP, PORT, AZ)
    for until, answer in ((1, 200), (11, 500), (21, 200), (31, 500)):
        rig.answer = answer
        rig.clock.run(until)
    assert rig.health.state == "healthy"


@pytest.mark.parametrize(
    ("answer", "reason", "description"),
    [("refused", "Target.FailedHealthChecks", "Health checks failed"),
     ("timeout", "Target.Timeout", "Request timed out"),
     (404, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]")],
)  # fmt: skip
def test_an_unhealthy_target_says_why(answer, reason, description):
    rig = Rig()
    rig.answer = answer
    rig.group.register(IP, PORT, AZ)
    rig.clock.run(1 + 5)
    assert rig.health == ("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
    rig.clock.run(31 + 5)
    assert rig.health == ("unhealthy", reason, description)


def test_a_check_without_answer_takes_its_timeout_and_the_next_begins_on_time():
    rig = Rig(Check(interval=10, timeout=4))
    rig.answer = "timeout"
    rig.group.register(IP, PORT, AZ)
    rig.clock.run(14.9)
    assert rig.health.state == "initial"
    rig.clock.run(15)
    assert (rig.health.state, rig.asked) == ("unhealthy", [(1, IP), (11, IP)])


def test_a_connection_is_enough_for_a_tcp_check():
    rig = Rig(Check(protocol="TCP"))
    rig.answer = "connected"
    rig.group.register(IP, PORT, AZ)
    rig.clock.run(1)
    assert rig.health.state == "healthy"


def test_checks_wait_until_the_balancer_is_there():
    rig = Rig()
    rig.group.serve([AZ], open_at=120)
    rig.group.register(IP, PORT, AZ)
    rig.clock.run(119)
    assert rig.health.state == "initial"
    rig.clock.run(120)
    assert rig.health.state == "healthy"


def test_a_group_without_listener_has_unused_targets_until_it_gets_one():
    rig = Rig()
    rig.group.serve(None)
    rig.group.register(IP, PORT, AZ)
    rig.clock.run(100)
    assert rig.health == (
        "unused", "Target.NotInUse",
        "Target group is not configured to receive traffic from the load balancer",
    )  # fmt: skip
    rig.group.serve([AZ])
    rig.clock.run(101)
    assert rig.health.state == "healthy"
    rig.group.serve(None)
    assert rig.health.state == "unused"
    rig.clock.run(300)
    assert len(rig.asked) == 1


def test_a_target_in_another_zone_is_unused():
    rig = Rig()
    rig.group.register(IP, PORT, "us-east-1f")
    assert rig.health == (
        "unused", "Target.NotInUse",
        "Target is in an Availability Zone that is not enabled for the load balancer",
    )  # fmt: skip


def test_a_target_drains_and_is_gone():
    rig = Rig(delay=60)
    rig.group.register(IP, PORT, AZ)
    rig.clock.run(1)
    assert rig.group.deregister(IP, PORT) == 60
    assert rig.health == (
        "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress",
    )  # fmt: skip
    assert rig.group.next_target() is None
    rig.clock.run(21)
    assert rig.group.deregister(IP, PORT) == 40
    rig.clock.run(61)
    assert rig.group.find(IP, PORT) is None
    assert rig.heard[-1] == (61, IP, "unused", "Target is not registered to the target group")
    assert rig.asked == [(1, IP)]
    assert rig.clock.next_at() is None


def test_nobody_waits_for_a_target_that_was_never_used_or_never_there():
    rig = Rig()
    rig.group.register(IP, PORT, "us-east-1f")
    assert (rig.group.deregister(IP, PORT), rig.group.deregister("10.0.0.9", 80)) == (0, 0)
    assert list(rig.group) == []


def test_a_draining_target_can_be_registered_again():
    rig = Rig(delay=60)
    rig.group.register(IP, PORT, AZ)
    rig.clock.run(10)
    rig.group.deregister(IP, PORT)
    rig.group.register(IP, PORT, AZ)
    rig.clock.run(100)
    assert rig.health.state == "healthy"
    assert [target.ip for target in rig.group] == [IP]


def test_registering_twice_changes_nothing():
    rig = Rig()
    rig.group.register(IP, PORT, AZ)
    rig.clock.run(5)
    rig.group.register(IP, PORT, AZ)
    assert (rig.health.state, len(list(rig.group))) == ("healthy", 1)


def test_checks_can_be_switched_off_and_on():
    rig = Rig()
    rig.group.register(IP, PORT, AZ)
    rig.clock.run(5)
    rig.group.rechecked(Check(enabled=False))
    assert rig.health[:2] == ("unavailable", "Target.HealthCheckDisabled")
    assert rig.group.next_target().ip == IP
    rig.group.rechecked(Check())
    rig.clock.run(6)
    assert rig.health.state == "healthy"


def test_a_program_that_falls_over_at_the_check_is_not_judged():
    rig = Rig()
    target = rig.group.register(IP, PORT, AZ)

    def fall_over(_target, _check):
        rig.group.deregister(IP, PORT)
        return "refused"

    rig.group._ask = fall_over
    rig.clock.run(1)
    assert target.state == "draining"


def test_who_hears_of_a_target_may_take_it_out_at_once():
    rig = Rig(delay=20)
    rig_hear = rig.hear

    def hear(ip, port, health):
        rig_hear(ip, port, health)
        if health.state == "initial":
            rig.group.deregister(ip, port)

    rig.group._observer = hear
    rig.group.register(IP, PORT, AZ)
    rig.clock.run(100)
    assert [state for _, _, state, _ in rig.heard] == ["initial", "draining", "unused"]
    assert (rig.asked, list(rig.group), rig.clock.next_at()) == ([], [], None)


def test_requests_go_to_healthy_targets_in_turn():
    rig = Rig()
    rig.answers = {"10.0.0.7": 500}
    for last in (5, 6, 7, 8):
        rig.group.register(f"10.0.0.{last}", PORT, AZ)
    rig.clock.run(40)
    addresses = [rig.group.next_target().ip[-1] for _ in range(6)]
    assert addresses == ["5", "6", "8", "5", "6", "8"]


def test_a_group_with_unhealthy_targets_only_fails_open():
    rig = Rig()
    rig.answer = 500
    rig.group.register(IP, PORT, AZ)
    assert rig.group.next_target() is None
    assert not rig.group.answers
    rig.clock.run(40)
    assert rig.group.answers
    assert rig.group.next_target().ip == IP


@pytest.mark.parametrize(
    ("codes", "status", "holds"),
    [("200", 200, True), ("200", 204, False), ("200,302", 302, True), ("200-299", 204, True),
     ("200-299,404", 404, True), ("200-299", 300, False)],
)  # fmt: skip
def test_matcher(codes, status, holds):
    assert target_health.matches(codes, status) is holds


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["in", "out", "pass", "fail", "serve", "hide", "wait"]),
                          st.integers(1, 3)), max_size=40))  # fmt: skip
def test_whatever_happens_the_story_is_whole(steps):
    """Each target's heard states are legal moves, and the last is what is shown; nothing ticks for nobody."""
    rig = Rig(Check(interval=10), delay=25)
    for what, which in steps:
        ip = f"10.0.0.{which}"
        {
            "in": lambda ip=ip: rig.group.register(ip, PORT, AZ),
            "out": lambda ip=ip: rig.group.deregister(ip, PORT),
            "pass": lambda ip=ip: rig.answers.update({ip: 200}),
            "fail": lambda ip=ip: rig.answers.update({ip: 500}),
            "serve": lambda: rig.group.serve([AZ]),
            "hide": lambda: rig.group.serve(None),
            "wait": lambda which=which: rig.clock.run(rig.clock.now + which * 9),
        }[what]()
    last_states = {ip: state for _, ip, state, _ in rig.heard}
    for target in rig.group:
        assert last_states.get(target.ip, "unused") == target.state
        assert (target.next_event is None) == (target.state == "unused")
    for target in list(rig.group):
        rig.group.deregister(target.ip, target.port)
    rig.clock.run(rig.clock.now + 25)
    assert (list(rig.group), rig.clock.next_at()) == ([], None)
