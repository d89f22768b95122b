"""Faults from outside: what each does to the tasks of an account."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "ecs"))
from account_rig import rig

from ecslab.sandbox.bridge.faults import KINDS, inject

MANIFEST = "CannotPullContainerError: pull image manifest has been retried"
LACKING = "Capacity is unavailable at this time. Please try again later or in a different availability zone"
SPOT = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]


@pytest.fixture
def account():
    with rig() as ecs_account:
        ecs_account.cluster(capacityProviders=["FARGATE", "FARGATE_SPOT"])
        yield ecs_account


def shell(script, **more):
    return {"name": "app", "image": "busybox", "command": ["sh", "-c", script], **more}


def start(account, **more):
    task = account.start(**more)
    account.run(account.clock.now + 60)
    return task


def on_spot(account, **more):
    return start(account, launchType=None, capacityProviderStrategy=SPOT, **more)


def over(account, task):
    account.run(account.clock.now + 400)
    described = account.see(task)
    assert described["lastStatus"] == "STOPPED"
    return described


@pytest.mark.parametrize(
    ("script", "timeout", "code", "took"),
    [
        ("trap 'sleep 90; exit 0' TERM; sleep 1000000", 120, 0, 91),
        ("trap 'sleep 90; exit 0' TERM; sleep 1000000", None, 137, 32),
        ("sleep 1000000; true", 120, 137, 120),
    ],
)
def test_a_spot_task_has_its_stop_timeout_after_the_warning(account, script, timeout, code, took):
    account.define(shell(script, **({"stopTimeout": timeout} if timeout else {})))
    task = on_spot(account)
    assert inject("spot-interruption", {}) == {"tasks": [task["taskArn"]]}
    warned = account.see(task)
    assert (warned["lastStatus"], warned["desiredStatus"]) == ("RUNNING", "STOPPED")
    assert (warned["stopCode"], warned["stoppedReason"]) == (
        "SpotInterruption",
        "Your Spot Task was interrupted.",
    )
    stopped = over(account, task)
    assert stopped["containers"][0]["exitCode"] == code
    assert stopped["executionStoppedAt"] - stopped["stoppingAt"] == pytest.approx(took)


def test_only_spot_is_interrupted(account):
    account.define()
    spot, plain = on_spot(account), start(account)
    assert inject("spot-interruption", {})["tasks"] == [spot["taskArn"]]
    assert account.see(plain)["desiredStatus"] == "RUNNING"
    with pytest.raises(ValueError, match="does not run on FARGATE_SPOT"):
        inject("spot-interruption", {"task": plain["taskArn"]})


def test_without_spot_capacity_nothing_is_placed(account):
    account.define()
    inject("spot-capacity", {"available": False})
    order = account.order(launchType=None, capacityProviderStrategy=SPOT, count=2)
    answer = account.ecs("RunTask", **order)
    assert answer == {"tasks": [], "failures": [{"reason": LACKING}] * 2}
    assert account.start()["lastStatus"] == "PROVISIONING"
    inject("spot-capacity", {"available": True})
    assert len(account.ecs("RunTask", **order)["tasks"]) == 2


def test_a_zone_goes_away_with_its_tasks_and_comes_back(account):
    account.define(shell("trap 'echo never' TERM; sleep 1000000"))
    here = account.network(account.subnet(zone="us-east-1b"))
    there = account.network(account.subnet(zone="us-east-1c"))
    lost, unaffected = start(account, networkConfiguration=here), start(account, networkConfiguration=there)
    coming = account.start(networkConfiguration=here)
    assert inject("zone", {"zone": "us-east-1b"})["tasks"] == [lost["taskArn"], coming["taskArn"]]
    stopped = over(account, lost)
    assert (stopped["stopCode"], stopped["stoppedReason"]) == (
        "InfrastructureHealth",
        "The infrastructure hosting the task in Availability Zone us-east-1b is not available.",
    )
    assert stopped["containers"][0]["exitCode"] == 137
    assert "exitCode" not in over(account, coming)["containers"][0]
    assert account.see(unaffected)["lastStatus"] == "RUNNING"
    answer = account.ecs("RunTask", **account.order(networkConfiguration=here))
    assert answer["failures"] == [{"reason": LACKING}]
    both = account.network([account.subnet(zone="us-east-1b"), account.subnet(zone="us-east-1c")])
    answer = account.ecs("RunTask", **account.order(networkConfiguration=both, count=3))
    assert {task["availabilityZone"] for task in answer["tasks"]} == {"us-east-1c"}
    inject("zone", {"zone": "us-east-1b", "away": False})
    assert account.start(networkConfiguration=here)["availabilityZone"] == "us-east-1b"


def test_maintenance_of_a_host(account):
    account.define()
    task = start(account)
    inject("maintenance", {"task": task["taskArn"]})
    stopped = over(account, task)
    assert (stopped["stopCode"], stopped["stoppedReason"]) == (
        "ServiceSchedulerInitiated",
        "ECS is performing maintenance on the underlying infrastructure hosting the task",
    )


def test_a_program_ends(account):
    account.define(shell("sleep 1000000"), shell("sleep 1000000") | {"name": "side", "essential": False})
    task = start(account)
    inject("exit", {"task": task["taskArn"], "container": "side", "code": 3})
    account.run(account.clock.now + 60)
    described = account.see(task)
    assert (described["lastStatus"], described["containers"][1]["exitCode"]) == ("RUNNING", 3)
    inject("exit", {"task": task["taskArn"]})
    described = over(account, task)
    assert (described["stopCode"], described["containers"][0]["exitCode"]) == ("EssentialContainerExited", 1)


def test_a_program_takes_too_much_memory(account):
    account.define()
    task = start(account)
    inject("out-of-memory", {"task": task["taskArn"]})
    container = over(account, task)["containers"][0]
    assert (container["exitCode"], container["reason"]) == (
        137,
        "OutOfMemoryError: container killed due to memory usage",
    )


def test_a_registry_that_nobody_reaches(account):
    account.define()
    inject("registry", {"host": "docker.io"})
    stopped = over(account, account.start())
    assert stopped["stoppedReason"] == (
        f"{MANIFEST} 7 time(s): failed to resolve ref docker.io/library/httpd:2.4: failed to do request: "
        'Head "https://registry-1.docker.io/v2/library/httpd/manifests/2.4": dial tcp 192.0.2.10:443: i/o '
        "timeout"
    )
    inject("registry", {"host": "docker.io", "problem": None})
    assert start(account)["desiredStatus"] == "RUNNING"


def test_a_registry_that_has_had_enough(account):
    account.define()
    inject("registry", {"host": "docker.io", "problem": "limited"})
    stopped = over(account, account.start())
    assert stopped["stoppedReason"] == (
        f"{MANIFEST} 1 time(s): failed to resolve ref docker.io/library/httpd:2.4: unexpected status code "
        "[manifests 2.4]: 429 Too Many Requests - Server message: toomanyrequests: You have reached your "
        "pull rate limit. You may increase the limit by authenticating and upgrading: "
        "https://www.docker.com/increase-rate-limits"
    )


def test_a_registry_that_gives_out_no_layer(account):
    account.define()
    inject("registry", {"host": "docker.io", "problem": "broken"})
    assert over(account, account.start())["stoppedReason"] == (
        "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: "
        "failed open: unexpected status code"
    )


@pytest.mark.parametrize(
    ("problem", "reason", "seconds"),
    [
        ("interface", "Timeout waiting for network interface provisioning to complete.", 194),
        ("attachment", "InternalError: the network interface was attached too late", 194),
        ("storage", "Timeout waiting for EphemeralStorage provisioning to complete.", 202),
        (
            "runtime",
            "ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 1m: the "
            "container runtime did not answer",
            82,
        ),
        (
            "start",
            "CannotStartContainerError: failed to get container status: the container runtime did not answer",
            32,
        ),
        (
            "create",
            "CannotStartContainerError: ResourceInitializationError: failed to create new container runtime "
            "task: failed to create shim task: OCI runtime create failed: runc create failed: unable to "
            "start container process: the container runtime did not answer",
            32,
        ),
        ("inspect", "CannotInspectContainerError: the container runtime did not answer", 32),
    ],
)
def test_what_fargate_itself_fails_at(account, problem, reason, seconds):
    account.define()
    inject("platform", {"problem": problem})
    stopped = over(account, account.start())
    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("TaskFailedToStart", reason)
    assert stopped["stoppedAt"] - stopped["createdAt"] == seconds
    assert account.enis() == {}
    inject("platform", {"problem": None})
    assert start(account)["desiredStatus"] == "RUNNING"


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        ("flood", {}, "there is no fault 'flood'; there are: agent, eventual, exit, external-connection, "
                      "external-instance, maintenance, out-of-memory, patch, platform, registry, "
                      "spot-capacity, spot-interruption, throttling, visitors, zone"),
        ("agent", {"instance": "i-0"}, "no container instance i-0 is registered here"),
        ("zone", {}, "zone: missing a required argument: 'zone'"),
        ("zone", {"zone": "moon"}, None),
        ("zone", {"zone": "us-east-1"},
         "zone must be an Availability Zone such as us-east-1b, got 'us-east-1'"),
        ("throttling", {"on": "yes"}, "on must be true or false, got 'yes'"),
        ("exit", {"task": "0a1b"}, "no task 0a1b runs here"),
        ("exit", {"task": "0a1b", "code": 256}, "code must be from 0 to 255, got 256"),
        ("registry", {"host": "docker.io", "problem": "slow"},
         "problem must be one of unreachable, limited, broken, or null, got 'slow'"),
        ("platform", {"problem": "mood"},
         "problem must be one of interface, attachment, storage, runtime, start, create, inspect, or null, "
         "got 'mood'"),
    ],
)  # fmt: skip
def test_what_cannot_be_injected(account, kind, values, sentence):
    if sentence is None:
        assert inject(kind, values) == {"tasks": []}
        return
    with pytest.raises(ValueError) as refused:
        inject(kind, values)
    assert str(refused.value) == sentence


def test_a_container_that_is_not_there_or_does_not_run(account):
    account.define()
    task = account.start()
    task_id = task["taskArn"].rpartition("/")[2]
    with pytest.raises(ValueError, match=f"container web of task {task_id} does not run"):
        inject("exit", {"task": task_id})
    with pytest.raises(ValueError, match=f"task {task_id} has no container 'db'; it has: web"):
        inject("exit", {"task": task_id, "container": "db"})


def test_every_kind_says_what_it_does():
    assert all(do.__doc__ for do in KINDS.values())
