import copy

import pytest
from account_rig import ACCOUNT, EPOCH, LOGS, REGION, rig
from moto.ec2.models import ec2_backends

from ecslab.sandbox.world.errors import AwsError

ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
AT_ONCE = {
    "attachments", "attributes", "availabilityZone", "clusterArn", "containers", "cpu", "createdAt",
    "desiredStatus", "enableExecuteCommand", "group", "lastStatus", "launchType", "memory", "overrides",
    "platformVersion", "platformFamily", "tags", "taskArn", "taskDefinitionArn", "version",
    "ephemeralStorage", "fargateEphemeralStorage",
}  # fmt: skip
RUNNING = {"connectivity", "connectivityAt", "pullStartedAt", "pullStoppedAt", "startedAt", "healthStatus"}
STOPPED = {"stopCode", "stoppedReason", "stoppingAt", "executionStoppedAt", "stoppedAt"}
CONTAINER = {"containerArn", "taskArn", "name", "image", "lastStatus", "networkInterfaces", "cpu"}
CONTAINER_RUNNING = {"imageDigest", "runtimeId", "networkBindings", "healthStatus"}


@pytest.fixture
def account():
    with rig() as ecs_account:
        ecs_account.cluster()
        ecs_account.define()
        yield ecs_account


def test_run_task_answers_a_task_that_is_provisioning(account):
    answer = account.ecs("RunTask", **account.order())
    task = answer["tasks"][0]
    task_id = task["taskArn"].rsplit("/", 1)[1]
    assert answer["failures"] == []
    assert set(task) == AT_ONCE
    assert set(task["containers"][0]) == CONTAINER
    described = account.see(task)
    assert set(described) - AT_ONCE == set(described["containers"][0]) - CONTAINER == {"healthStatus"}
    assert described["healthStatus"] == described["containers"][0]["healthStatus"] == "UNKNOWN"
    assert len(task_id) == 32 and int(task_id, 16)
    assert task["taskArn"] == f"{ARN}:task/lab/{task_id}"
    assert task["containers"][0]["containerArn"].startswith(f"{ARN}:container/lab/{task_id}/")
    assert (task["lastStatus"], task["desiredStatus"], task["version"]) == ("PROVISIONING", "RUNNING", 1)
    assert (task["cpu"], task["memory"], task["group"]) == ("256", "512", "family:web")
    assert task["attributes"] == [{"name": "ecs.cpu-architecture", "value": "x86_64"}]
    assert task["availabilityZone"] == "us-east-1b"
    assert task["ephemeralStorage"] == task["fargateEphemeralStorage"] == {"sizeInGiB": 20}
    assert task["createdAt"] == EPOCH
    attachment = task["attachments"][0]
    assert (attachment["type"], attachment["status"]) == ("ElasticNetworkInterface", "PRECREATED")
    assert [detail["name"] for detail in attachment["details"]] == ["subnetId"]
    container = task["containers"][0]
    assert (container["lastStatus"], container["networkInterfaces"], container["cpu"]) == ("PENDING", [], "0")


def test_a_running_task_shows_all_that_has_happened(account):
    started = account.start()
    account.run(60)
    task = account.see(started)
    assert set(task) == AT_ONCE | RUNNING
    assert set(task["containers"][0]) == CONTAINER | CONTAINER_RUNNING
    assert (task["lastStatus"], task["connectivity"], task["healthStatus"]) == (
        "RUNNING",
        "CONNECTED",
        "UNKNOWN",
    )
    assert task["version"] == 3
    since = [
        round(task[name] - EPOCH, 3)
        for name in ("connectivityAt", "pullStartedAt", "pullStoppedAt", "startedAt")
    ]
    assert since == [4.0, 10.0, 12.4, 14.4]
    attachment = task["attachments"][0]
    assert attachment["status"] == "ATTACHED"
    assert [detail["name"] for detail in attachment["details"]] == [
        "subnetId",
        "networkInterfaceId",
        "macAddress",
        "privateDnsName",
        "privateIPv4Address",
    ]
    container, address = task["containers"][0], attachment["details"][4]["value"]
    task_id = task["taskArn"].rsplit("/", 1)[1]
    assert container["networkInterfaces"] == [
        {"attachmentId": attachment["id"], "privateIpv4Address": address}
    ]
    assert container["runtimeId"].startswith(f"{task_id}-") and len(container["runtimeId"]) == 43
    assert container["imageDigest"].startswith("sha256:")
    assert (container["networkBindings"], container["lastStatus"]) == ([], "RUNNING")


