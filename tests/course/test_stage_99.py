import pytest
from course_rig import HTTP, make_group, make_role, run_public, said, short

FAMILY = "adgu-web-server-task"
NOTHING = "Nothing of the lesson was made here yet: there is nothing to clean up."


@pytest.fixture
def task(lab):
    lab.ecs.create_cluster(clusterName="adgu-cluster")
    return run_public(lab)


def test_it_runs(lab, task):
    assert said(lab, "99.stopped") == ("Not yet", f"Task {short(task)} still runs in `adgu-cluster`.")
    assert said(lab, "99.deregistered") == ("Not yet", f"`{FAMILY}` still has 1 ACTIVE revision.")
    assert said(lab, "99.nothing-left") == ("Not yet", "Still there: cluster `adgu-cluster`.")
    assert said(lab, "99.yours-1") == ("Not yet", f"`{FAMILY}` has ACTIVE revisions: deregister them first.")


def test_deregistered_but_running(lab, task):
    lab.ecs.deregister_task_definition(taskDefinition=f"{FAMILY}:1")
    assert said(lab, "99.stopped") == (
        "Look again",
        f"`{FAMILY}` was deregistered, but task {short(task)} still runs from it, and costs: INACTIVE stops "
        "nothing.",
    )


def test_stopping(lab, task):
    lab.ecs.stop_task(cluster="adgu-cluster", task=task["taskArn"])
    outcome, text = said(lab, "99.stopped")
    assert outcome == "Not yet"
    assert text.startswith(f"Task {short(task)} is ")
    assert text.endswith(": it is stopping.")
    lab.control("advance", seconds=120)
    assert said(lab, "99.stopped") == ("Done", "No task runs in `adgu-cluster`.")


def test_one_revision_of_two(lab, task):
    run_public(lab, wait=None)
    lab.ecs.deregister_task_definition(taskDefinition=f"{FAMILY}:1")
    assert said(lab, "99.deregistered") == (
        "Look again", f"1 of 2 revisions of `{FAMILY}` are INACTIVE; revision 2 is still ACTIVE."
    )  # fmt: skip


@pytest.fixture
def cluster_gone(lab):
    lab.ecs.create_cluster(clusterName="adgu-cluster")
    lab.ecs.delete_cluster(cluster="adgu-cluster")


def test_nothing_left(lab, cluster_gone):
    assert said(lab, "99.nothing-left") == ("Done", "Nothing of the lesson is left.")


def test_the_repository_is_left(lab, cluster_gone):
    lab.ecr.create_repository(repositoryName="adgu/web")
    assert said(lab, "99.nothing-left") == (
        "Look again", "The cluster is gone, but there is still repository `adgu/web`."
    )  # fmt: skip


def test_group_and_logs_are_left(lab, cluster_gone):
    make_group(lab, HTTP)
    lab.logs.create_log_group(logGroupName=f"/ecs/{FAMILY}")
    assert said(lab, "99.nothing-left") == (
        "Look again",
        "The cluster is gone, but there is still security group `adgu-web-server-http` and log group "
        "`/ecs/adgu-web-server-task`.",
    )


def test_the_role_is_left(lab, cluster_gone):
    make_role(lab)
    assert said(lab, "99.nothing-left") == (
        "Look again", "The cluster is gone, but there is still role `ecsTaskExecutionRole`."
    )  # fmt: skip


def test_a_role_that_is_not_ours_may_stay(lab, cluster_gone):
    make_role(lab)
    lab.iam.untag_role(RoleName="ecsTaskExecutionRole", TagKeys=["ecslab"])
    assert lab.check("99.nothing-left").outcome.value == "Done"


def test_nothing_was_made(lab):
    for step in ("99.stopped", "99.deregistered", "99.nothing-left", "99.yours-1"):
        assert said(lab, step) == ("Not yet", NOTHING)


def test_inactive_is_not_deleted(lab, task):
    run_public(lab, wait=None)
    for revision in (1, 2):
        lab.ecs.deregister_task_definition(taskDefinition=f"{FAMILY}:{revision}")
    assert said(lab, "99.yours-1") == ("Not yet", f"`{FAMILY}` has 2 INACTIVE revisions left.")
    lab.ecs.delete_task_definitions(taskDefinitions=[f"{FAMILY}:1"])
    assert said(lab, "99.yours-1") == (
        "Look again", f"Some are deleted, but 1 revision of `{FAMILY}` is still INACTIVE."
    )  # fmt: skip
