"""Visitors as a learner has them: in the sandbox modelled, on a real account a few real requests."""

import threading
from types import SimpleNamespace

import pytest

import ecslab
from ecslab import cluster, deployment, execution_role, load_balancer, log_group, service, task_definition
from ecslab.connection.http import HttpReply
from ecslab.errors import CannotBeDone, NotConfirmed, NotThere, Unreachable
from ecslab.operations import visitors as package
from ecslab.operations.visitors import sent
from ecslab.sandbox.world.load.profile import constant

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"


@pytest.fixture(scope="module")
def balanced(tmp_path_factory):
    """The lesson's service behind its load balancer."""
    home = tmp_path_factory.mktemp("home")
    lab = ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7)
    cluster.create(lab)
    execution_role.create(lab)
    log_group.create(lab)
    task_definition.register(lab, HTTPD)
    service.create(lab)
    load_balancer.create(lab)
    load_balancer.attach(lab)
    load_balancer.wait_until_healthy(lab)
    yield lab
    lab.close()


@pytest.fixture
def lab(balanced):
    yield balanced
    for told in balanced.control("visitors")["visitors"]:
        balanced.control("visitors", do="stop", load_balancer=told["load_balancer"], port=told["port"])


def passed(lab, seconds):
    lab.control("advance", seconds=seconds)


def test_they_come_change_and_go(lab):
    people = ecslab.visitors(lab, 10)
    passed(lab, 600)
    seen = people.status()
    assert seen.requests == pytest.approx(6000, rel=0.15)
    assert (seen.served, seen.lost) == pytest.approx((seen.requests, 0), abs=0.01)
    assert (seen.profile, seen.rate, seen.targets) == ("constant", 10, 2)
    more = ecslab.visitors(lab, profile="spike", rate=1, peak=90, after=60, seconds=600, cpu_ms=40)
    passed(lab, 600)
    assert more.status().lost > 1
    assert ecslab.visitors(lab).seen.requests == more.seen.requests
    people.change(2)
    people.change(cpu_ms=1)
    assert people.status().rate == 2
    gone = people.stop()
    assert gone.rate == 0 and people.stop() == gone  # who has gone stays gone
    assert more.stop().rate == 0  # and so for who looks another way
    with pytest.raises(NotThere, match="has no visitors"):
        ecslab.visitors(lab)
    with pytest.raises(NotThere, match="has no visitors any more"):
        people.status()


def test_they_show_themselves(lab):
    people = ecslab.visitors(lab, 10, path="/page")
    first, *rest = repr(people).splitlines()
    assert first == f"10 visitors a second of {lab.names.load_balancer}:80/page (constant)"
    assert any(line.startswith("requests so far") for line in rest)
    assert "<table>" in people._repr_html_() and "targets that serve" in people._repr_html_()


def test_a_csv_is_a_file_or_its_text(lab, tmp_path):
    file = tmp_path / "day.csv"
    file.write_text("time,rate\n08:00,10\n08:30,20\n09:00,10\n")
    people = ecslab.visitors(lab, csv=file)
    assert people.seen.profile == "csv" and 10 <= people.seen.rate <= 20
    assert ecslab.visitors(lab, csv="0,5\n60,5\n").seen.rate == 5
    with pytest.raises(ValueError, match=r"the CSV has a hole before line 3: 3600 seconds"):
        ecslab.visitors(lab, csv="08:00,1\n08:30,2\n09:30,3\n10:00,3\n")
    with pytest.raises(NotThere, match=r"the CSV .*none\.csv cannot be read: No such file or directory"):
        ecslab.visitors(lab, csv=tmp_path / "none.csv")
    with pytest.raises(ValueError, match="a csv says all of the rates itself"):
        ecslab.visitors(lab, 3, csv=file)


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({"rate": -1}, "rate must be from 0 to 100,000 requests a second, got -1"),
        ({"rate": 1, "load_balancer": "gone"}, "there is no load balancer gone; it may have been deleted"),
        ({"rate": 1, "port": 81}, "has no listener on port 81; it listens on port 80"),
        ({"profile": "tide"}, "there is no profile 'tide'; there are: constant, ramp, day, spike, csv"),
        ({"profile": "day", "low": 1}, "the profile 'day' needs high; it takes low, high, [hour]"),
    ],
)
def test_what_cannot_be_is_said_plainly(lab, about, says):
    with pytest.raises(CannotBeDone) as refusal:
        ecslab.visitors(lab, **about)
    assert says in str(refusal.value) and "ValidationError" not in str(refusal.value)


def test_save_and_load_bring_them_back(lab, tmp_path):
    ecslab.visitors(lab, csv="0,5\n60,7\n120,9\n")
    passed(lab, 300)
    before = lab.control("visitors")
    lab.save(tmp_path / "lab.ecslab")
    ecslab.visitors(lab).stop()
    lab.load(tmp_path / "lab.ecslab")
    assert lab.control("visitors") == before


