"""The course walked from 00 to 99 in two orders: what two places state agrees, and practice changes nothing.

Once each notebook from top to bottom; once the whole main line first, and then every exercise.
"""

import re
from collections import Counter

import pytest
from walk import as_written, exercises_last, parts, walk

import ecslab
from ecslab.operations import prices
from tests import moments
from tests.notebooks.rig import read, stems

ORDERS = {"as written": as_written, "exercises last": exercises_last}
STATED = [
    # what, and the places that state it: a cell, and how it says it there
    ("the digest of the first page", ("01-build", r"Image sha256:(\w{12})"), ("01-look", r"sha256:(\w{12})"),
     ("01-push", r"digest +sha256:(\w{12})"), ("01-lifecycle", r"sha256:(\w{12})")),
    ("the layers of an image", ("01-build", r"^(\d)  .*your page"), ("01-push", r"layers +(\d) uploaded")),
    ("the layers that are there already", ("01-again", r"already there: (\d)"),
     ("01-build", r"^(\d)  .*web server")),
    ("CPU units of the page", ("03-size", r"cpu (\d+)"), ("03-register", r"\((\d+) units\)"),
     ("03-json", r'^  "cpu": "(\d+)"')),
    ("MiB of the page", ("03-size", r"memory (\d+)"), ("03-register", r"\((\d+) MiB\)"),
     ("03-json", r'^  "memory": "(\d+)"')),
    ("what the page costs an hour", ("00-prices", r"the course's task: .*x86 +(\$[\d.]+)"),
     ("03-size", r"^(\$[\d.]+) an hour"), ("04-bill", r"the task: .* GB +(\$[\d.]+)")),
    ("what the page costs a month", ("00-prices", r"the course's task: .*(\$[\d.]+) +fargate"),
     ("03-size", r"(\$[\d.]+) a month"), ("04-bill", r"the task: .*(\$[\d.]+)$")),
    ("what an address costs", ("00-prices", r"a public IPv4 address +(\$[\d.]+)"),
     ("03-size", r"address adds (\$[\d.]+)"), ("04-bill", r"its public IPv4 address +(\$[\d.]+)")),
    ("a load balancer, a month", ("00-prices", r"a load balancer in two zones +\S+ +(\$[\d.]+)"),
     ("07-bill", r"together +(\$[\d.]+)")),
    ("two load balancers, a month", ("00-prices", r"two load balancers +\S+ +(\$[\d.]+)"),
     ("07-bill", r"with a second one like it +(\$[\d.]+)")),
    ("the revision", ("03-register", r"adgu-web-server-task:(\d+)"), ("03-json", r'"revision": (\d+)'),
     ("03-check", r"`adgu-web-server-task:(\d+)`"), ("04-view", r"Task of adgu-web-server-task:(\d+)")),
    ("the port", ("03-register", r"Port +(\d+)/tcp"), ("03-json", r'"containerPort": (\d+)'),
     ("04-check", r"TCP port (\d+)"), ("05-why-not", r"does not admit port (\d+)")),
    ("the subnet", ("04-configuration", r"subnet-\w+"), ("04-eni", r"subnet-\w+")),
    ("the security group", ("04-configuration", r"sg-\w+"), ("05-rule", r"sg-\w+"), ("05-guess", r"sg-\w+"),
     ("05-why-not", r"sg-\w+"), ("05-calls", r"sg-\w+"), ("06-choice", r"sg-\w+")),
    ("the interface", ("04-eni", r"eni-\w+"), ("05-hops", r"eni-\w+")),
    ("the private address", ("04-eni", r"privateIPv4Address +([\d.]+)"),
     ("05-hops", r"private address ([\d.]+\d)"), ("05-hops-by-hand", r"172\.31[\d.]+")),
    ("the public address", ("05-hops", r"203\.0\.113\.\d+"), ("05-hops-by-hand", r"203\.0\.113\.\d+"),
     ("05-frame", r"^http://([\d.]+)/"), ("05-check", r"answers at ([\d.]+\d)"),
     ("05-open-look", r"203\.0\.113\.\d+")),
    ("the task", ("04-check", r"Task (\w{8}) of"), ("05-hops", r"Task (\w{8})"),
     ("05-question-2", r"adgu-container/(\w{8})")),
    ("the digest of the second page", ("01-moved", r"second push .* stands for sha256:(\w{10})"),
     ("01-question-1", r"^answer: (\w{10})\w\w$")),
    ("a task that has no way out", ("04-yours-2", r"task (\w{8})"), ("04-yours-2-check", r"Task (\w{8})")),
    ("how long it tries", ("04-yours-2", r"STOPPED after (\d+) s"), ("04-yours-2", r"It was: (\d+)")),
    ("tasks of the service", ("06-wait", r"'runningCount': (\d+)"), ("06-check", r"keeps (\d+) tasks"),
     ("06-steady", r"has started (\d+) tasks"), ("06-stop-outcome", r"It was: (\d+)")),
]  # fmt: skip
DRAWN = {
    # cells of the main line that show what chance, or what lies there, decides
    "00-progress": "counts the exercises", "07-attached": "which target is healthy first",
    "07-who": "which target is asked first", "07-refused": "which target is asked first",
    "09-stop": "counts the tasks of the exercises", "10-delete": "counts the services of the exercise",
    "10-stopped": "what a resolver happens to remember", "10-scale": "which of two addresses comes first",
}  # fmt: skip
BROKEN = {"12-gone-check": "an alarm was deleted, to see what its policy does without it"}
MEASURED = ("08", "11", "12", "14", "99")  # they measure a history of events; the last removes practice
CHANCE = re.compile(
    r"\d{4}-\d\d-\d\d[T ][\d:.]+\S*|\[[^]]*\d\d:\d\d:\d\d[^]]*\]|\b\d+(?::\d\d)+\b"  # moments
    r"|\b\d+(?:\.\d+)? ?(?:s|seconds|min)\b"  # durations
    r"|\b[0-9a-f]{8}(?:[0-9a-f]{24}|(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?\b"  # tasks, uploads
    r"|\b(?:vpc|subnet|sg|eni|igw|acl)-[0-9a-f]{17}|ecs-svc/\d+|/[0-9a-f]{16}\b|-\d{9,10}\b|password-\w{6}"
    r"|ecs-execute-command-[0-9a-f]{17}\b"  # sessions
    r"|\b(?:203\.0\.113|198\.51\.100|172\.31\.\d+|10\.0\.\d+)\.\d+\b|ip-172-31-[\d-]+|(?:\w\w:){5}\w\w"
    r"|'[A-Za-z0-9]{52,56}'|127\.0\.0\.1:\S+|(?m:^ *\d+(?=  aws ))"  # requests, the gateway, numbers of calls
)


