"""Services by their API: what is accepted, what is refused in which words, and what comes of it."""

import copy

import pytest
from account_rig import ACCOUNT, REGION, rig
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from service_account import ARN, Services, invalid, refused

from ecslab.sandbox.bridge import faults
from ecslab.sandbox.world.errors import AwsError


@pytest.fixture
def lab():
    with rig() as account:
        yield Services(account)


def test_a_service_from_its_creation_to_its_rest(lab):
    created = lab.create(desiredCount=2)
    assert created["serviceArn"] == f"{ARN}service/lab/web"
    assert (created["status"], created["runningCount"], created["pendingCount"]) == ("ACTIVE", 0, 0)
    assert created["roleArn"].endswith("ecs.amazonaws.com/AWSServiceRoleForECS")
    (deployment,) = created["deployments"]
    assert (deployment["status"], deployment["rolloutState"]) == ("PRIMARY", "IN_PROGRESS")
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} in progress."
    assert (deployment["platformVersion"], created["platformVersion"]) == ("1.4.0", "LATEST")
    lab.settle(8)
    assert lab.see()["pendingCount"] == 0  # PROVISIONING
    lab.settle(8)
    assert lab.see()["pendingCount"] == 2
    lab.settle()
    service = lab.see()
    assert (service["runningCount"], service["pendingCount"]) == (2, 0)
    assert service["deployments"][0]["rolloutStateReason"] == f"ECS deployment {deployment['id']} completed."
    assert [words.split(":")[0] for words in lab.words()] == [
        "has started 2 tasks",
        f"(deployment {deployment['id']}) deployment completed.",
        "has reached a steady state.",
    ]


def test_its_tasks_know_whose_they_are(lab):
    tags = [{"key": "a", "value": "1"}]
    lab.create(desiredCount=2, enableECSManagedTags=True, propagateTags="SERVICE", tags=tags)
    lab.settle(60)
    tasks = lab.tasks()
    deployment = lab.see()["deployments"][0]["id"]
    assert {task["startedBy"] for task in tasks} == {deployment}
    assert {task["group"] for task in tasks} == {"service:web"}
    assert {task["availabilityZone"] for task in tasks} == {"us-east-1a", "us-east-1b"}
    tags = lab("DescribeTasks", tasks=[tasks[0]["taskArn"]], include=["TAGS"])["tasks"][0]["tags"]
    assert {tag["key"]: tag["value"] for tag in tags} == {
        "aws:ecs:clusterName": "lab", "aws:ecs:serviceName": "web", "a": "1"
    }  # fmt: skip
    assert lab("ListTasks", startedBy=deployment)["taskArns"] == [task["taskArn"] for task in tasks]


def test_the_cluster_counts_it(lab):
    lab.create()
    lab.settle()
    counted = lab.account.ecs("DescribeClusters", clusters=["lab"], include=["STATISTICS"])["clusters"][0]
    assert (counted["activeServicesCount"], counted["runningTasksCount"]) == (1, 1)
    statistics = {each["name"]: each["value"] for each in counted["statistics"]}
    assert statistics["activeFargateServiceCount"] == "1"
    with refused(
        "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
    ):
        lab("DeleteCluster")
    lab("DeleteService", service="web", force=True)
    with refused("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."):
        lab("DeleteCluster")


def test_a_cluster_with_a_draining_service_is_deleted_and_made_anew(lab):
    lab.create(desiredCount=0)
    lab("DeleteService", service="web")
    assert lab.see()["status"] == "DRAINING"
    assert lab("DeleteCluster")["cluster"]["status"] == "INACTIVE"
    lab.account.ecs("CreateCluster", clusterName="lab")
    lab.settle()
    assert lab("ListServices")["serviceArns"] == []
    assert lab("DescribeServices", services=["web"])["services"] == []


def test_creating_it_again(lab):
    first = lab.create()
    assert lab.create()["serviceArn"] == first["serviceArn"]
    with invalid("Creation of service was not idempotent."):
        lab.create(desiredCount=2)
    lab("DeleteService", service="web", force=True)
    with invalid("Unable to Start a service that is still Draining."):
        lab.create()
    lab.settle()
    assert lab.see()["status"] == "INACTIVE"
    assert lab.create()["status"] == "ACTIVE"


