"""Several containers in one task: health, localhost, dependencies, volumes, restarts."""

import pytest
from account_rig import LOGS, REGION, rig
from moto.ec2.models import ec2_backends

CHECK = {"command": ["CMD-SHELL", "wget -q -O - http://localhost/ || exit 1"], "interval": 10, "retries": 2}


@pytest.fixture
def account():
    with rig() as ecs_account:
        ecs_account.cluster()
        yield ecs_account


def web(**more):
    return {"name": "web", "image": "httpd:2.4-alpine", **more}


def shell(script, name="side", essential=False, **more):
    return {
        "name": name, "image": "amazonlinux", "command": ["sh", "-c", script], "essential": essential, **more,
    }  # fmt: skip


def logged(account, *containers, **more):
    """A definition whose containers write logs."""
    account.log_group()
    with_logs = [{"logConfiguration": LOGS, **each} for each in containers]
    account.define(*with_logs, executionRoleArn=account.role(), **more)


def lines(account, task, name="side"):
    return account.lines(f"ecs/{name}/{task['taskArn'].rpartition('/')[2]}")


def health(account, task):
    described = account.see(task)
    return described["healthStatus"], {each["name"]: each["healthStatus"] for each in described["containers"]}


def test_a_health_check_asks_the_containers_own_server(account):
    account.define(web(healthCheck=CHECK))
    task = account.start()
    account.run(37)
    assert health(account, task) == ("UNKNOWN", {"web": "UNKNOWN"})
    account.run(40)
    assert health(account, task) == ("HEALTHY", {"web": "HEALTHY"})


def test_a_check_that_fails_makes_it_unhealthy_and_nothing_else(account):
    account.define(
        web(healthCheck={**CHECK, "command": ["CMD-SHELL", "wget -q -O - http://localhost/nowhere"]})
    )
    task = account.start()
    account.run(1000)
    assert health(account, task) == ("UNHEALTHY", {"web": "UNHEALTHY"})
    assert account.see(task)["lastStatus"] == "RUNNING"


def test_looking_does_not_check(account):
    account.define(web(healthCheck=CHECK))
    task = account.start()
    account.run(25)
    before = account.see(task)
    assert [account.see(task) for _ in range(5)] == [before] * 5


def test_a_check_is_in_the_access_log_and_its_output_is_not(account):
    logged(account, web(healthCheck=CHECK))
    task = account.start()
    account.run(25)
    assert [line.split(" [")[0] for line in lines(account, task, "web")[2:]] == ["127.0.0.1 - -"]


def test_localhost_is_the_tasks(account):
    logged(account, web(), shell("curl -s http://localhost/; curl -s 127.0.0.1:81 || echo $?"))
    task = account.start()
    account.run(60)
    assert lines(account, task) == ["<html><body><h1>It works!</h1></body></html>", "7"]


def test_containers_do_not_know_each_other_by_name(account):
    logged(account, web(), shell("curl http://web/"))
    task = account.start()
    account.run(60)
    assert lines(account, task) == ["curl: (6) Could not resolve host: web"]


def test_two_servers_cannot_share_a_port(account):
    logged(account, web(), {**web(), "name": "twin", "image": "nginx", "essential": False})
    task = account.start()
    account.run(60)
    assert lines(account, task, "twin") == [
        "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)"
    ]
    assert account.see(task)["lastStatus"] == "RUNNING"


def test_another_task_is_reached_by_its_private_address_if_its_group_lets_it(account):
    account.define(web(), family="server")
    server = account.start(taskDefinition="server")
    account.run(60)
    address = account.eni(server).private_ip_address
    logged(account, shell(f"curl -s -m 5 http://{address}/ || echo $?", essential=True))
    task = account.start()
    account.run(120)
    assert lines(account, task) == ["<html><body><h1>It works!</h1></body></html>"]
    (group,) = account.eni(server).group_set
    backend = ec2_backends["123456789012"][REGION]
    for rule in list(group.ingress_rules):
        group.ingress_rules.remove(rule)
    assert backend.get_security_group_from_id(group.id).ingress_rules == []
    task = account.start()
    account.run(180)
    assert lines(account, task) == ["28"]