def test_stop_task_answers_before_anything_stops(account):
    task = account.start(tags=[{"key": "a", "value": "b"}])
    account.run(60)
    answer = account.ecs("StopTask", cluster="lab", task=task["taskArn"])["task"]
    assert "healthStatus" not in answer and "healthStatus" not in answer["containers"][0]
    assert (answer["desiredStatus"], answer["lastStatus"]) == ("STOPPED", "RUNNING")
    assert (answer["stopCode"], answer["stoppedReason"]) == ("UserInitiated", "Task stopped by user")
    assert answer["stoppingAt"] == EPOCH + 60
    account.run(120)
    stopped = account.see(task, include=["TAGS"])
    assert set(stopped) == AT_ONCE | RUNNING | STOPPED
    assert set(stopped["containers"][0]) == CONTAINER | CONTAINER_RUNNING | {"exitCode"}
    assert (stopped["lastStatus"], stopped["attachments"][0]["status"]) == ("STOPPED", "DELETED")
    assert len(stopped["attachments"][0]["details"]) == 5
    assert stopped["containers"][0]["exitCode"] == 0
    assert (answer["tags"], stopped["tags"]) == ([], [{"key": "a", "value": "b"}])
    assert (answer["version"], stopped["version"]) == (4, 6)
    assert account.enis() == {}


def test_a_reason_is_the_callers_own(account):
    task = account.start()
    account.run(60)
    account.ecs("StopTask", cluster="lab", task=task["taskArn"].rsplit("/", 1)[1], reason="enough")
    account.run(120)
    assert account.see(task)["stoppedReason"] == "enough"
    again = account.ecs("StopTask", cluster="lab", task=task["taskArn"], reason="more")["task"]
    assert (again["lastStatus"], again["stoppedReason"]) == ("STOPPED", "enough")


def test_until_a_task_runs_nothing_is_told_of_its_containers(account):
    task = account.start()
    account.run(9.9)
    described = account.see(task)
    assert [detail["name"] for detail in described["attachments"][0]["details"]] == ["subnetId"]
    assert (described["attachments"][0]["status"], described["containers"][0]["networkInterfaces"]) == (
        "PRECREATED",
        [],
    )
    account.run(12)
    described = account.see(task)
    assert (described["lastStatus"], described["version"]) == ("PENDING", 2)
    assert described["attachments"][0]["status"] == "ATTACHED"
    assert set(described) == AT_ONCE | {"healthStatus"}
    assert set(described["containers"][0]) == CONTAINER | {"healthStatus"}
    account.run(13)  # the images are there
    assert account.see(task)["lastStatus"] == "PENDING"


def test_what_is_told_of_a_task_that_was_stopped_before_it_ran(account):
    task = account.start(tags=[{"key": "a", "value": "b"}])
    account.run(12)
    answer = account.ecs("StopTask", cluster="lab", task=task["taskArn"], reason="first")["task"]
    assert (answer["lastStatus"], answer["version"]) == ("PENDING", 3)
    again = account.ecs("StopTask", cluster="lab", task=task["taskArn"], reason="second")["task"]
    assert (again["stoppedReason"], again["version"]) == ("first", 3)
    assert not {"connectivity", "pullStartedAt", "executionStoppedAt"} & set(account.see(task))
    account.run(20)
    described, early = account.see(task), {"connectivity", "connectivityAt", "pullStartedAt"}
    assert (described["lastStatus"], described["version"]) == ("DEPROVISIONING", 4)
    stop = STOPPED - {"stoppedAt"}
    assert set(described) == AT_ONCE | {"healthStatus"} | early | stop
    assert set(described["containers"][0]) == CONTAINER | {"healthStatus", "runtimeId"}
    account.run(120)
    assert (account.see(task)["lastStatus"], account.see(task)["version"]) == ("STOPPED", 5)


def test_the_private_name_is_shown_where_the_vpc_gives_hostnames(account):
    ec2 = ec2_backends[ACCOUNT][REGION]
    ec2.get_vpc(ec2.get_subnet(account.subnet()).vpc_id).enable_dns_hostnames = "false"
    task = account.start()
    account.run(60)
    details = account.see(task)["attachments"][0]["details"]
    names = ["subnetId", "networkInterfaceId", "macAddress", "privateIPv4Address"]
    assert [detail["name"] for detail in details] == names


def test_looking_changes_nothing(account):
    task = account.start()
    for second in range(0, 20, 3):
        account.run(second)
        first = copy.deepcopy(account.see(task))
        assert all(account.see(task) == first for _ in range(5))
    account.run(60)
    for _ in range(50):
        account.ecs("ListTasks", cluster="lab")
        assert account.see(task)["lastStatus"] == "RUNNING"


def test_a_task_is_missing_when_unknown_and_an_hour_after_it_stopped(account):
    unknown = f"{ARN}:task/lab/{'0' * 32}"
    expected = {"tasks": [], "failures": [{"arn": unknown, "reason": "MISSING"}]}
    assert account.ecs("DescribeTasks", cluster="lab", tasks=["0" * 32]) == expected
    task = account.start()
    account.ecs("StopTask", cluster="lab", task=task["taskArn"])
    account.run(1 + 12 + 3599)
    assert account.see(task)["lastStatus"] == "STOPPED"
    account.run(1 + 12 + 3600)
    answer = account.ecs("DescribeTasks", cluster="lab", tasks=[task["taskArn"]])
    assert answer["failures"] == [{"arn": task["taskArn"], "reason": "MISSING"}]
    account.start()
    assert len(account.ecs("ListTasks", cluster="lab")["taskArns"]) == 1