def test_creating_it_again_with_its_token(lab):
    """Recorded: other tags do not make another service, another count does."""
    first = lab.create(clientToken="once", tags=[{"key": "a", "value": "1"}])
    again = lab.create(clientToken="once", tags=[{"key": "a", "value": "2"}])
    assert (again["serviceArn"], again["tags"]) == (first["serviceArn"], [{"key": "a", "value": "1"}])
    assert len(again["deployments"]) == 1
    with invalid("Creation of service was not idempotent."):
        lab.create(clientToken="twice")


def test_a_circuit_breaker_keeps_what_an_update_leaves_out(lab):
    created = lab.create(desiredCount=0)
    assert created["deploymentConfiguration"]["deploymentCircuitBreaker"] == {
        "enable": False, "rollback": False, "resetOnHealthyTask": True,
        "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
    }  # fmt: skip
    lab.update(**threshold("COUNT", 1))
    change = {"deploymentCircuitBreaker": {"enable": False, "rollback": True}}
    now = lab.update(deploymentConfiguration=change)["deploymentConfiguration"]["deploymentCircuitBreaker"]
    assert now == {
        "enable": False, "rollback": True, "resetOnHealthyTask": True,
        "thresholdConfiguration": {"type": "COUNT", "value": 1},
    }  # fmt: skip
    with invalid("Task count can not be lesser than 0"):
        lab.update(desiredCount=-1)


def test_deletion(lab):
    created = lab.create(desiredCount=2)
    lab.settle()
    with invalid("The service cannot be stopped while it is scaled above 0."):
        lab("DeleteService", service="web")
    gone = lab("DeleteService", service="web", force=True)["service"]
    assert (gone["status"], gone["desiredCount"]) == ("DRAINING", 0)
    assert lab("ListServices")["serviceArns"] == []
    with refused("ServiceNotActiveException", "Service was not ACTIVE."):
        lab.update(desiredCount=1)
    lab.settle()
    service = lab.see()
    assert (service["status"], service["runningCount"], service["events"]) == ("INACTIVE", 0, [])
    (last,) = service["deployments"]
    assert (last["id"], last["status"], last["desiredCount"]) == (
        created["deployments"][0]["id"],
        "PRIMARY",
        0,
    )
    assert lab.account.enis() == {}
    with refused("ServiceNotActiveException", "Service was not ACTIVE."):
        lab.update(desiredCount=0)
    with refused("ServiceNotFoundException", ""):
        lab("DeleteService", service="web")
    lab("DeleteCluster")


def test_a_task_that_is_stopped_by_hand_is_replaced(lab):
    lab.create()
    lab.settle()
    task = lab.tasks()[0]
    lab("StopTask", task=task["taskArn"])
    lab.settle(19)
    assert len(lab.words()) == 4 and lab.tasks()[0]["taskArn"] != task["taskArn"]
    stopped = lab("DescribeTasks", tasks=[task["taskArn"]])["tasks"][0]
    assert stopped["stoppedReason"] == "Task stopped by user"
    lab.settle()
    assert lab.words()[-1] == "has reached a steady state."


def test_what_starts_a_deployment_and_what_does_not(lab):
    lab.create()
    lab.settle()
    first = lab.see()["deployments"][0]["id"]
    for change in (
        {"desiredCount": 2},
        {"taskDefinition": "web:1"},
        {"deploymentConfiguration": {"maximumPercent": 150}},
        {"healthCheckGracePeriodSeconds": 60},
        {"enableExecuteCommand": False},
        {"propagateTags": "TASK_DEFINITION"},
    ):
        assert [deployment["id"] for deployment in lab.update(**change)["deployments"]] == [first], change
    lab.account.define()
    network = lab.account.network(lab.subnets[:1])
    for change in (
        {"taskDefinition": "web"}, {"forceNewDeployment": True}, {"networkConfiguration": network},
        {"platformVersion": "1.4.0"},
    ):  # fmt: skip
        lab.settle()
        before = lab.see()["deployments"][0]["id"]
        now = lab.update(**change)["deployments"]
        assert [deployment["status"] for deployment in now] == ["PRIMARY", "ACTIVE"], change
        assert now[1]["id"] == before != now[0]["id"]
    lab.settle()
    service = lab.see()
    assert service["deploymentConfiguration"]["maximumPercent"] == 150
    assert (service["runningCount"], len(service["deployments"])) == (2, 1)
    assert {task["availabilityZone"] for task in lab.tasks()} == {"us-east-1a"}
    stopped = lab.tasks(status="STOPPED")
    assert {task["stopCode"] for task in stopped} == {"ServiceSchedulerInitiated"}
    assert all(task["stoppedReason"].startswith("Scaling activity initiated by (deployment ecs-svc/")
               for task in stopped)  # fmt: skip


