"""The whole course in `aws` mode on an account full of look-alikes, and a kill after each changing call."""

import contextlib
import io
import os
import shutil
import sys

import pytest
from botocore.exceptions import ClientError

from ecslab import capacity, cleanup, cluster
from ecslab.aws_api.operations import changes
from ecslab.connection.names import names
from ecslab.connection.resource_kinds import BY_CREATE_CALL
from ecslab.course import STEPS
from ecslab.errors import EcslabError, NotOurs
from tests.connection import machine_calls as calls
from tests.connection.scripted_account import Stranger, lab_on, push_stand_ins, touched
from tests.operations.test_cleanup import machined

IN_THE_SANDBOX_ALONE = ("11.external", "14", "12.yours-2")
"""A machine outside AWS, the fault lab, a game that lets a day pass."""
WITH_INSTANCES = [step for step in STEPS if not step.id.startswith(IN_THE_SANDBOX_ALONE)]
COURSE = [step for step in WITH_INSTANCES if step.stage != "11"]
"""Without notebook 11, whose kinds of resource `machined` creates in less time."""
AGREES = {
    "11.template": lambda lab: capacity.agree(lab, budget=10),
    "11.yours-1": lambda lab: capacity.puzzle(lab, budget=10),
}
"""What a learner says before a step that costs."""
ALL_KILLS = os.environ.get("ECSLAB_ALL_KILLS")  # else the first call of each operation that creates something
LEFT_BY_DESIGN = "AWSServiceRole"  # made by AWS itself, shared by all of it in the account


@pytest.fixture
def stranger(lab, monkeypatch):
    push_stand_ins(monkeypatch)
    return Stranger(lab.place.endpoint)


def solved(lab, step):
    with contextlib.redirect_stdout(io.StringIO()):
        AGREES.get(step.id, id)(lab)
        step.solve(lab)


@pytest.mark.parametrize("owner", [None, "ben-1234"], ids=["untagged", "tagged by another learner"])
def test_where_all_names_are_taken_no_lesson_touches_anything(lab, stranger, tmp_path, owner):
    mine = lab_on(lab.place.endpoint, tmp_path / "mine")
    stranger.everything(mine, owner)
    lab.control("advance", seconds=300)
    before, refused = stranger.snapshot(), 0
    for step in COURSE:
        try:
            solved(mine, step)
        except NotOurs as error:
            refused += 1
            assert str(error).count("next:") == 1, step.id
        except (EcslabError, TypeError, ClientError):  # what a refused step should have made is missing
            assert refused, step.id
        assert touched(before, stranger.snapshot()) == {}, step.id
    assert refused > 20
    receipt = cleanup.run(mine, for_good=True)
    assert receipt.clean
    lab.control("advance", seconds=600)
    after = stranger.snapshot()
    assert touched(before, after) == {}
    assert ours(before, after) == set()


def test_beside_look_alikes_the_course_goes_through_and_leaves_nothing(lab, stranger, tmp_path):
    """Others' things under the names without a prefix, under another learner's, and re-created under ours."""
    mine = lab_on(lab.place.endpoint, tmp_path / "mine", "ana")
    stranger.everything(lab)
    stranger.everything(Named("ben"), "ben-1234")
    stranger.everything(Named("ana-2"))
    lab.control("advance", seconds=300)
    before = stranger.snapshot()
    for step in WITH_INSTANCES:
        solved(mine, step)
        assert touched(before, stranger.snapshot()) == {}, step.id
    assert cleanup.run(mine, for_good=True).clean
    after = stranger.snapshot()
    assert touched(before, after) == {} and ours(before, after) == set()
    stranger.everything(Named("ana"))  # all of it anew, under the very names that our ledger has
    lab.control("advance", seconds=300)
    before = stranger.snapshot()
    receipt = cleanup.run(mine, for_good=True)
    assert receipt.removed == () and receipt.clean
    for step in COURSE:
        if step.stage == "99":
            with contextlib.suppress(EcslabError):
                solved(mine, step)
    assert touched(before, stranger.snapshot()) == {}


class Named:
    """As much of a lab as tells the names of a prefix."""

    def __init__(self, prefix):
        self.names = names(prefix)


