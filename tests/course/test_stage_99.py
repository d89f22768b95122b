"""Stage 99: what its checks say while something is left, in whatever order it was removed."""

import pytest
from course_rig import HTTP, make_group, make_role, register, run_public, said, short

import ecslab

CLUSTER, SERVICE, FAMILY = "adgu-cluster", "adgu-web", "adgu-web-server-task"
NOTHING = "Nothing of the lesson was made here yet: there is nothing to clean up."
SERVICES, STOPPED, DEREGISTERED = "99.services", "99.stopped", "99.deregistered"
LEFT, FOR_GOOD = "99.nothing-left", "99.yours-1"
STEPS = (SERVICES, STOPPED, DEREGISTERED, LEFT, FOR_GOOD)


STATES = ("RUNNING", "STOPPED")


def with_a_task(lab):
    lab.ecs.create_cluster(clusterName=CLUSTER)
    return run_public(lab)


def with_a_service(lab, name=SERVICE, count=1, cluster=CLUSTER):
    lab.ecs.create_cluster(clusterName=cluster)
    image = "public.ecr.aws/docker/library/httpd:2.4"
    ecslab.task_definition.register(lab, image, logs=False)
    choice = ecslab.service.default_choice(lab)
    lab.ecs.create_service(
        cluster=cluster,
        serviceName=name,
        taskDefinition=FAMILY,
        desiredCount=count,
        launchType="FARGATE",
        networkConfiguration=choice.configuration(),
    )
    if cluster == CLUSTER:
        ecslab.service.wait_until_stable(lab, name)


def stop_one(lab):
    arn = lab.ecs.list_tasks(cluster=CLUSTER, desiredStatus="RUNNING")["taskArns"][0]
    lab.ecs.stop_task(cluster=CLUSTER, task=arn)


def a_task_of_the_service_stopped(lab):
    with_a_service(lab)
    stop_one(lab)
    lab.control("advance", seconds=60)


def scaled_to_0(lab):
    with_a_service(lab)
    lab.ecs.update_service(cluster=CLUSTER, service=SERVICE, desiredCount=0)


def service_s_definition_deregistered(lab):
    with_a_service(lab)
    lab.ecs.deregister_task_definition(taskDefinition=f"{FAMILY}:1")


def another_service_left(lab):
    with_a_service(lab)
    with_a_service(lab, "adgu-second")
    lab.ecs.delete_service(cluster=CLUSTER, service=SERVICE, force=True)
    lab.control("advance", seconds=60)


def in_the_cluster_default(lab):
    lab.ecs.create_cluster(clusterName=CLUSTER)
    with_a_service(lab, cluster="default")


def deregistered_but_running(lab):
    with_a_task(lab)
    lab.ecs.deregister_task_definition(taskDefinition=f"{FAMILY}:1")


def one_revision_of_two(lab):
    with_a_task(lab)
    run_public(lab, wait=None)
    lab.ecs.deregister_task_definition(taskDefinition=f"{FAMILY}:1")


def one_task_of_two_stopped(lab):
    task = with_a_task(lab)
    run_public(lab)
    lab.ecs.stop_task(cluster=CLUSTER, task=task["taskArn"])


def service_gone_but_a_task_runs(lab):
    with_a_service(lab)
    run_public(lab)
    lab.ecs.delete_service(cluster=CLUSTER, service=SERVICE, force=True)
    lab.control("advance", seconds=60)


def a_service_between_two_tries(lab):
    lab.ecs.create_cluster(clusterName=CLUSTER)
    ecslab.task_definition.register(lab, "public.ecr.aws/docker/library/httpd:no-such-tag", logs=False)
    ecslab.service.create(lab, count=1)

    def failed():
        counts = [len(lab.ecs.list_tasks(cluster=CLUSTER, desiredStatus=each)["taskArns"]) for each in STATES]
        return counts == [0, 1]

    lab.wait(failed, "the first task to fail")
    [task] = lab.ecs.list_tasks(cluster=CLUSTER, desiredStatus="STOPPED")["taskArns"]
    described = {"cluster": CLUSTER, "tasks": [task]}
    lab.wait(lambda: lab.ecs.describe_tasks(**described)["tasks"][0]["lastStatus"] == "STOPPED", "its end")


