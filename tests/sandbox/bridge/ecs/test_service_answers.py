"""Services as AWS answered when it was recorded: order of checks, what an answer leaves out, refusals."""


import pytest
from account_rig import rig
from service_account import ARN, Services, invalid, refused

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.world.behaviour import FIRST
from ecslab.sandbox.world.errors import AwsError

NO_NETWORK = "Network Configuration must be provided when networkMode 'awsvpc' is specified."
NO_ROOM = (
    "The service couldn't be {} because Availability Zone Rebalancing does not support maximumPercent <= "
    "100 % as deployment configuration. Update deployment configuration and try again."
)
NO_TASK_ROLE = (
    "The service couldn't be {} because a valid taskRoleArn is not being used. Specify a valid task role in "
    "your task definition and try again."
)
NARROW = {"deploymentConfiguration": {"minimumHealthyPercent": 0, "maximumPercent": 100}}


@pytest.fixture
def lab():
    with rig() as account:
        yield Services(account)


def test_what_an_answer_leaves_out(lab):
    """Recorded: no tags where there are none, no service deployment at first, no role without awsvpc."""
    plain = lab.create(desiredCount=0)
    assert not {"tags", "currentServiceDeployment"} & set(plain) and plain["currentServiceRevisions"]
    tags = [{"key": "a", "value": "1"}]
    assert lab.create(serviceName="two", desiredCount=0, tags=tags)["tags"] == tags
    lab.settle(4)
    assert "currentServiceDeployment" not in lab.see()
    lab.settle(60)
    assert "currentServiceDeployment" in lab.see()
    changed = lab.update("two", forceNewDeployment=True)
    assert not {"tags", "currentServiceDeployment"} & set(changed)
    assert [deployment["status"] for deployment in changed["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert len(changed["currentServiceRevisions"]) == 2
    lab.settle(8)
    assert len(lab.see("two")["deployments"]) == 1
    assert "tags" not in lab("DeleteService", service="two")["service"]
    lab.account.ecs("RegisterTaskDefinition", family="old", networkMode="bridge",
                    containerDefinitions=[{"name": "web", "image": "httpd:2.4", "memory": 128}])  # fmt: skip
    elsewhere = lab.usual(serviceName="three", launchType=None, taskDefinition="old", desiredCount=0)
    del elsewhere["networkConfiguration"]
    assert "roleArn" not in lab("CreateService", **elsewhere)["service"]


def test_a_task_that_is_provisioning_is_in_no_count(lab):
    """Recorded: `pendingCount` has what is PENDING, and nothing else."""
    lab.create()
    pending_counts = set()
    while not lab.see()["runningCount"]:
        lab.account.clock.step()
        status = lab("DescribeTasks", tasks=arns)["tasks"][0]["lastStatus"] if (arns := listed(lab)) else None
        pending_counts.add((status, lab.see()["pendingCount"], lab.see()["deployments"][0]["pendingCount"]))
    assert {("PROVISIONING", 0, 0), ("PENDING", 1, 1), ("RUNNING", 0, 0)} <= pending_counts
    assert not {("PROVISIONING", 1, 1), ("PENDING", 0, 0)} & pending_counts


def listed(lab):
    return lab("ListTasks")["taskArns"]


def test_the_order_of_the_checks(lab):
    """Recorded: the definition before the cluster, the network before what a daemon cannot have."""
    with refused("ClientException", "TaskDefinition not found."):
        lab.account.ecs("CreateService", **lab.usual(taskDefinition="nix"), cluster="nix")
    with invalid(NO_NETWORK):
        lab.create(networkConfiguration=None, schedulingStrategy="DAEMON")
    with invalid(NO_NETWORK):
        lab.create(networkConfiguration=None, desiredCount=None)


def test_exec_needs_a_task_role(lab):
    with invalid(NO_TASK_ROLE.format("created")):
        lab.create(enableExecuteCommand=True)
    lab.create(desiredCount=0)
    with invalid(NO_TASK_ROLE.format("updated")):
        lab.update(enableExecuteCommand=True)
    lab.account.define(taskRoleArn=lab.account.role())
    assert lab.update(taskDefinition="web", enableExecuteCommand=True)["enableExecuteCommand"]
    with invalid(NO_TASK_ROLE.format("updated")):
        lab.update(taskDefinition="web:1")


def test_zone_rebalancing_needs_room(lab):
    """Recorded: it is on unless switched off, and a maximum of 100 is refused while it is on."""
    with invalid(NO_ROOM.format("created")):
        lab.create(**NARROW)
    assert lab.create()["availabilityZoneRebalancing"] == "ENABLED"
    with invalid(NO_ROOM.format("updated")):
        lab.update(**NARROW)
    now = lab.update(**NARROW, availabilityZoneRebalancing="DISABLED")
    assert now["availabilityZoneRebalancing"] == "DISABLED"
    daemon = {"launchType": None, "desiredCount": None, "schedulingStrategy": "DAEMON"}
    network = lab.account.network(lab.subnets, public="DISABLED")
    with invalid("Availability Zone Rebalancing does not support DAEMON services."):
        lab.create(serviceName="two", **daemon, networkConfiguration=network,
                   availabilityZoneRebalancing="ENABLED")  # fmt: skip


def test_a_journal_of_before_switches_rebalancing_off_as_it_did(lab):
    current_account().behaviour = FIRST
    assert lab.create(**NARROW)["availabilityZoneRebalancing"] == "DISABLED"


def test_monitoring_is_kept_and_starts_a_deployment(lab):
    lab.create(desiredCount=0)
    metrics = {"metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]}
    changed = lab.update(monitoring=metrics)
    assert len(changed["deployments"]) == 2
    revisions = [changed["currentServiceRevisions"][0]["arn"]]
    answer = lab.region("DescribeServiceRevisions", serviceRevisionArns=revisions)
    assert answer["serviceRevisions"][0]["monitoring"] == metrics
    lab.settle()
    assert len(lab.update(monitoring=metrics)["deployments"]) == 1
    for change, words in (
        ({"resolutionSeconds": 5}, "resolutionSeconds should be one of [20,60]"),
        ({"metricNames": ["Disk"]}, "metricNames should be one of [CPUUtilization,MemoryUtilization]"),
    ):
        with invalid(words):
            lab.update(monitoring={"metricConfigurations": [metrics["metricConfigurations"][0] | change]})


def test_an_update_is_refused_at_once_what_only_a_later_deployment_would_use(lab):
    lab.create(desiredCount=0)
    with invalid("Placement strategies are not supported with FARGATE launch type."):
        lab.update(placementStrategy=[{"type": "random"}])
    with invalid("Placement constraints are not supported with FARGATE launch type."):
        lab.update(placementConstraints=[{"type": "distinctInstance"}])
    with pytest.raises(AwsError) as refusal:
        lab.update(capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}])
    assert "not associated with the cluster" in refusal.value.message


def test_deleting_it_by_force_while_it_is_replaced(lab):
    lab.create(desiredCount=2)
    lab.settle()
    lab.account.define()
    lab.update(taskDefinition="web")
    lab.settle(20)
    gone = lab("DeleteService", service="web", force=True)["service"]
    assert (gone["status"], gone["desiredCount"]) == ("DRAINING", 0) and gone["runningCount"] > 0
    assert [deployment["status"] for deployment in gone["deployments"]] == ["PRIMARY", "DRAINING"]
    assert lab("DeleteService", service="web")["service"]["status"] == "DRAINING"


def test_a_service_that_is_draining_does_not_hold_its_cluster(lab):
    lab.create(desiredCount=0)
    assert lab("DeleteService", service="web")["service"]["status"] == "DRAINING"
    assert lab("DeleteCluster")["cluster"]["status"] == "INACTIVE"
    lab.settle()
    with refused("ClusterNotFoundException", "The referenced cluster was inactive."):
        lab("DescribeServices", services=["web"])


def test_the_same_token_for_another_service(lab):
    lab.create(clientToken="once")
    assert lab.create(serviceName="two", clientToken="once")["serviceName"] == "two"
    with invalid("Creation of service was not idempotent."):
        lab.create()
    named = lab.usual(clientToken="once") | {"cluster": f"{ARN}cluster/lab"}
    assert lab.account.ecs("CreateService", **named)["service"]["serviceName"] == "web"
