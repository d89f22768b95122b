"""Clean-up on an account that others use, too: what is theirs stays, and the receipt names it."""

import json

import pytest

from ecslab import cleanup, cluster, execution_role, load_balancer, network, service, task, task_definition
from tests.connection.scripted_account import HTTPD, TRUST, Stranger, lab_on, touched


@pytest.fixture
def stranger(lab):
    return Stranger(lab.place.endpoint)


@pytest.fixture(params=["aws", "sandbox"])
def mine(lab, request, tmp_path):
    return lab if request.param == "sandbox" else lab_on(lab.place.endpoint, tmp_path / "mine")


@pytest.fixture
def account_lab(lab, tmp_path):
    return lab_on(lab.place.endpoint, tmp_path / "mine")


def with_a_service(lab):
    cluster.create(lab)
    task_definition.register(lab, image=HTTPD, logs=False)
    service.create(lab)
    service.wait_until_stable(lab)


def test_a_colleagues_service_and_task_in_our_cluster_stay_and_so_does_the_cluster(mine, stranger):
    with_a_service(mine)
    stranger.register("theirs")
    stranger.service(mine.names.cluster, "theirs", "theirs", count=1)
    running = stranger.run(mine.names.cluster, "theirs")
    mine.control("advance", seconds=60)
    plan = cleanup.plan(mine)
    assert {each.name for each in plan.strangers} >= {"theirs", running.rsplit("/", 1)[-1]}
    assert "stays: there is something in it that this lab did not make: service theirs, task" in repr(plan)
    receipt = cleanup.run(mine)
    assert [each.resource.kind for each in receipt.left] == ["cluster"]
    assert "service theirs, task " in receipt.left[0].why
    assert "theirs" in repr(receipt).split("Left alone")[1]
    described = stranger.ecs.describe_services(cluster=mine.names.cluster, services=["theirs"])["services"][0]
    assert (described["status"], described["desiredCount"]) == ("ACTIVE", 1)
    assert (
        stranger.ecs.describe_tasks(cluster=mine.names.cluster, tasks=[running])["tasks"][0]["desiredStatus"]
        == "RUNNING"
    )
    stranger.ecs.delete_service(cluster=mine.names.cluster, service="theirs", force=True)
    stranger.ecs.stop_task(cluster=mine.names.cluster, task=running)
    mine.control("advance", seconds=120)
    assert cleanup.run(mine).title == "0 of 1 left."


def test_the_tasks_of_a_service_of_ours_that_is_being_deleted_hold_nothing_up(mine):
    with_a_service(mine)
    mine.ecs.delete_service(cluster=mine.names.cluster, service=mine.names.service, force=True)
    assert cleanup.run(mine).clean


def test_only_those_inactive_revisions_go_that_the_lab_registered(mine, stranger):
    theirs = stranger.register(mine.names.family)
    stranger.ecs.deregister_task_definition(taskDefinition=theirs)
    ours = task_definition.register(mine, image=HTTPD, logs=False)["taskDefinitionArn"]
    receipt = cleanup.run(mine)
    assert [each.what for each in receipt.retained if "revision" in each.what] == [
        f"1 INACTIVE revision of {mine.names.family}"
    ]
    cleanup.run(mine, for_good=True)
    inactive = stranger.ecs.list_task_definitions(status="INACTIVE")["taskDefinitionArns"]
    assert theirs in inactive and ours not in inactive


def test_two_learners_without_a_prefix_remove_their_own_each(lab, stranger, tmp_path):
    ana, ben = (lab_on(lab.place.endpoint, tmp_path / name) for name in ("ana", "ben"))
    with_a_service(ana)
    load_balancer.create(ana)
    before = stranger.snapshot()
    # a ledger that believes all of it is its own, as one that AWS answered idempotently would
    ben.ledger.path.write_bytes(
        ben.ledger.path.read_bytes()
        + b"".join(line for line in ana.ledger.path.read_bytes().splitlines(True) if b"owner" not in line)
    )
    assert len(ben.ledger.entries()) == len(ana.ledger.entries())
    receipt = cleanup.run(ben, for_good=True)
    assert receipt.removed == () and receipt.clean
    assert touched(before, stranger.snapshot()) == {}
    assert cleanup.run(ana).clean


