"""Faults of the service, and of the health checks of its load balancer."""

from datetime import timedelta

import pytest
from fault_rig import again, changed, deployed, edited, event, judged, reasons, table

import ecslab
from ecslab.fault_lab import FaultGone


def _group(lab, fault):
    return lab.elbv2.describe_target_groups(Names=[fault.names.service])["TargetGroups"][0]["TargetGroupArn"]


def _checked(**settings):
    """An attempt: ModifyTargetGroup."""
    return lambda lab, fault: lab.elbv2.modify_target_group(TargetGroupArn=_group(lab, fault), **settings)


def _failed(fault, port, why):
    """The two things that ECS says of a task that fails its load balancer's checks."""
    group = _group(fault._lab, fault)
    assert reasons(fault) == {f"Task failed ELB health checks in (target-group {group})"}
    message = f"(port {port}) is unhealthy in (target-group {group}) due to (reason {why})."
    task = fault._application().stopped_tasks[-1]["taskArn"].rpartition("/")[2]
    assert event(fault, f"(task {task}) {message}")
    assert {task["stopCode"] for task in fault._application().stopped_tasks} == {"ServiceSchedulerInitiated"}
    return {
        (target["TargetHealth"].get("Reason"), target["TargetHealth"].get("Description"))
        for target in fault._application().targets
        if target["TargetHealth"]["State"] == "unhealthy"
    }


def _path(fault):
    groups = fault._lab.elbv2.describe_target_groups(Names=[fault.names.service])["TargetGroups"]
    return groups[0]["HealthCheckPath"]


def test_a_path_that_is_missing_is_a_404(bay):
    why = "Health checks failed with these codes: [404]"
    assert _failed(bay("wrong-path"), 80, why) == {("Target.ResponseCodeMismatch", why)}


@table(
    {"any answer": _checked(Matcher={"HttpCode": "200-404"})},
    {
        "more grace": (
            deployed(healthCheckGracePeriodSeconds=300),
            "With a grace period of 300 s the tasks are left alone for longer. The target is unhealthy all "
            "the same, and when the period is over they go.",
        ),
        "more patience": (
            _checked(UnhealthyThresholdCount=10),
            "It takes 10 failures now until a target counts as unhealthy. They all come.",
        ),
        "a new revision": (
            changed({"cpu": "512", "memory": "1024"}),
            lambda fault: (
                f"The service uses a new revision, and the target group still asks it for `{_path(fault)}`."
            ),
        ),
        "deployed again": (again, lambda fault: f"New tasks have no page `{_path(fault)}` either."),
    },
)
def test_attempts_at_a_missing_path(bay, attempt, text):
    judged(bay("wrong-path"), attempt, text)


def test_a_slow_start_is_cut_short(bay):
    fault = bay("short-grace")
    assert _failed(fault, 80, "Health checks failed") == {
        ("Target.FailedHealthChecks", "Health checks failed")
    }
    assert repr(fault.log()) == "loading the catalogue: this takes about 120 seconds"


@table(
    {
        "more patience": _checked(UnhealthyThresholdCount=10, HealthCheckIntervalSeconds=30),
    },
    {
        "too little grace": (
            deployed(healthCheckGracePeriodSeconds=30),
            "A grace period of 30 s is a beginning. The application needs about 120 s until it listens.",
        ),
        "a check of its own": (
            changed(healthCheck={"command": ["CMD-SHELL", "curl -f localhost"], "startPeriod": 300}),
            "The container has a health check of its own now, maybe with a `startPeriod`. The load balancer "
            "does not know of it, and goes on asking.",
        ),
        "another page": (
            _checked(HealthCheckPath="/index.html"),
            "The health check asks for another page now. Nobody listens yet, whatever the page.",
        ),
        "deployed again": (again, "New tasks are as slow, and are given as little time."),
    },
)
def test_attempts_at_a_slow_start(bay, attempt, text):
    judged(bay("short-grace"), attempt, text)


def test_where_nobody_listens_there_is_no_code(bay):
    assert _failed(bay("wrong-port"), 8080, "Health checks failed") == {
        ("Target.FailedHealthChecks", "Health checks failed")
    }


def _registered_only(lab, fault):
    lab.ecs.register_task_definition(**edited(fault, portMappings=[{"containerPort": 80}]))


@table(
    {
        "a server on 8080": changed(command=["httpd", "-f", "-p", "8080", "-h", "/usr/local/apache2/htdocs"]),
    },
    {
        "checked elsewhere": (
            _checked(HealthCheckPort="80"),
            "The health check asks on port 80 now, and is content. The visitors are still sent to 8080.",
        ),
        "registered only": (
            _registered_only,
            "Revision 2 has port 80, but the service uses revision 1, and sends to 8080.",
        ),
        "more grace": (
            deployed(healthCheckGracePeriodSeconds=300),
            "With a grace period of 300 s nobody stops the tasks for so long. Nothing listens on port 8080 "
            "all the same.",
        ),
        "deployed again": (again, "The service was updated, and still sends to port 8080."),
    },
)
def test_attempts_at_the_wrong_port(bay, attempt, text):
    judged(bay("wrong-port"), attempt, text)