def a_task_in_the_cluster_default(lab):
    lab.ecs.create_cluster(clusterName=CLUSTER)
    lab.ecs.create_cluster()
    run_public(lab, cluster="default")


def newest_revision_deregistered(lab):
    with_a_task(lab)
    run_public(lab, wait=None)
    lab.ecs.deregister_task_definition(taskDefinition=f"{FAMILY}:2")


def cluster_deleted_first(lab):
    cluster_gone(lab)
    register(lab)


def exercise_s_family_active(lab):
    deregistered_but_running(lab)
    register(lab, family="adgu-hello")


def exercise_s_family_inactive(lab):
    cluster_gone(lab)
    register(lab, family="adgu-hello")
    lab.ecs.deregister_task_definition(taskDefinition="adgu-hello:1")


def a_new_revision_after_the_deletion(lab):
    deregistered_but_running(lab)
    lab.ecs.delete_task_definitions(taskDefinitions=[f"{FAMILY}:1"])
    register(lab)


def deleted_under_a_running_task(lab):
    deregistered_but_running(lab)
    lab.ecs.delete_task_definitions(taskDefinitions=[f"{FAMILY}:1"])


def two_of_three_left(lab):
    with_a_task(lab)
    for _ in range(2):
        run_public(lab, wait=None)
    for revision in (1, 2, 3):
        lab.ecs.deregister_task_definition(taskDefinition=f"{FAMILY}:{revision}")
    lab.ecs.delete_task_definitions(taskDefinitions=[f"{FAMILY}:3"])


def one_revision_of_three(lab):
    with_a_task(lab)
    for _ in range(2):
        run_public(lab, wait=None)
    lab.ecs.deregister_task_definition(taskDefinition=f"{FAMILY}:1")


def some_deleted_for_good(lab):
    with_a_task(lab)
    run_public(lab, wait=None)
    for revision in (1, 2):
        lab.ecs.deregister_task_definition(taskDefinition=f"{FAMILY}:{revision}")
    lab.ecs.delete_task_definitions(taskDefinitions=[f"{FAMILY}:1"])


def cluster_gone(lab):
    lab.ecs.create_cluster(clusterName=CLUSTER)
    lab.ecs.delete_cluster(cluster=CLUSTER)


def repository_left(lab):
    cluster_gone(lab)
    lab.ecr.create_repository(repositoryName="adgu/web")


def exercises_left(lab):
    cluster_gone(lab)
    lab.ecs.create_cluster(clusterName="adgu-blue")
    lab.ecr.create_repository(repositoryName="adgu/frozen")


def group_and_logs_left(lab):
    cluster_gone(lab)
    make_group(lab, HTTP)
    lab.logs.create_log_group(logGroupName=f"/ecs/{FAMILY}")


def role_left(lab):
    cluster_gone(lab)
    make_role(lab)


def task_role_and_secret_left(lab):
    cluster_gone(lab)
    make_role(lab, name=lab.names.task_role)
    lab.client("secretsmanager").create_secret(Name=lab.names.secret, SecretString="x")


def balancer_left(lab):
    cluster_gone(lab)
    subnets = list(ecslab.service.default_choice(lab).subnet_ids)
    lab.elbv2.create_load_balancer(Name="adgu-alb", Subnets=subnets)
    lab.ec2.delete_security_group(GroupId=ecslab.network.http_group(lab, ecslab.network.vpcs(lab)[0].id))


def running_now(lab, cluster=CLUSTER):
    tasks = lab.ecs.list_tasks(cluster=cluster, desiredStatus="RUNNING")["taskArns"]
    return short({"taskArn": tasks[0]})


def stopped_lately(lab):
    tasks = lab.ecs.list_tasks(cluster=CLUSTER, desiredStatus="STOPPED")["taskArns"]
    return short({"taskArn": tasks[0]})