def test_a_missing_image_rolls_back(lab):
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    lab.create(deploymentConfiguration=breaker)
    lab.settle()
    good = lab.see()["deployments"][0]["id"]
    lab.account.define({"name": "web", "image": "no-such-image"})
    bad = lab.update(taskDefinition="web")["deployments"][0]["id"]
    lab.settle(182)
    now = lab.see()
    assert [(each["id"], each["status"], each["rolloutState"]) for each in now["deployments"]] == [
        (good, "PRIMARY", "IN_PROGRESS"), (bad, "ACTIVE", "FAILED")
    ]  # fmt: skip
    assert now["deployments"][0]["rolloutStateReason"] == (
        f"ECS deployment circuit breaker: rolling back to deploymentId {good}."
    )
    assert now["deployments"][1]["failedTasks"] == 3
    assert now["taskDefinition"].endswith("/web:1")
    lab.settle()
    assert lab.words()[-4:] == [
        f"(deployment {bad}) deployment failed: tasks failed to start.",
        f"rolling back to deployment {good}.",
        f"(deployment {good}) deployment completed.",
        "has reached a steady state.",
    ]
    unable = next(words for words in lab.words() if words.startswith("was unable"))
    assert unable.startswith("was unable to place a task. Reason: CannotPullContainerError: pull image ")
    stopped = lab.tasks(status="STOPPED")
    assert {task["stopCode"] for task in stopped} == {"TaskFailedToStart"}
    again = lab.update(taskDefinition="web:2")["deployments"]
    assert [deployment["status"] for deployment in again] == ["PRIMARY", "ACTIVE"]


@pytest.mark.parametrize("existed", [True, False])
def test_a_role_that_goes_away_or_never_was(lab, existed):
    role = lab.account.role() if existed else f"arn:aws:iam::{ACCOUNT}:role/nobody"
    lab.account.define(executionRoleArn=role)
    assert lab.create()["status"] == "ACTIVE"
    if existed:
        backend = iam_backends[ACCOUNT]["aws"]
        backend.detach_role_policy(
            "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy", "ecsTaskExecutionRole"
        )
        backend.delete_role("ecsTaskExecutionRole")
    lab.settle(10)
    assert lab.words() == [
        f"failed to launch a task with (error ECS was unable to assume the role '{role}' that was provided "
        "for this task. Please verify that the role being passed has the proper trust relationship and "
        "permissions and that your IAM user has permissions to pass this role.)."
    ]


def test_a_service_on_ec2_finds_no_instance(lab):
    lab.account.define({"name": "web", "image": "httpd:2.4"}, requiresCompatibilities=["EC2", "FARGATE"])
    network = lab.account.network(lab.subnets, public="DISABLED")
    created = lab.create(launchType=None, networkConfiguration=network)
    assert created["launchType"] == "EC2" and "platformVersion" not in created
    lab.settle(10)
    assert lab.words() == [
        "was unable to place a task because no container instance met all of its requirements. Reason: No "
        "Container Instances were found in your cluster. For more information, see the Troubleshooting "
        "section of the Amazon ECS Developer Guide."
    ]


def test_placement_on_ec2(lab):
    strategy = [{"type": "binpack", "field": "memory"}]
    network = lab.account.network(lab.subnets, public="DISABLED")
    elsewhere = {"launchType": None, "networkConfiguration": network}
    created = lab.create(**elsewhere, placementStrategy=strategy)
    assert (created["placementStrategy"], created["placementConstraints"]) == (strategy, [])
    elsewhere["serviceName"] = "two"
    with invalid("binpack field 'disk' is invalid"):
        lab.create(**elsewhere, placementStrategy=[{"type": "binpack", "field": "disk"}])
    with invalid("Maximum number of strategies is 5"):
        lab.create(**elsewhere, placementStrategy=[{"type": "random"}] * 6)
    with invalid("Maximum number of constraints is 10"):
        lab.create(**elsewhere, placementConstraints=[{"type": "distinctInstance"}] * 11)