@pytest.mark.parametrize(
    ("operation", "parameters", "message"),
    [
        ("DescribeTasks", {"tasks": []}, "Tasks cannot be empty."),
        ("DescribeTasks", {"tasks": ["a"] * 101}, "taskIds can have at most 100 items."),
        ("StopTask", {"task": "0" * 32}, "The referenced task was not found."),
        ("StopTask", {"task": "None"}, "taskId length should be one of [32,36]"),
        ("DescribeTasks", {"tasks": ["0" * 32, ""]}, "taskId length should be one of [32,36]"),
        (
            "DescribeTasks",
            {"tasks": [f"{ARN}:task/a/b/c"]},
            "Invalid identifier: Unexpected number of separators",
        ),
        ("GetTaskProtection", {"tasks": ["nix"]}, "taskId length should be one of [32,36]"),
        (
            "DescribeTasks",
            {"tasks": [f"{ARN}:task/other/{'0' * 32}"]},
            "Invalid identifier: Identifier is for cluster other. Your cluster is lab",
        ),
    ],
)
def test_what_is_refused(account, operation, parameters, message):
    with pytest.raises(AwsError) as caught:
        account.ecs(operation, cluster="lab", **parameters)
    assert (caught.value.code, caught.value.message) == ("InvalidParameterException", message)


def test_list_tasks_filters_by_what_a_task_is_meant_to_be(account):
    account.define(family="other")
    first, second = account.start(startedBy="me"), account.start(taskDefinition="other")
    account.run(60)
    account.ecs("StopTask", cluster="lab", task=first["taskArn"])

    def listed(**filters):
        return account.ecs("ListTasks", cluster="lab", **filters)["taskArns"]

    assert listed() == listed(desiredStatus="RUNNING") == [second["taskArn"]]
    assert listed(desiredStatus="STOPPED") == [first["taskArn"]]
    assert listed(desiredStatus="PENDING") == []
    assert listed(family="other") == [second["taskArn"]]
    assert listed(family="web") == []
    assert listed(startedBy="me", desiredStatus="STOPPED") == [first["taskArn"]]
    assert listed(launchType="EC2") == []
    assert listed(launchType="FARGATE") == [second["taskArn"]]
    with pytest.raises(AwsError, match="Service not found"):
        listed(serviceName="web")
    for other in ({"family": "web"}, {"launchType": "FARGATE"}, {"serviceName": "web"}):
        with pytest.raises(AwsError, match="startedBy must be the only filter"):
            listed(startedBy="me", **other)


def test_list_tasks_by_pages(account):
    arns = [task["taskArn"] for task in account.ecs("RunTask", **account.order(count=5))["tasks"]]
    listed, token, pages = [], None, 0
    while pages == 0 or token:
        more = {"nextToken": token} if token else {}
        answer = account.ecs("ListTasks", cluster="lab", maxResults=2, **more)
        listed += answer["taskArns"]
        token, pages = answer.get("nextToken"), pages + 1
    assert (listed, pages) == (arns, 3)


def test_what_was_pushed_is_what_is_served(account):
    role, image = account.role(), account.push(page=b"<h1>mine</h1>")
    account.log_group()
    account.define(
        {"name": "web", "image": image, "logConfiguration": LOGS, "portMappings": [{"containerPort": 80}]},
        executionRoleArn=role,
    )
    task = account.start()
    account.run(60)
    assert account.get(task).body == b"<h1>mine</h1>"
    assert account.get(task, port=8080) is None
    task_id = task["taskArn"].rsplit("/", 1)[1]
    lines = account.lines(f"ecs/web/{task_id}")
    assert lines[-1].endswith('"GET / HTTP/1.1" 200 13')
    account.ecs("StopTask", cluster="lab", task=task["taskArn"])
    account.run(70)
    assert account.get(task) is None


def test_a_public_address_only_when_asked(account):
    task = account.start()
    silent = account.start(networkConfiguration=account.network(public="DISABLED"))
    account.run(10)
    assert account.eni(task).public_ip.startswith("203.0.113.")
    assert account.eni(silent).public_ip is None


def test_an_override_reaches_the_program(account):
    role = account.role()
    account.log_group()
    account.define(
        {"name": "web", "image": "busybox", "command": ["sh", "-c", "echo $A $B"], "logConfiguration": LOGS,
         "environment": [{"name": "A", "value": "one"}, {"name": "B", "value": "two"}]},
        executionRoleArn=role,
    )  # fmt: skip
    environment = [{"name": "B", "value": "three"}]
    task = account.start(overrides={"containerOverrides": [{"name": "web", "environment": environment}]})
    account.run(60)
    assert account.lines(f"ecs/web/{task['taskArn'].rsplit('/', 1)[1]}") == ["one three"]


def test_the_same_history_gives_the_same_account():
    tasks = []
    for _ in range(2):
        with rig() as account:
            account.cluster(), account.define()
            task = account.start()
            account.run(60)
            tasks.append(copy.deepcopy(account.see(task)))
    assert tasks[0] == tasks[1]
