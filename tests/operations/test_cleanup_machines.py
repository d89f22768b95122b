"""Clean-up of what tasks run on: in which order it goes, what holds it, and whom it leaves alone."""

import contextlib
import os
import shutil

import pytest

from ecslab import cleanup, cluster
from ecslab.aws_api.operations import changes
from ecslab.connection.tags import owner_in
from ecslab.operations import prices
from ecslab.operations.cleanup import ending
from tests.connection import machine_calls as calls
from tests.connection.scripted_account import HTTPD, Stranger, lab_on

ORDER = [
    "service", "task", "capacity provider", "container instance", "container instance",
    "container instance", "Auto Scaling group", "instance", "instance", "managed node", "activation",
    "cluster", "task definition", "launch template", "instance profile", "role", "role",
]  # fmt: skip


@pytest.fixture
def mine(lab, tmp_path):
    made = lab_on(lab.place.endpoint, tmp_path / "mine")
    cluster.create(made)
    return made


@pytest.fixture
def stranger(lab):
    return Stranger(lab.place.endpoint)


def defined(ecs, family="work"):
    container = {"name": "w", "image": HTTPD, "memory": 128}
    ecs.register_task_definition(family=family, networkMode="bridge", containerDefinitions=[container])


def working(lab, protects=False):
    """Machines of every kind, and a service whose task runs on them."""
    ids = calls.furnished(lab, protects)
    defined(lab.ecs)
    lab.ecs.create_service(
        cluster=lab.names.cluster, serviceName="work", taskDefinition="work", desiredCount=1
    )
    lab.control("advance", seconds=60)
    return ids


def left_over(stranger):
    """What is still there of machines, in words; terminated instances are told of for a while."""
    seen = calls.everything(stranger)
    seen["instances"] = {id_: state for id_, state in seen["instances"].items() if state != "terminated"}
    seen["providers"] = [each["name"] for each in seen["providers"] if "FARGATE" not in each["name"]]
    return {kind: shown for kind, shown in seen.items() if shown}


def test_all_of_it_goes_in_an_order_that_works_and_is_priced(mine, stranger):
    in_group, alone, node = working(mine)
    plan = cleanup.plan(mine)
    assert [each.kind for each in plan.resources] == ORDER
    costs = {each.id: each.cost for each in plan.resources}
    assert costs[in_group] == "$0.0187 an hour"  # t3.micro, 30 GiB, an address
    assert costs[alone] == "$0.0291 an hour"
    assert costs[node] == "$0.0103 an hour"
    receipt = cleanup.run(mine)
    assert receipt.title == f"0 of {len(ORDER)} left."
    assert [each.kind for each in receipt.removed] == ORDER
    assert left_over(stranger) == {} and stranger.cloudwatch.describe_alarms()["MetricAlarms"] == []
    assert {"2 terminated instances", "1 INACTIVE capacity provider"} <= {
        each.what for each in receipt.retained
    }
    assert cleanup.run(mine).title == "Nothing of this lab was there."


def test_instances_that_ecs_manages_go_with_their_provider_and_are_priced_with_it(mine, stranger):
    calls.managed(mine, mine.names.cluster)
    (provider,) = [each for each in cleanup.plan(mine).resources if each.kind == "capacity provider"]
    assert provider.cost == "$0.0662 an hour"  # c7a.medium, the fee for managing it, 80 GiB
    receipt = cleanup.run(mine)
    assert [each.kind for each in receipt.removed] == [
        "service", "task", "capacity provider", "cluster", "task definition", "instance profile", "role",
        "role",
    ]  # fmt: skip
    assert receipt.clean and left_over(stranger) == {}


def test_a_daemon_goes_before_its_provider_and_its_tasks_go_with_it(mine, stranger):
    calls.managed(mine, mine.names.cluster)
    arn = calls.daemon(mine, mine.names.cluster)
    tags = stranger.ecs.list_tags_for_resource(resourceArn=arn)["tags"]
    assert owner_in(tags) == mine.ledger.owner
    receipt = cleanup.run(mine)
    assert [each.kind for each in receipt.removed] == [
        "service", "task", "daemon", "capacity provider", "cluster", "task definition",
        "daemon task definition", "instance profile", "role", "role",
    ]  # fmt: skip
    assert receipt.clean and left_over(stranger) == {}
    assert cleanup.run(mine).title == "Nothing of this lab was there."