def test_a_service_of_none_is_content(bay):
    fault = bay("desired-0")
    app = fault._application()
    assert (app.service["desiredCount"], app.service["runningCount"]) == (0, 0)
    assert app.events[0] == f"(service {fault.names.service}) has reached a steady state."
    assert reasons(fault) == {f"Scaling activity initiated by (deployment {app.primary['id']})"}


def _by_hand(lab, fault):
    lab.ecs.run_task(
        cluster=fault.names.cluster,
        taskDefinition=fault.names.service,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": fault.network()},
    )


def _second_service(lab, fault):
    lab.ecs.create_service(
        cluster=fault.names.cluster,
        serviceName="second",
        taskDefinition=fault.names.service,
        desiredCount=0,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": fault.network()},
    )


@table(
    {"two": deployed(desiredCount=2)},
    {
        "by hand": (
            _by_hand,
            "A task runs beside the service, by RunTask. It may show the page; when it stops, nobody "
            "brings it back, and the service still wants 0.",
        ),
        "a second service": (
            _second_service,
            lambda fault: (
                f"There is a second service, `second`. `{fault.names.service}` still wants 0 tasks."
            ),
        ),
        "deployed again": (again, "A new deployment was made: one of 0 tasks."),
    },
)
def test_attempts_at_none(bay, attempt, text):
    judged(bay("desired-0"), attempt, text)


def test_without_a_breaker_it_goes_on(bay):
    fault = bay("no-breaker")
    app = fault._application()
    assert (app.primary["rolloutState"], app.primary["failedTasks"] > 3) == ("IN_PROGRESS", True)
    assert [deployment["status"] for deployment in app.deployments] == ["PRIMARY", "ACTIVE"]
    assert app.serves_page
    assert event(
        fault,
        "is unable to consistently start tasks successfully. For more information, see the Troubleshooting "
        "section.",
    )


def _breaker(rollback):
    return deployed(
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": rollback}}
    )


def _back_and_guarded(_lab, fault):
    """Back to the revision that works, and a breaker for the next time."""
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
    fault.deploy(taskDefinition=f"{fault.names.service}:1", deploymentConfiguration=breaker)


@table(
    {"back, and guarded": _back_and_guarded},
    {
        "back only": (
            lambda lab, fault: fault.deploy(taskDefinition=f"{fault.names.service}:1"),
            "The deployment is over, and the page is there. The next revision that cannot start will go on "
            "for ever again: the breaker is still off.",
        ),
        "without a way back": (
            _breaker(rollback=False),
            "The breaker has ended the attempts, and left the service there: its newest deployment is "
            "FAILED, and still the one that it wants. Nobody told it to roll back.",
        ),
        "more of them": (
            deployed(desiredCount=2),
            "More tasks are wanted now; so more of them are tried for ever.",
        ),
        "deployed again": (
            again,
            "The service was updated, and goes on trying a revision that cannot start; nothing counts the "
            "failures.",
        ),
    },
)
def test_attempts_at_no_breaker(bay, attempt, text):
    judged(bay("no-breaker"), attempt, text)


def test_a_run_shows_what_the_fix_did_for_the_visitors(bay):
    fault = bay("wrong-port")
    lab = fault._lab
    ecslab.visitors(lab, 5, load_balancer=fault.names.balancer)
    broken = fault.run()
    assert broken.requests > 500 and broken.lost_percent == pytest.approx(100, abs=1)
    fault._case.repair(lab, fault)
    fault.wait()
    both = fault.run(3)
    answered = {at for at, _ in both.visitors} - {at for at, _ in both.errors}
    assert len([at for at in answered if at > broken.end]) >= 3  # no minute of them has an error
    assert next(mark.text for mark in both.marks if mark.kind == "deployment") == "deployment, SUCCESSFUL"
    assert (both.service, both.cpu, both.begin.second) == (fault.names.service, None, 0)


def test_a_run_without_visitors_shows_the_tasks(bay):
    fault = bay("wrong-path")
    measured = fault.run()
    assert fault.run(1).end - measured.end == timedelta(minutes=1)
    assert (measured.requests, measured.errors) == (0, []) and measured.most_tasks >= 1
    fault._lab.ecs.delete_service(cluster=fault.names.cluster, service=fault.names.service, force=True)
    with pytest.raises(FaultGone, match=rf"the service {fault.names.service} of fault \d+ is not there"):
        fault.run()