def rolled(lab, minimum, maximum):
    """A deployment under visitors, and how the service did meanwhile."""
    deployment.set_limits(lab, minimum, maximum)
    deployment.roll(lab, again=True)
    seen = deployment.watch(lab)
    return seen, deployment.run(lab, seen)


def test_a_deployment_loses_requests_or_does_not_by_its_limits(lab):
    ecslab.visitors(lab, 5)
    seen, smooth = rolled(lab, 100, 200)
    assert (smooth.lost, smooth.most_tasks, smooth.desired) == (0, 4, [(smooth.begin, 2.0)])
    assert smooth.requests == pytest.approx(5 * (smooth.end - smooth.begin).total_seconds(), rel=0.35)
    assert [mark.text for mark in smooth.marks if smooth.begin <= mark.at] == ["deployment, SUCCESSFUL"]
    again, hard = rolled(lab, 0, 100)  # both tasks are stopped before new ones start
    assert 0 < hard.lost < hard.requests and {value for _, value in hard.running} <= {0, 1, 2}
    later = deployment.run(lab, seen)
    assert (later.words, later.begin, later.end) == (smooth.words, smooth.begin, smooth.end)
    both = deployment.run(lab, seen, again)
    assert both.lost == hard.lost and both.requests > smooth.requests + hard.requests - 1
    assert len([mark for mark in both.marks if both.begin <= mark.at <= both.end]) == 2


# A real account ---------------------------------------------------------------------------------------------


class Account:
    """As much of a lab on a real account as visitors need; `answers` are what the page says in turn."""

    where, account = "aws", "111122223333"
    names = SimpleNamespace(load_balancer="web")

    def __init__(self, *answers):
        self.asked, self._answers, self._enough = [], list(answers), threading.Event()
        self.elbv2 = SimpleNamespace(describe_load_balancers=self._described)

    def _described(self, Names):
        return {"LoadBalancers": [{"DNSName": "web.example.com"}] if Names == ["web"] else []}

    def url(self, host, port):
        return f"http://{host}:{port}/"

    def http(self, method, url):
        answer = self._answers.pop(0) if self._answers else 200
        self.asked.append((method, url))
        if not self._answers:
            self._enough.set()
        if answer == 0:
            raise Unreachable("no answer")
        return HttpReply(answer, {}, b"")


def test_the_price_comes_first_and_nothing_is_sent_without_a_budget():
    account = Account()
    with pytest.raises(NotConfirmed) as refusal:
        ecslab.visitors(account, 5, minutes=30)
    assert str(refusal.value).startswith("an hour of 5 visitors a second costs about $0.0192 (us-east-1, ")
    assert "Nothing was sent." in str(refusal.value) and "budget=0.01 agrees to it" in str(refusal.value)
    with pytest.raises(NotConfirmed):
        ecslab.visitors(account, 5, minutes=60, budget=0.001)
    with pytest.raises(NotConfirmed):
        ecslab.visitors(account, 5, minutes=60, budget=float("nan"))
    assert not account.asked


def test_a_real_account_gets_as_many_as_were_agreed_to():
    answers, moment = [200, 503, 0, 404], SimpleNamespace(now=1000.0)
    account = Account(*answers)

    def pause(seconds):
        moment.now += max(seconds, 0.001)

    people = sent.SentVisitors(
        lambda: account.http("GET", "http://web.example.com:80/x"), "web", 80, "/x", constant(2), 60,
        lambda: moment.now, pause,
    )  # fmt: skip
    people._send()
    seen = people.status()
    assert len(account.asked) == seen.requests == pytest.approx(120, abs=2)
    assert seen.failed == {"503": 1, "no answer": 1} and seen.served == seen.requests - 2
    assert seen.note == "They have gone." and seen.rate == 0
    with pytest.raises(NotConfirmed, match="more than 2 visitors a second cost more than you agreed to"):
        people.change(3)


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({"rate": 100}, "this computer sends 20 requests a second at the most to a real account, not 100"),
        ({"rate": 1, "minutes": 600}, "minutes must be from 0 to 60, got 600"),
        ({"rate": 1, "load_balancer": "gone"}, "there is no load balancer gone; it may have been deleted"),
        ({"rate": -1}, "rate must be from 0 to 100,000 requests a second, got -1"),
    ],
)
def test_a_real_account_is_spared(about, says):
    account = Account()
    with pytest.raises(CannotBeDone) as refusal:
        ecslab.visitors(account, **{"budget": 1.0, **about})
    assert says in str(refusal.value) and not account.asked


def test_they_stop_when_told():
    account = Account(*[200] * 3)
    people = ecslab.visitors(account, 20, minutes=5, budget=1, path="/x")
    assert account._enough.wait(10)
    seen = people.stop()
    asked = len(account.asked)
    assert seen.note == "They have gone." and not people._thread.is_alive()
    assert len(account.asked) == asked and account.asked[0] == ("GET", "http://web.example.com:80/x")
    package._sending.clear()