def test_who_waits_for_health_starts_after_it(account):
    logged(
        account,
        web(healthCheck=CHECK),
        shell("echo ready; sleep 1000", dependsOn=[{"containerName": "web", "condition": "HEALTHY"}]),
    )
    task = account.start()
    account.run(24)
    assert {each["name"]: each["lastStatus"] for each in account.see(task)["containers"]} == {
        "web": "RUNNING",
        "side": "PENDING",
    }
    account.run(25)
    assert account.see(task)["lastStatus"] == "RUNNING"
    assert lines(account, task) == ["ready"]


def test_a_dependency_that_takes_longer_than_its_start_timeout(account):
    account.define(
        web(dependsOn=[{"containerName": "side", "condition": "COMPLETE"}]),
        shell("sleep 1000", startTimeout=60),
    )
    task = account.start()
    account.run(500)
    stopped = account.see(task)
    assert (stopped["lastStatus"], stopped["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert stopped["stoppedReason"] == ("Task failed to start")
    assert account.enis() == {}


def test_a_volume_is_shared_by_the_containers_of_one_task(account):
    site = {"sourceVolume": "site", "containerPath": "/usr/local/apache2/htdocs/"}
    account.define(
        web(
            mountPoints=[{**site, "readOnly": True}],
            dependsOn=[{"containerName": "side", "condition": "SUCCESS"}],
        ),
        shell("echo from the side > /page/index.html", mountPoints=[{**site, "containerPath": "/page"}]),
        volumes=[{"name": "site"}],
    )
    first, second = account.start(), account.start()
    account.run(60)
    for task in (first, second):
        assert account.get(task).body == b"from the side\n"


def test_volumes_from_another_container(account):
    logged(
        account,
        shell("echo kept > /data/x; sleep 1000", name="first",
              mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}]),
        shell("cat /data/x; echo more > /data/x", essential=True,
              volumesFrom=[{"sourceContainer": "first", "readOnly": True}],
              dependsOn=[{"containerName": "first", "condition": "START"}]),
        volumes=[{"name": "data"}],
    )  # fmt: skip
    task = account.start()
    account.run(60)
    assert lines(account, task) == ["kept", "echo: /data/x: Read-only file system"]