def test_a_strangers_daemon_stays_and_what_it_needs(mine, stranger):
    calls.managed(mine, mine.names.cluster)
    theirs = calls.daemon(Lent(mine, stranger), mine.names.cluster, "theirs")
    left = {each.resource.kind: each.why for each in cleanup.run(mine).left}
    assert left["capacity provider"].endswith("that this lab did not make: daemon theirs")
    assert stranger.ecs.describe_daemon(daemonArn=theirs)["daemon"]["status"] == "ACTIVE"
    stranger.ecs.delete_daemon(daemonArn=theirs)
    mine.control("advance", seconds=600)
    assert cleanup.run(mine).clean and left_over(stranger) == {}


class Lent:
    """A stranger's calls, while the lab lets time pass."""

    def __init__(self, lab, stranger):
        self.ecs, self.control = stranger.ecs, lab.control


def test_killed_while_daemons_go_the_next_clean_up_ends_it(mine, stranger, tmp_path):
    calls.managed(mine, mine.names.cluster)
    calls.daemon(mine, mine.names.cluster)
    killed = Killed(mine, tmp_path, stranger, {"DeleteDaemon", "DeleteDaemonTaskDefinition"})
    assert cleanup.run(mine).clean and left_over(stranger) == {}
    assert killed.failures == [] and killed.telling <= set(killed.calls)


def test_a_group_that_takes_too_long_is_left_with_what_its_instances_do(mine, stranger, monkeypatch):
    in_group, _, _ = calls.furnished(mine)
    monkeypatch.setattr(ending, "_ENDED_WITHIN", 5.0)
    why = {each.resource.kind: each.why for each in cleanup.run(mine).left}
    assert why["Auto Scaling group"] == (
        f"waited 5 s for 1 Auto Scaling group to be deleted ({in_group} is Terminating), "
        "and it did not happen."
    )
    monkeypatch.undo()
    assert cleanup.run(mine).clean and left_over(stranger) == {}


def test_where_others_tasks_run_the_machine_stays_and_all_that_it_needs(mine, stranger):
    working(mine)
    defined(stranger.ecs, "theirs")
    strategy = [{"capacityProvider": "machines", "weight": 1}]
    run = stranger.ecs.run_task(
        cluster=mine.names.cluster, taskDefinition="theirs", capacityProviderStrategy=strategy
    )
    mine.control("advance", seconds=60)
    before = calls.everything(stranger)["groups"][0]
    receipt = cleanup.run(mine)
    rest = sum(each.resource.hourly for each in receipt.left)
    assert rest > 0.01 and f"{prices.dollars(rest)} an hour goes on." in receipt.costs
    assert cleanup.run(mine).costs.startswith(f"What is left costs about {prices.dollars(rest)} an hour (")
    left = {each.resource.kind: each.why for each in receipt.left}
    assert set(left) == {
        "capacity provider", "container instance", "Auto Scaling group", "instance", "cluster",
        "launch template", "instance profile", "role",
    }  # fmt: skip
    task = run["tasks"][0]["taskArn"]
    assert f"did not make: task {task.rpartition('/')[2][:8]}" in left["capacity provider"]
    assert left["launch template"] == left["instance profile"] == "an instance that stays needs it"
    assert left["role"] == "instance profile machines stays and has it"
    assert calls.everything(stranger)["groups"][0]["Instances"] == before["Instances"]
    shown = stranger.ecs.describe_tasks(cluster=mine.names.cluster, tasks=[task])["tasks"][0]
    assert shown["lastStatus"] == "RUNNING"
    stranger.ecs.stop_task(cluster=mine.names.cluster, task=task)
    mine.control("advance", seconds=120)
    assert cleanup.run(mine).clean and left_over(stranger) == {}