# The name of a wrong state: the step, what makes it, and what the check says of it.
WRONG = {
    "a task of the service was stopped, and another came": (
        SERVICES,
        a_task_of_the_service_stopped,
        lambda lab: (
            f"You stopped task {stopped_lately(lab)}, and `adgu-web` started {running_now(lab)} in its "
            "place: the service has to go first."
        ),
    ),
    "the service was scaled to 0, not deleted": (
        SERVICES,
        scaled_to_0,
        "`adgu-web` is scaled to 0, but it is still there: it has to be deleted, too.",
    ),
    "the definition of the service was deregistered": (
        SERVICES,
        service_s_definition_deregistered,
        "The revision that `adgu-web` runs was deregistered; it runs it all the same: INACTIVE stops "
        "nothing.",
    ),
    "the service of an exercise is still there": (
        SERVICES,
        another_service_left,
        "`adgu-web` is deleted, but the service `adgu-second` is still there.",
    ),
    "a service of that name is in the cluster default": (
        SERVICES,
        in_the_cluster_default,
        "No service is left in `adgu-cluster`, but there is another `adgu-web` in the cluster `default`.",
    ),
    "tasks are stopped while their service is there": (
        STOPPED,
        a_task_of_the_service_stopped,
        lambda lab: (
            f"Task {running_now(lab)} runs because the service `adgu-web` wants it: stopping tasks is of no "
            "use while that is there."
        ),
    ),
    "the definition was deregistered, not the task stopped": (
        STOPPED,
        deregistered_but_running,
        lambda lab: (
            f"`{FAMILY}` was deregistered, but task {running_now(lab)} still runs from it, and costs: "
            "INACTIVE stops nothing."
        ),
    ),
    "one task of two was stopped": (
        STOPPED,
        one_task_of_two_stopped,
        lambda lab: (
            f"You stopped task {stopped_lately(lab)}, but {running_now(lab)} still runs in `{CLUSTER}`."
        ),
    ),
    "no task runs while the service is between two tries": (
        STOPPED,
        a_service_between_two_tries,
        "No task runs at this moment, but `adgu-web` wants 1, and goes on starting them.",
    ),
    "a task of the lesson runs in the cluster default": (
        STOPPED,
        a_task_in_the_cluster_default,
        lambda lab: (
            f"No task runs in `{CLUSTER}`, but {running_now(lab, 'default')} of `{FAMILY}` runs in the "
            f"cluster `default`."
        ),
    ),
    "only the newest revision was deregistered": (
        DEREGISTERED,
        newest_revision_deregistered,
        f"The newest revision of `{FAMILY}` is INACTIVE; now the name alone means revision 1, which is still "
        "ACTIVE.",
    ),
    "the cluster was deleted, not the definition": (
        DEREGISTERED,
        cluster_deleted_first,
        f"The cluster is deleted, but `{FAMILY}` still has 1 ACTIVE revision: definitions belong to no "
        f"cluster.",
    ),
    "the family of an exercise is still ACTIVE": (
        DEREGISTERED,
        exercise_s_family_active,
        f"`{FAMILY}` is deregistered, but `adgu-hello` still has 1 ACTIVE revision.",
    ),
    "one revision of two was deregistered": (
        DEREGISTERED,
        one_revision_of_two,
        f"1 of 2 revisions of `{FAMILY}` is INACTIVE; revision 2 is still ACTIVE.",
    ),
    "one revision of three was deregistered": (
        DEREGISTERED,
        one_revision_of_three,
        f"1 of 3 revisions of `{FAMILY}` is INACTIVE; revisions 2, 3 are still ACTIVE.",
    ),
    "the repository is left": (
        LEFT, repository_left, "The cluster is gone, but there is still repository `adgu/web`."
    ),
    "what the exercises made is left": (
        LEFT,
        exercises_left,
        "The cluster is gone, but there is still cluster `adgu-blue` and repository `adgu/frozen`.",
    ),
    "security group and log group are left": (
        LEFT,
        group_and_logs_left,
        "The cluster is gone, but there is still security group `adgu-web-server-http` and log group "
        "`/ecs/adgu-web-server-task`.",
    ),
    "the execution role is left": (
        LEFT, role_left, "The cluster is gone, but there is still role `ecsTaskExecutionRole`."
    ),
    "task role and secret are left": (
        LEFT,
        task_role_and_secret_left,
        "The cluster is gone, but there is still secret `adgu/database-password` and role "
        "`adguGuestbookTaskRole`.",
    ),
    "the load balancer is left, and costs": (
        LEFT, balancer_left, "The cluster is gone, but there is still load balancer `adgu-alb`."
    ),
    "some revisions are deleted for good": (
        FOR_GOOD,
        some_deleted_for_good,
        f"Some are deleted, but 1 revision of `{FAMILY}` is still INACTIVE.",
    ),
    "one of three is deleted for good": (
        FOR_GOOD, two_of_three_left, f"Some are deleted, but 2 revisions of `{FAMILY}` are still INACTIVE."
    ),
    "another revision was registered after the deletion": (
        FOR_GOOD,
        a_new_revision_after_the_deletion,
        f"Some revisions of `{FAMILY}` are deleted, but revision 2 is ACTIVE: only INACTIVE ones can be "
        "deleted.",
    ),
    "a task still runs from a deleted revision": (
        FOR_GOOD,
        deleted_under_a_running_task,
        lambda lab: (
            f"Revision 1 of `{FAMILY}` is DELETE_IN_PROGRESS, and stays so while task {running_now(lab)} "
            f"runs from it."
        ),
    ),
    "the family of an exercise is still INACTIVE": (
        FOR_GOOD,
        exercise_s_family_inactive,
        f"`{FAMILY}` is gone, but `adgu-hello` has 1 INACTIVE revision left.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong(lab, name):
    step, prepare, message = WRONG[name]
    prepare(lab)
    assert said(lab, step) == ("Look again", message(lab) if callable(message) else message)


def test_nothing_was_made(lab):
    for step in STEPS:
        assert said(lab, step) == ("Not yet", NOTHING)


def test_a_task_runs(lab):
    task = with_a_task(lab)
    assert said(lab, SERVICES) == (
        "Done", "No service is left in `adgu-cluster`: what is stopped now stays stopped."
    )  # fmt: skip
    assert said(lab, STOPPED) == ("Not yet", f"Task {short(task)} still runs in `adgu-cluster`.")
    assert said(lab, DEREGISTERED) == ("Not yet", f"`{FAMILY}` still has 1 ACTIVE revision.")
    assert said(lab, LEFT) == ("Not yet", "Still there: cluster `adgu-cluster`.")
    assert said(lab, FOR_GOOD) == ("Not yet", f"`{FAMILY}` has ACTIVE revisions: deregister them first.")


def test_a_service_runs(lab):
    with_a_service(lab, count=2)
    assert said(lab, SERVICES) == ("Not yet", "`adgu-web` still keeps 2 tasks running.")
    lab.ecs.delete_service(cluster=CLUSTER, service=SERVICE, force=True)
    assert said(lab, SERVICES) == ("Not yet", "`adgu-web` is DRAINING: its last tasks are stopping.")
    lab.control("advance", seconds=60)
    assert said(lab, SERVICES)[0] == said(lab, STOPPED)[0] == "Done"


def test_a_task_that_no_service_kept_runs_on(lab):
    service_gone_but_a_task_runs(lab)
    assert said(lab, STOPPED) == (
        "Not yet",
        f"The service is deleted, and its tasks with it; but task {running_now(lab)} was started by hand, "
        "and runs on.",
    )


def test_stopping(lab):
    task = with_a_task(lab)
    lab.ecs.stop_task(cluster=CLUSTER, task=task["taskArn"])
    outcome, text = said(lab, STOPPED)
    assert outcome == "Not yet"
    assert text.startswith(f"Task {short(task)} is ")
    assert text.endswith(": it is stopping.")
    lab.control("advance", seconds=120)
    assert said(lab, STOPPED) == ("Done", "No task runs in `adgu-cluster`.")


def test_nothing_left(lab):
    cluster_gone(lab)
    assert said(lab, LEFT) == ("Done", "Nothing of the lesson is left.")


def test_a_role_that_is_not_ours_may_stay(lab):
    role_left(lab)
    lab.iam.untag_role(RoleName="ecsTaskExecutionRole", TagKeys=["ecslab"])
    assert said(lab, LEFT)[0] == "Done"


def test_inactive_is_not_deleted(lab):
    deregistered_but_running(lab)
    assert said(lab, FOR_GOOD) == ("Not yet", f"`{FAMILY}` has 1 INACTIVE revision left.")