def test_a_file_system_of_efs_outlives_the_task(account):
    logged(
        account,
        shell("cat /data/x; echo kept > /data/x", essential=True,
              mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}]),
        volumes=[{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0a1b"}}],
    )  # fmt: skip
    task = account.start()
    account.run(100)
    other = account.start()
    account.run(200)
    assert lines(account, task) == ["cat: /data/x: No such file or directory"]
    assert lines(account, other) == ["kept"]


def test_a_root_file_system_that_is_read_only(account):
    logged(account, shell("echo x > /etc/x", essential=True, readonlyRootFilesystem=True))
    task = account.start()
    account.run(60)
    assert lines(account, task) == ["echo: /etc/x: Read-only file system"]


def test_a_restarted_container_is_the_same_one(account):
    policy = {"enabled": True, "restartAttemptPeriod": 60}
    logged(account, shell("echo hello; sleep 70; exit 1", essential=True, restartPolicy=policy))
    task = account.start()
    account.run(30)
    before = account.see(task)["containers"][0]
    account.run(130)
    described = account.see(task)
    assert (described["lastStatus"], described["containers"][0]["runtimeId"]) == (
        "RUNNING",
        before["runtimeId"],
    )
    assert lines(account, task) == ["hello", "hello"]
    assert "exitCode" not in described["containers"][0]


def test_a_standalone_task_that_ran_stops_for_good_when_its_restarts_are_over(account):
    policy = {"enabled": True, "restartAttemptPeriod": 60, "ignoredExitCodes": [3]}
    account.define(shell("sleep 70; exit 3", essential=True, restartPolicy=policy))
    task = account.start()
    account.run(500)
    stopped = account.see(task)
    assert (stopped["stopCode"], stopped["containers"][0]["exitCode"]) == ("EssentialContainerExited", 3)


def test_an_image_that_the_sandbox_does_not_carry_is_not_said_to_be_missing(account):
    account.define({"name": "web", "image": "cassandra:5"})
    task = account.start()
    account.run(100)
    reason = account.see(task)["stoppedReason"]
    ours = "CannotPullContainerError: This sandbox does not carry docker.io/library/cassandra:5. "
    assert reason.startswith(ours)
    assert "cannot know whether the image exists: on AWS the task may start. It carries alpine, " in reason
    assert "postgres" in reason and "not found" not in reason


def test_of_an_image_that_it_carries_it_names_the_tags(account):
    account.define({"name": "web", "image": "httpd:2.4.62"})
    task = account.start()
    account.run(100)
    assert "It carries the tags 2.4, latest, 2.4-alpine, alpine of it" in account.see(task)["stoppedReason"]


def test_a_health_check_by_a_program_that_the_image_lacks_fails(account):
    lacking = {**CHECK, "command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]}
    account.define(web(healthCheck=lacking))
    task = account.start()
    account.run(200)
    assert health(account, task) == ("UNHEALTHY", {"web": "UNHEALTHY"})


@pytest.mark.parametrize(
    ("command", "init", "code"),
    [
        (["sleep", "infinity"], False, 137),
        (["sleep", "infinity"], True, 143),
        (["sh", "-c", "sleep 1000; echo never"], True, 143),
        (["sh", "-c", "trap '' TERM; sleep 1000"], True, 137),
    ],
)
def test_an_init_process_passes_signals_on(account, command, init, code):
    parameters = {"linuxParameters": {"initProcessEnabled": True}} if init else {}
    account.define({"name": "web", "image": "busybox", "command": command, **parameters})
    task = account.start()
    account.run(60)
    account.ecs("StopTask", cluster="lab", task=task["taskArn"])
    account.run(200)
    assert account.see(task)["containers"][0]["exitCode"] == code


STACK = "echo '[1] one'; echo '  at a'; echo '  at b'; echo '[2] two'; sleep 20; echo '  late'"


def with_options(**more):
    return {**LOGS, "options": {**LOGS["options"], **more}}


@pytest.mark.parametrize(
    ("options", "script", "events"),
    [
        ({"awslogs-multiline-pattern": "^.[0-9]"}, STACK, ["[1] one\n  at a\n  at b", "[2] two", "  late"]),
        ({"awslogs-multiline-pattern": "^Trace"}, "echo one; echo two", ["one\ntwo"]),
        (
            {"awslogs-datetime-format": "%Y-%m-%d %H:%M:%S%L"},
            "echo '2026-11-21 10:00:00.123 one'; echo two; echo '2026-11-21 25:00:00.123 three'",
            ["2026-11-21 10:00:00.123 one\ntwo\n2026-11-21 25:00:00.123 three"],
        ),
    ],
)
def test_several_lines_are_one_event(account, options, script, events):
    command = ["sh", "-c", script]
    logged(account, {"name": "side", "image": "busybox", "command": command,
                     "logConfiguration": with_options(**options)})  # fmt: skip
    task = account.start()
    account.run(120)
    assert lines(account, task) == events


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            {"awslogs-multiline-pattern": "^a", "awslogs-datetime-format": "%Y"},
            "you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the "
            "same time",
        ),
        (
            {"awslogs-multiline-pattern": "(?=a)"},
            'awslogs could not parse multiline pattern key "(?=a)": error parsing regexp: invalid or '
            "unsupported Perl syntax: `(?=`",
        ),
        (
            {"awslogs-multiline-pattern": "(a+)+$"},
            "This sandbox does not carry a pattern that repeats a group, or more than 3 parts",
        ),
    ],
)
def test_a_log_with_a_pattern_that_is_none_does_not_open(account, options, problem):
    logged(account, {"name": "side", "image": "busybox", "logConfiguration": with_options(**options)})
    task = account.start()
    account.run(120)
    assert account.see(task)["stoppedReason"] == (
        f"ResourceInitializationError: failed to validate logger args: {problem} : exit status 1"
    )