def test_what_somebody_made_anew_under_our_names_is_left_alone(mine, stranger):
    calls.furnished(mine)
    assert cleanup.run(mine).clean
    calls.profile(stranger.iam)
    calls.template(stranger.ec2, "theirs")
    calls.provider(stranger.ecs, calls.group(stranger._client("autoscaling"), stranger.ec2))
    mine.control("advance", seconds=120)
    before = calls.everything(stranger)
    receipt = cleanup.run(mine)
    assert receipt.removed == () and calls.everything(stranger) == before
    assert [each.kind for each in receipt.strangers] == [
        "capacity provider", "Auto Scaling group", "launch template", "instance profile", "role",
    ]  # fmt: skip


def test_a_lost_ledger_is_made_up_for_by_the_tag_but_for_what_iam_alone_knows(mine, stranger, tmp_path):
    calls.furnished(mine)
    new = lab_on(mine.place.endpoint, tmp_path / "new")
    assert cleanup.run(new).removed == ()
    removed = {each.kind for each in cleanup.run(new, owner=mine.ledger.owner).removed}
    assert removed >= {"capacity provider", "container instance", "Auto Scaling group", "instance",
                       "managed node", "activation", "launch template"}  # fmt: skip
    assert set(left_over(stranger)) == {"profiles"}


def test_a_profile_that_the_same_learners_lab_in_another_region_uses_stays_with_its_role(mine):
    calls.profile(mine.iam)
    folder, account = mine.ledger.path.parent, mine.account
    there = type(mine.ledger).at(folder, "aws", account, "eu-west-1", "")
    there._write({"intend": "a", "kind": "launch template", "name": "machines", "uses": ["machines"]})
    left = [(each.resource.kind, each.why.partition(":")[0]) for each in cleanup.run(mine).left]
    assert left == [(kind, "your lab in eu-west-1 still uses it") for kind in ("instance profile", "role")]
    there.note_clean()
    assert cleanup.run(mine).clean


ALL_KILLS = os.environ.get("ECSLAB_ALL_KILLS")  # else after the first call of those that tell how far it came
TELLING = {
    "PutClusterCapacityProviders", "DeregisterContainerInstance", "UpdateAutoScalingGroup",
    "DeleteAutoScalingGroup", "RemoveRoleFromInstanceProfile",
}  # fmt: skip


class Killed:
    """After changing calls of a clean-up, a copy of this process dies, comes back, and cleans up."""

    def __init__(self, lab, tmp_path, stranger, telling=TELLING):
        self.telling = telling
        self.lab, self.folder, self.stranger = lab, tmp_path, stranger
        self.calls, self.failures = [], []
        lab.place.session.events.register_first("after-call", self.heard)
        lab._clients.clear()  # clients hear what was registered before they were made

    def heard(self, model, context, **_):
        call = (model.service_model.service_name, model.name)
        if not changes(*call) or "killed" in context:
            return
        context["killed"] = True
        self.calls.append(model.name)
        if not ALL_KILLS and (model.name not in self.telling or self.calls.count(model.name) > 1):
            return
        child = os.fork()
        if child == 0:
            status = 1
            with contextlib.suppress(BaseException):
                home = self.folder / f"revived-{len(self.calls)}"
                shutil.copytree(self.lab.home / "lab", home / "lab")
                clean = cleanup.run(lab_on(self.lab.place.endpoint, home)).clean
                status = int(not clean or left_over(self.stranger) != {})
            os._exit(status)
        if os.waitpid(child, 0)[1]:
            self.failures.append(model.name)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process that can be copied")
def test_killed_between_any_two_calls_the_next_clean_up_ends_it(mine, stranger, tmp_path):
    """With managed termination protection and managed draining, neither of which holds anything up."""
    working(mine, protects=True)
    scaling = mine.client("autoscaling")
    group = scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]
    assert group["NewInstancesProtectedFromScaleIn"] and group["Instances"][0]["ProtectedFromScaleIn"]
    assert scaling.describe_lifecycle_hooks(AutoScalingGroupName="machines")["LifecycleHooks"]
    killed = Killed(mine, tmp_path, stranger)
    assert cleanup.run(mine).clean and left_over(stranger) == {}
    assert killed.failures == []
    others = {
        "DeleteCapacityProvider", "SetInstanceProtection", "TerminateInstances", "DeregisterManagedInstance",
        "DeleteActivation", "DeleteLaunchTemplate", "DeleteInstanceProfile",
    }  # fmt: skip
    assert TELLING | others <= set(killed.calls)
