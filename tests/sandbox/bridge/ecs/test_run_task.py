from collections import Counter

import pytest
from account_rig import ACCOUNT, REGION, ROLE, rig

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.world.errors import AwsError


@pytest.fixture
def account():
    with rig() as ecs_account:
        ecs_account.cluster()
        ecs_account.define()
        yield ecs_account


def refusal(account, **changes):
    with pytest.raises(AwsError) as caught:
        account.start(**changes)
    assert account.ecs("ListTasks", cluster="lab") == {"taskArns": []}
    assert account.enis() == {}
    return f"{caught.value.code}: {caught.value.message}"


INVALID = "InvalidParameterException: "
INCAPABLE = (
    "PlatformTaskDefinitionIncompatibilityException: One or more of the requested capabilities are not "
    "supported."
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cluster": "nowhere"}, "ClusterNotFoundException: Cluster not found."),
        ({"cluster": "nowhere", "taskDefinition": "no"}, "ClientException: TaskDefinition not found."),
        (
            {"enableExecuteCommand": True},
            f"{INVALID}The execute command failed because a valid task role is not being used. Specify a "
            "valid task role in your task definition or as a task override and try again.",
        ),
        (
            {"platformVersion": "1.4"},
            "PlatformUnknownException: The specified platform does not exist.",
        ),
        ({"platformVersion": "1.0.0"}, INCAPABLE),
        ({"platformVersion": "1.3.0", "overrides": {"ephemeralStorage": {"sizeInGiB": 30}}}, INCAPABLE),
        ({"taskDefinition": "nothing"}, "ClientException: TaskDefinition not found."),
        ({"taskDefinition": "web:7"}, "ClientException: TaskDefinition not found."),
        (
            {"networkConfiguration": None},
            f"{INVALID}Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        ),
        (
            {"launchType": None, "networkConfiguration": None},
            f"{INVALID}No Container Instances were found in your cluster.",
        ),
        (
            {"launchType": "EC2", "networkConfiguration": None},
            f"{INVALID}No Container Instances were found in your cluster.",
        ),
        ({"launchType": "EC2"}, f"{INVALID}Assign public IP is not supported for this launch type."),
        (
            {"launchType": "EC2", "platformVersion": "1.4.0"},
            f"{INVALID}The platform version must be null when specifying an EC2 launch type.",
        ),
        (
            {"placementConstraints": [{"type": "distinctInstance"}]},
            f"{INVALID}Placement constraints are not supported with FARGATE launch type.",
        ),
        (
            {"placementStrategy": [{"type": "spread"}]},
            f"{INVALID}Placement strategies are not supported with FARGATE launch type.",
        ),
        (
            {"overrides": {"containerOverrides": [{"name": "db"}]}},
            f"{INVALID}Override for container named db is not a container in the TaskDefinition.",
        ),
        (
            {"overrides": {"cpu": "1024", "memory": "512"}},
            "ClientException: No Fargate configuration exists for given values: 1024 CPU, 512 memory",
        ),
        (
            {"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}], "launchType": None},
            f"{INVALID}The specified capacity provider strategy cannot contain a capacity provider that is "
            "not associated with the cluster. Associate the capacity provider with the cluster and try "
            "again.",
        ),
        (
            {"overrides": {"containerOverrides": [{"name": "web", "command": ["x" * 8192]}]}},
            f"{INVALID}Container Overrides length must be at most 8192",
        ),
        ({"count": 11}, f"{INVALID}count must be between 1 and 10."),
        ({"count": 0}, f"{INVALID}count must be between 1 and 10."),
        ({"clientToken": "x" * 65}, f"{INVALID}clientToken must contain between 1 and 64 characters."),
        ({"startedBy": "x" * 129}, f"{INVALID}startedBy must contain at most 128 characters."),
        (
            {"propagateTags": "SERVICE"},
            f"{INVALID}Only task definition tags can be propagated to standalone tasks.",
        ),
        (
            {"tags": [{"key": str(n), "value": ""} for n in range(51)]},
            f"{INVALID}The maximum number of tags on a resource is 50.",
        ),
    ],
)
def test_what_run_task_refuses(account, changes, message):
    assert refusal(account, **changes) == message


def test_a_launch_type_and_a_strategy_exclude_each_other(account):
    text = refusal(account, capacityProviderStrategy=[{"capacityProvider": "FARGATE"}])
    assert text.startswith(
        f"{INVALID}Specifying both a launch type and capacity provider strategy is not supported"
    )


def test_unknown_subnets_and_groups(account):
    subnet = account.subnet()
    assert refusal(account, networkConfiguration=account.network("subnet-0")) == (
        f"{INVALID}Error retrieving subnet information for [subnet-0]: The subnet ID 'subnet-0' does not "
        "exist (ErrorCode: InvalidSubnetID.NotFound)"
    )
    assert refusal(account, networkConfiguration=account.network(subnet, ["sg-0"])) == (
        f"{INVALID}Error retrieving security group information for [sg-0]: The security group 'sg-0' does "
        "not exist (ErrorCode: InvalidGroup.NotFound)"
    )


def test_an_inactive_definition_and_one_for_ec2(account):
    account.ecs("DeregisterTaskDefinition", taskDefinition="web:1")
    assert refusal(account, taskDefinition="web:1") == "ClientException: TaskDefinition is inactive"
    account.ecs(
        "RegisterTaskDefinition", family="old", networkMode="bridge",
        containerDefinitions=[{"name": "web", "image": "httpd", "memory": 128}],
    )  # fmt: skip
    text = refusal(account, taskDefinition="old")
    assert text == f"{INVALID}Task definition does not support launch_type FARGATE."


def test_a_role_that_is_not_there(account):
    account.define(executionRoleArn=ROLE)
    assert refusal(account) == (
        f"ClientException: ECS was unable to assume the role '{ROLE}' that was provided for this task. "
        "Please verify that the role being passed has the proper trust relationship and permissions and that "
        "your IAM user has permissions to pass this role."
    )


def test_a_client_token_starts_its_tasks_once(account):
    network = account.network()
    first = account.start(clientToken="t", networkConfiguration=network)
    account.run(60)
    again = account.start(clientToken="t", networkConfiguration=network)
    assert (again["taskArn"], again["lastStatus"]) == (first["taskArn"], "RUNNING")
    with pytest.raises(AwsError) as caught:
        account.start(clientToken="t", networkConfiguration=network, count=2)
    assert f"{caught.value.code}: {caught.value.message}" == (
        "ConflictException: The RunTask request could not be processed due to conflicts. The provided "
        "clientToken is already in use with a different request."
    )
    assert caught.value.fields == {"resourceIds": [first["taskArn"]]}


def test_what_a_call_says_is_what_the_task_shows(account):
    side = {"name": "side", "image": "busybox", "essential": False}
    account.define(
        {"name": "web", "image": "httpd"}, side, family="two", tags=[{"key": "team", "value": "blue"}]
    )
    override = {"name": "web", "command": ["httpd-foreground"], "environment": [{"name": "A", "value": "1"}]}
    tags = [{"key": "stage", "value": "4"}]
    task = account.start(
        taskDefinition="two", group="mine", startedBy="me", tags=tags, propagateTags="TASK_DEFINITION",
        enableECSManagedTags=True, enableExecuteCommand=True, platformVersion="LATEST",
        overrides={"containerOverrides": [override], "cpu": "512", "memory": "1024",
                   "taskRoleArn": account.role()},
    )  # fmt: skip
    assert (task["group"], task["startedBy"], task["enableExecuteCommand"]) == ("mine", "me", True)
    assert (task["cpu"], task["memory"], task["platformVersion"]) == ("512", "1024", "1.4.0")
    assert task["overrides"] == {
        "containerOverrides": [override, {"name": "side"}],
        "cpu": "512",
        "memory": "1024",
        "taskRoleArn": ROLE,
        "inferenceAcceleratorOverrides": [],
    }
    assert {tag["key"]: tag["value"] for tag in task["tags"]} == {
        "aws:ecs:clusterName": "lab",
        "team": "blue",
        "stage": "4",
    }


def test_a_strategy_names_the_provider(account):
    account.cluster(
        "spot", capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    )  # fmt: skip
    task = account.start(cluster="spot", launchType=None)
    assert (task["capacityProviderName"], task["launchType"]) == ("FARGATE_SPOT", "FARGATE")
    assert "capacityProviderName" not in account.start(cluster="spot")


@pytest.mark.parametrize(
    ("strategy", "providers"),
    [
        (["FARGATE 1", "FARGATE_SPOT 1"], {"FARGATE": 5, "FARGATE_SPOT": 5}),
        (["FARGATE 1 2", "FARGATE_SPOT 3"], {"FARGATE": 4, "FARGATE_SPOT": 6}),
        (["FARGATE 0 2", "FARGATE_SPOT 1"], {"FARGATE": 2, "FARGATE_SPOT": 8}),
        (["FARGATE 1", "FARGATE_SPOT 0"], {"FARGATE": 10}),
    ],
)
def test_a_strategy_spreads_the_tasks_of_a_call(account, strategy, providers):
    items = [item.split() for item in strategy]
    account.cluster("both", capacityProviders=["FARGATE", "FARGATE_SPOT"])
    requested_strategy = [
        {"capacityProvider": name, "weight": int(weight), "base": int(base[0]) if base else 0}
        for name, weight, *base in items
    ]
    order = account.order(
        cluster="both", launchType=None, capacityProviderStrategy=requested_strategy, count=10
    )
    tasks = account.ecs("RunTask", **order)["tasks"]
    assert Counter(task["capacityProviderName"] for task in tasks) == providers


def test_no_spot_capacity_does_not_spill_over(account):
    account.cluster("both", capacityProviders=["FARGATE", "FARGATE_SPOT"])
    strategy = [{"capacityProvider": name, "weight": 1} for name in ("FARGATE", "FARGATE_SPOT")]
    current_account().faults.spot = False
    order = account.order(cluster="both", launchType=None, capacityProviderStrategy=strategy, count=4)
    answer = account.ecs("RunTask", **order)
    assert [task["capacityProviderName"] for task in answer["tasks"]] == ["FARGATE", "FARGATE"]
    assert len(answer["failures"]) == 2


NEWER = {
    "a file system": {
        "volumes": [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-0123456789abcdef0"}}]
    },
    "storage": {"ephemeralStorage": {"sizeInGiB": 30}},
    "an ARM processor": {"runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}},
    "a large task": {"cpu": "8192", "memory": "16384"},
}


@pytest.mark.parametrize("what", NEWER)
def test_what_an_older_platform_version_cannot_do(account, what):
    account.define(family="newer", **NEWER[what])
    assert refusal(account, taskDefinition="newer", platformVersion="1.3.0") == INCAPABLE
    assert account.start(taskDefinition="newer", platformVersion="1.4.0")["platformVersion"] == "1.4.0"


@pytest.mark.parametrize("source", ["key::", ":AWSPREVIOUS:"])
def test_an_older_platform_version_injects_whole_secrets_only(account, source):
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
    for name, value_from in (("whole", secret), ("part", f"{secret}:{source}")):
        secrets = [{"name": "PASSWORD", "valueFrom": value_from}]
        account.define({"name": "web", "image": "httpd", "secrets": secrets}, family=name,
                       executionRoleArn=ROLE)  # fmt: skip
    account.role()
    assert refusal(account, taskDefinition="part", platformVersion="1.3.0") == INCAPABLE
    assert account.start(taskDefinition="whole", platformVersion="1.3.0")["platformVersion"] == "1.3.0"


def test_a_windows_task_starts_and_finds_no_image_for_windows(account):
    platform = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "X86_64"}
    account.define(family="windows", runtimePlatform=platform, cpu="1024", memory="2048")
    task = account.start(taskDefinition="windows")
    assert (task["platformFamily"], task["platformVersion"]) == ("WINDOWS_SERVER_2022_CORE", "1.0.0")
    account.run(120)
    assert account.see(task)["stoppedReason"] == (
        "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not "
        "contain descriptor matching platform 'windows/amd64'"
    )
    assert refusal(account, taskDefinition="windows", platformVersion="1.4.0") == INCAPABLE


def test_ten_tasks_in_one_call_share_out_the_subnets(account):
    subnets = [account.subnet(zone=f"us-east-1{letter}") for letter in "ab"]
    answer = account.ecs("RunTask", **account.order(count=10, networkConfiguration=account.network(subnets)))
    zones = [task["availabilityZone"] for task in answer["tasks"]]
    assert zones == ["us-east-1a", "us-east-1b"] * 5
    account.run(60)
    assert len(account.enis()) == 10
    cluster = account.ecs("DescribeClusters", clusters=["lab"])["clusters"][0]
    assert (cluster["runningTasksCount"], cluster["pendingTasksCount"]) == (10, 0)


def test_without_groups_the_default_one_is_used(account):
    task = account.start()
    account.run(10)
    eni = account.eni(task)
    assert [group.name for group in eni.group_set] == ["default"]
    attachment = task["attachments"][0]["id"]
    assert eni.description == f"arn:aws:ecs:{REGION}:{ACCOUNT}:attachment/{attachment}"


def test_managed_tags_are_on_the_interface_too(account):
    task = account.start(enableECSManagedTags=True, tags=[{"key": "mine", "value": "yes"}])
    account.run(10)
    tags = {tag["key"]: tag["value"] for tag in account.eni(task).get_tags()}
    assert tags == {"aws:ecs:clusterName": "lab"}