def test_a_lost_ledger_is_made_up_for_by_the_owner_in_the_tag(lab, tmp_path):
    lost = lab_on(lab.place.endpoint, tmp_path / "lost")
    with_a_service(lost)
    load_balancer.create(lost)
    new = lab_on(lab.place.endpoint, tmp_path / "new")
    assert cleanup.run(new).removed == ()
    receipt = cleanup.run(new, owner=lost.ledger.owner, for_good=True)
    assert receipt.clean and len(receipt.removed) > 5
    with pytest.raises(PermissionError):  # the word is good for that clean-up only
        cluster.create(lost)
        cluster.delete(new)


def test_a_role_that_the_same_learners_lab_in_another_region_uses_stays(account_lab, stranger, monkeypatch):
    execution_role.create(account_lab)
    folder, account = account_lab.ledger.path.parent, account_lab.account
    ledger = type(account_lab.ledger).at(folder, "aws", account, "eu-west-1", "")
    uses = [account_lab.names.execution_role]
    ledger._write({"intend": "a", "kind": "task definition", "name": "web", "uses": uses})
    receipt = cleanup.run(account_lab)
    assert [(each.resource.kind, each.why) for each in receipt.left] == [
        ("role", "your lab in eu-west-1 still uses it: clean up there first, then here again")
    ]
    assert execution_role.find(account_lab)
    ledger.note_clean()
    assert cleanup.run(account_lab).title == "0 of 1 left."


def test_what_a_definition_needs_is_written_down_with_it(account_lab):
    execution_role.create(account_lab)
    task_definition.register(account_lab, image=HTTPD)
    assert account_lab.ledger.entries()[-1].uses == (account_lab.names.execution_role,)


def test_what_changes_hands_between_plan_and_removal_is_left_with_the_reason(
    account_lab, stranger, monkeypatch
):
    cluster.create(account_lab)
    plan = cleanup.plan

    def meanwhile(lab, owner=None):
        planned = plan(lab, owner)
        stranger.ecs.delete_cluster(cluster=lab.names.cluster)
        stranger.ecs.create_cluster(clusterName=lab.names.cluster)
        monkeypatch.setattr(cleanup, "plan", plan)
        return planned

    monkeypatch.setattr(cleanup, "plan", meanwhile)
    receipt = cleanup.run(account_lab)
    assert [each.name for each in receipt.strangers] == [account_lab.names.cluster]
    assert cluster.find(account_lab)


def test_a_task_that_wears_the_name_of_our_service_is_not_ours_if_it_is_tagged_by_another(mine, stranger):
    with_a_service(mine)
    arn = service.tasks(mine)[0]["taskArn"]
    stranger.ecs.tag_resource(resourceArn=arn, tags=[{"key": "ecslab", "value": "ben-1234"}])
    assert arn not in {each.id for each in cleanup.plan(mine).resources}


def test_our_group_is_found_by_its_tag_and_theirs_of_that_name_is_left(mine, stranger):
    vpc = network.vpcs(mine)[0].id
    theirs = stranger.ec2.create_security_group(
        GroupName=mine.names.balancer_group, Description="theirs", VpcId=vpc
    )["GroupId"]
    network.http_group(mine, vpc)
    assert cleanup.run(mine).clean
    assert stranger.ec2.describe_security_groups(GroupIds=[theirs])["SecurityGroups"]
    stranger.iam.create_role(RoleName="any", AssumeRolePolicyDocument=json.dumps(TRUST))
    assert task.running(mine) == []