def ours(before, after):
    return {key for key in after if key not in before and LEFT_BY_DESIGN not in key}


# Kills ------------------------------------------------------------------------------------------------------


class Killer:
    """After a changing call a copy of this process dies and comes back: it opens the lab anew and cleans up.

    The account is in this process's memory, and a fork has one of its own. Calls that create are killed
    before their answer is written into the ledger, the others once they are answered.
    """

    def __init__(self, lab, endpoint, home, before):
        self.endpoint, self.home, self.before = endpoint, home, before
        self.calls, self.failures = [], []
        events = lab.place.session.events
        events.register_first("after-call", self.record_response)
        for service, operation in BY_CREATE_CALL:
            service_id = lab.client(service).meta.service_model.service_id.hyphenize()
            events.register_first(f"after-call.{service_id}.{operation}", self.record_response)
        lab._clients.clear()  # clients hear what was registered before they were made

    def record_response(self, model, context, http_response, **_):
        call = (model.service_model.service_name, model.name)
        if "killed" in context or not changes(*call) or http_response.status_code >= 300:
            return
        context["killed"] = True
        self.calls.append(call)
        if ALL_KILLS or (call in BY_CREATE_CALL and self.calls.count(call) == 1):
            self.die(f"{len(self.calls)}: {call}")

    def die(self, what):
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            status = 1
            with contextlib.suppress(BaseException):
                status = int(not self.cleans_up(what))
            os._exit(status)
        if os.waitpid(child, 0)[1]:
            self.failures.append(what)

    def cleans_up(self, what):
        home = self.home.parent / f"revived-{len(self.calls)}"
        shutil.copytree(self.home / "lab", home / "lab", ignore=shutil.ignore_patterns("layers"))
        receipt = cleanup.run(lab_on(self.endpoint, home, "ana"), for_good=True)
        after = Stranger(self.endpoint).snapshot()
        good = receipt.clean and not ours(self.before, after) and not touched(self.before, after)
        if not good:
            details = (ours(self.before, after), touched(self.before, after), receipt)
            (self.home.parent / f"failure-{len(self.calls)}.txt").write_text(f"{what}\n{details!r}")
        return good


def named(lab):
    """What the lessons do not make: namespaces of both kinds, and a service in one."""
    cloud_map = lab.client("servicediscovery")
    vpc = lab.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    cloud_map.create_http_namespace(Name="adgu-http")
    begun = cloud_map.create_private_dns_namespace(Name="adgu.local", Vpc=vpc)["OperationId"]

    def created():
        return cloud_map.get_operation(OperationId=begun)["Operation"]["Status"] == "SUCCESS"

    lab.wait(created, "the namespace")
    spaces = cloud_map.list_namespaces()["Namespaces"]
    space = next(each["Id"] for each in spaces if each["Name"] == "adgu.local")
    records = [{"Type": "A", "TTL": 10}]
    cloud_map.create_service(Name="adgu-back", NamespaceId=space, DnsConfig={"DnsRecords": records})
    lab.ecs.create_cluster(clusterName="ana-meshed", serviceConnectDefaults={"namespace": "ana-mesh"})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process that can be copied")
def test_whenever_the_process_dies_clean_up_leaves_nothing_and_touches_nobody(lab, stranger, tmp_path):
    home = tmp_path / "mine"
    mine = lab_on(lab.place.endpoint, home, "ana")
    stranger.everything(lab)
    lab.control("advance", seconds=300)
    killer = Killer(mine, lab.place.endpoint, home, stranger.snapshot())
    for step in COURSE:
        solved(mine, step)
    named(mine)
    cluster.create(mine)
    machined(mine)
    calls.managed_provider(mine, mine.names.cluster)
    calls.daemon(mine, mine.names.cluster)
    failures = "\n".join(path.read_text() for path in tmp_path.glob("failure-*.txt"))
    assert killer.failures == [], failures
    operations = {operation for _, operation in killer.calls}
    assert {"RunTask", "CreateService", "CreateLoadBalancer", "CreateListener", "PutRolePolicy"} <= operations
    assert set(BY_CREATE_CALL) <= set(killer.calls)