@pytest.fixture(scope="module", params=ORDERS)
def walked(request, tmp_path_factory):
    """What each cell showed, in one of the orders."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("walk")
        with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
            moments.keep(lab)
            patch.setattr(ecslab, "connect", lambda: lab, raising=False)
            yield walk(lab, ORDERS[request.param]())


@pytest.fixture(scope="module")
def both():
    """What the cells of the main line showed in each order that was walked."""
    return {}


def values(walked, cell, pattern):
    return set(re.findall(pattern, walked[cell], re.MULTILINE))


def test_nothing_has_to_be_filled_in(walked):
    assert [cell for cell, text in walked.items() if "Filled in for you" in text] == []


def test_every_question_of_the_account_has_an_answer_where_it_stands(walked):
    assert sum("\nanswer: " in text for text in walked.values()) >= 20
    assert [cell for cell, text in walked.items() if text.endswith("\nno answer")] == []


def test_every_check_is_done(walked):
    checks = {cell: text for cell, text in walked.items() if cell.endswith("-check")}
    assert len(checks) > 30
    assert {cell for cell, text in checks.items() if re.search("Not yet|Look again", text)} == BROKEN.keys()


@pytest.mark.parametrize(("what", "places"), [(what, places) for what, *places in STATED])
def test_what_two_places_state_is_one_and_the_same(walked, what, places):
    stated = {(cell, pattern): values(walked, cell, pattern) for cell, pattern in places}
    assert len({*map(frozenset, stated.values())}) == 1, stated
    assert all(stated.values()), stated


def test_every_amount_of_money_is_known(walked):
    """A price in a text is one that an output states, in dollars or in cents, to the digits that it gives."""
    amounts = {float(amount) for text in walked.values() for amount in re.findall(r"\$(\d+(?:\.\d+)?)", text)}
    hour = prices.task_hour(256, 512)
    known = amounts | {hour, 2 * hour, prices.task_hour(256, 512, public_ip=False)}
    unknown = []
    for stem in stems():
        for cell in read(stem).cells:
            for dollars, cents in re.findall(r"\$(\d[\d.]*\d|\d)|(\d[\d.]*) cents", cell.source):
                amount = float(dollars or 0) or float(cents) / 100
                digits = len((dollars or cents).partition(".")[2]) + (2 if cents else 0)
                if cell.cell_type == "markdown" and amount not in {round(each, digits) for each in known}:
                    unknown.append((cell.id, dollars or cents))
    assert unknown == []


def test_practice_changes_nothing_of_the_main_line(walked, both):
    main = [cell.id for stem in stems() for cell in parts(stem)[0] if not stem.startswith(MEASURED)]
    both[len(both)] = {
        cell: Counter(" ".join(CHANCE.sub("…", line).split()) for line in walked[cell].splitlines())
        for cell in main if cell in walked and cell not in DRAWN and "question" not in cell
    }  # fmt: skip
    first, last = both[0], both[len(both) - 1]
    assert {cell: (first[cell] - last[cell], last[cell] - first[cell]) for cell in first
            if first[cell] != last[cell]} == {}  # fmt: skip
    assert DRAWN.keys() <= walked.keys()


def test_the_plan_counts_what_it_lists(walked):
    plan = walked["99-plan"]
    [count] = re.findall(r"^(\d+) to remove", plan, re.MULTILINE)
    assert int(count) == len(re.findall(r"^\d+ {2,}[a-zA-Z]", plan, re.MULTILINE))