def test_a_daemon_without_instances_is_at_rest(lab):
    network = lab.account.network(lab.subnets, public="DISABLED")
    daemon = {"launchType": None, "desiredCount": None, "schedulingStrategy": "DAEMON",
              "networkConfiguration": network}  # fmt: skip
    created = lab.create(**daemon)
    assert created["schedulingStrategy"] == "DAEMON" and created["desiredCount"] == 0
    percents = created["deploymentConfiguration"]
    assert (percents["minimumHealthyPercent"], percents["maximumPercent"]) == (0, 100)
    assert created["availabilityZoneRebalancing"] == "DISABLED"
    lab.settle()
    assert lab.words()[-1] == "has reached a steady state."
    with invalid(
        "The daemon scheduling strategy does not support a desired count for services. Remove the desired "
        "count value and try again"
    ):
        lab.create(**daemon | {"serviceName": "two", "desiredCount": 2})
    with invalid("The daemon scheduling strategy does not support values above 100 for maximumPercent"):
        lab.create(**daemon | {"serviceName": "two", "deploymentConfiguration": {"maximumPercent": 200}})
    lab("DeleteService", service="web")


def percents(least, most):
    return {"deploymentConfiguration": {"minimumHealthyPercent": least, "maximumPercent": most}}


def threshold(kind, value):
    breaker = {"enable": True, "rollback": True, "thresholdConfiguration": {"type": kind, "value": value}}
    return {"deploymentConfiguration": {"deploymentCircuitBreaker": breaker}}


def balanced(**more):
    return {"loadBalancers": [{"containerName": "web", "containerPort": 80, **more}]}


FARGATE_SUBNET = "Network Configuration must be provided when networkMode 'awsvpc' is specified."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"desiredCount": 5001}, "Desired count exceeds limit."),
        ({"desiredCount": -1}, "DesiredCount can not be lesser than 0"),
        ({"desiredCount": None}, "DesiredCount is missing"),
        ({"serviceName": "no spaces"}, r"ServiceName must match ^[a-zA-Z0-9\-_]{1,255}$"),
        ({"serviceName": "x" * 256}, r"ServiceName must match ^[a-zA-Z0-9\-_]{1,255}$"),
        ({"networkConfiguration": None}, FARGATE_SUBNET),
        ({"taskDefinition": None}, "TaskDefinition can not be blank."),
        (
            {"launchType": None, "platformVersion": "1.4.0"},
            "The platform version must be null when specifying an EC2 launch type.",
        ),
        ({"launchType": None}, "Assign public IP is not supported for this launch type."),
        (
            {"placementConstraints": [{"type": "distinctInstance"}]},
            "Placement constraints are not supported with FARGATE launch type.",
        ),
        (
            {"placementStrategy": [{"type": "random"}]},
            "Placement strategies are not supported with FARGATE launch type.",
        ),
        (
            percents(100, 100),
            "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.",
        ),
        (percents(101, 200), "minimumHealthyPercent must be at most 100"),
        (percents(-1, 200), "minimumHealthyPercent must be at least 0"),
        (percents(50, 20), "maximumPercent must be at least 100"),
        (percents(50, 201), "maximumPercent must be at most 200"),
        (threshold("COUNT", 0), "Invalid deployment circuit breaker threshold value."),
        (threshold("BOUNDED_PERCENT", 101), "Invalid deployment circuit breaker threshold value."),
        (threshold("SHARE", 1), "Invalid deployment circuit breaker threshold type."),
        ({"clientToken": "x" * 37}, "idempotency token longer than 36."),
        (
            {"schedulingStrategy": "DAEMON", "desiredCount": None},
            "The daemon scheduling strategy does not support the FARGATE launch type. Change the launch type "
            "and try again",
        ),
        (
            {"serviceRegistries": [{"registryArn": "a"}, {"registryArn": "b"}]},
            "service registries can have at most 1 items",
        ),
        ({"deploymentController": {"type": "EXTERNAL"}}, "TaskDefinition must be blank"),
        ({"deploymentController": {"type": "CODE_DEPLOY"}},
         "For services using the CODE_DEPLOY deployment controller, the service requires an Application Load "
         "Balancer or Network Load Balancer"),
        ({"loadBalancers": balanced(targetGroupArn="arn:a")["loadBalancers"] * 6},
         "loadBalancers can have at most 5 items."),
        (
            balanced(loadBalancerName="old", targetGroupArn="arn:aws:elasticloadbalancing:us-east-1::x"),
            "loadBalancerName and targetGroupArn cannot both be specified",
        ),
        (balanced(loadBalancerName="old"), "Classic Load Balancers are not supported with Fargate."),
        (
            balanced(targetGroupArn="arn:a") | {},
            "The container web did not have a container port 80 defined.",
        ),
        (
            balanced(targetGroupArn="arn:a", containerName="nix"),
            "The container nix does not exist in the task definition.",
        ),
        ({"healthCheckGracePeriodSeconds": -1},
         "healthCheckGracePeriodSeconds must be at least 0"),
        ({"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
         "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try "
         "again."),
    ],
)  # fmt: skip
def test_what_create_service_refuses(lab, change, message):
    with invalid(message):
        lab.create(**change)
    assert lab("ListServices")["serviceArns"] == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"deploymentConfiguration": {"strategy": "BLUE_GREEN"}}, "deployments of the strategy BLUE_GREEN"),
        ({"volumeConfigurations": [{"name": "data"}]}, "volumes of services"),
        ({"deploymentConfiguration": {"bakeTimeInMinutes": 5}}, "a bake time"),
        ({"deploymentConfiguration": {"alarms": {"alarmNames": ["a"], "enable": True, "rollback": True}}},
         "deployment alarms"),
    ],
)  # fmt: skip
def test_what_is_not_carried_is_said(lab, change, what):
    with refused("UnsupportedFeatureException", f"This sandbox does not carry {what} yet."):
        lab.create(**change)


def test_a_network_configuration_that_the_definition_cannot_have(lab):
    container = {"name": "web", "image": "httpd:2.4", "memory": 128}
    lab.account.ecs("RegisterTaskDefinition", family="old", networkMode="bridge",
                    containerDefinitions=[container])  # fmt: skip
    network = lab.account.network(lab.subnets, public="DISABLED")
    with invalid("Network Configuration is not valid for the given networkMode of this task definition."):
        lab.create(taskDefinition="old", launchType=None, networkConfiguration=network)


def test_other_refusals(lab):
    with refused("ClusterNotFoundException", "Cluster not found."):
        lab.account.ecs("CreateService", **lab.usual(), cluster="nix")
    with refused("ClientException", "TaskDefinition not found."):
        lab.create(taskDefinition="nix")
    lab.account.ecs("DeregisterTaskDefinition", taskDefinition="web:1")
    with refused("ClientException", "TaskDefinition is inactive"):
        lab.create(taskDefinition="web:1")
    with refused("ServiceNotFoundException", "Service not found."):
        lab("ListTasks", serviceName="nix")


def test_an_update_that_is_refused_changes_nothing(lab):
    lab.create()
    lab.settle()
    before = copy.deepcopy(lab.see())
    for change in (
        {"desiredCount": -1, "forceNewDeployment": True},
        {"taskDefinition": "nix", "desiredCount": 3},
        {"deploymentConfiguration": {"minimumHealthyPercent": 101}, "forceNewDeployment": True},
    ):
        with pytest.raises(AwsError):
            lab.update(**change)
        assert lab.see() == before


def test_finding_services(lab):
    lab.create()
    arn = f"{ARN}service/lab/web"
    assert lab.see(arn)["serviceName"] == "web"
    assert "tags" not in lab.see() and lab.see(include=["TAGS"])["tags"] == []
    answer = lab("DescribeServices", services=["web", "nix", f"{ARN}service/other/web"])
    assert [service["serviceName"] for service in answer["services"]] == ["web"]
    assert answer["failures"] == [
        {"arn": f"{ARN}service/lab/nix", "reason": "MISSING"},
        {"arn": f"{ARN}service/other/web", "reason": "MISSING"},
    ]
    with invalid("include should be one of [TAGS]"):
        lab.see(include=["tags"])
    with invalid("services can have at most 10 items."):
        lab("DescribeServices", services=[f"s{number}" for number in range(11)])


def test_listing_services(lab):
    for number in range(12):
        lab.create(serviceName=f"web-{number}", desiredCount=0)
    first = lab("ListServices")
    assert len(first["serviceArns"]) == 10
    assert len(lab("ListServices", nextToken=first["nextToken"])["serviceArns"]) == 2
    assert len(lab("ListServices", maxResults=100, launchType="FARGATE")["serviceArns"]) == 12
    assert lab("ListServices", launchType="EC2")["serviceArns"] == []
    assert lab("ListServices", schedulingStrategy="DAEMON")["serviceArns"] == []
    with invalid("Max results can not be greater than 100"):
        lab("ListServices", maxResults=101)
    with invalid("Max results can not be lesser than 1"):
        lab("ListServices", maxResults=0)


def test_tags_of_a_service(lab):
    arn = lab.create(tags=[{"key": "a", "value": "1"}])["serviceArn"]
    lab.account.ecs("TagResource", resourceArn=arn, tags=[{"key": "b", "value": "2"}])
    lab.account.ecs("UntagResource", resourceArn=arn, tagKeys=["a"])
    tags = [{"key": "b", "value": "2"}]
    assert lab.account.ecs("ListTagsForResource", resourceArn=arn)["tags"] == tags
    assert lab.see(include=["TAGS"])["tags"] == tags


def test_tags_of_what_has_ended(lab):
    arn = lab.create()["serviceArn"]
    lab.settle(60)
    task = lab.tasks()[0]["taskArn"]
    lab("DeleteService", service="web", force=True)
    lab.settle()
    with invalid("The specified service is inactive. Specify an active service and try again."):
        lab.account.ecs("ListTagsForResource", resourceArn=arn)
    with invalid("The specified task is stopped. Specify a running task and try again."):
        lab.account.ecs("TagResource", resourceArn=task, tags=[{"key": "a", "value": "1"}])


def test_a_strategy_is_kept_by_base_and_weight(lab):
    lab.account.ecs(
        "PutClusterCapacityProviders", cluster="lab", capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[],
    )  # fmt: skip
    strategy = [{"capacityProvider": "FARGATE", "base": 1, "weight": 1},
                {"capacityProvider": "FARGATE_SPOT", "weight": 3, "base": 0}]  # fmt: skip
    created = lab.create(launchType=None, desiredCount=9, capacityProviderStrategy=strategy)
    assert created["capacityProviderStrategy"] == strategy and "launchType" not in created
    lab.settle(20)
    providers = [task["capacityProviderName"] for task in lab.tasks()]
    assert (providers.count("FARGATE"), providers.count("FARGATE_SPOT")) == (3, 6)


def test_looking_changes_nothing(lab):
    lab.create(desiredCount=3)
    lab.settle(30)
    before = copy.deepcopy(lab.see())
    for _ in range(3):
        lab("ListServices")
        lab("ListServiceDeployments", service="web")
        lab("DescribeServiceDeployments", serviceDeploymentArns=[before["currentServiceDeployment"]])
    assert lab.see() == before


def test_a_zone_that_goes_away_and_comes_back(lab):
    def zones():
        counts = [task["availabilityZone"] for task in lab.tasks()]
        return {zone[-1]: counts.count(zone) for zone in sorted(set(counts))}

    lab.create(desiredCount=4)
    lab.settle()
    assert zones() == {"a": 2, "b": 2}
    faults.inject("zone", {"zone": "us-east-1b"})
    lab.settle(900)
    assert zones() == {"a": 4}
    assert not any("unable" in words for words in lab.words())
    faults.inject("zone", {"zone": "us-east-1b", "away": False})
    lab.settle(1200)
    assert zones() == {"a": 2, "b": 2}
    assert lab.words()[-1] == "is AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b."


def test_no_capacity_anywhere(lab):
    for zone in ("us-east-1a", "us-east-1b"):
        faults.inject("zone", {"zone": zone})
    lab.create()
    lab.settle(30)
    assert lab.words() == [
        "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or "
        "in a different availability zone."
    ]
    faults.inject("zone", {"zone": "us-east-1a", "away": False})
    lab.settle()
    assert lab.words()[-1] == "has reached a steady state."


def test_addresses_that_run_out(lab):
    """A subnet with eleven addresses beside a large one: what finds none there is started elsewhere."""
    backend = ec2_backends[ACCOUNT][REGION]
    vpc = backend.get_subnet(lab.subnets[0]).vpc_id
    small = backend.create_subnet(vpc, "172.31.240.0/28", availability_zone="us-east-1a").id
    network = lab.account.network([small, lab.subnets[1]])
    lab.create(desiredCount=30, networkConfiguration=network, availabilityZoneRebalancing="DISABLED")
    lab.settle(60)
    refused = [task["stoppedReason"] for task in lab.tasks(status="STOPPED")]
    assert len(refused) == 4
    assert all(f"in subnet '{small}': InsufficientFreeAddressesInSubnet" in reason for reason in refused)
    lab.settle()
    counts = [task["availabilityZone"] for task in lab.tasks()]
    assert (counts.count("us-east-1a"), counts.count("us-east-1b")) == (11, 19)
    assert lab.words()[-1] == "has reached a steady state."
    assert any("was unable to place a task. Reason: Unexpected EC2 error" in words for words in lab.words())
