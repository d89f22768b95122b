"""Service deployments and revisions, and task protection, by their API."""

import copy

import pytest
from account_rig import ACCOUNT, REGION, rig
from service_account import Services

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.world.behaviour import FIRST, LATEST
from ecslab.sandbox.world.errors import AwsError

ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:"
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


@pytest.fixture
def lab():
    with rig() as account:
        yield Services(account)


def refuses(lab, code, operation, **parameters):
    with pytest.raises(AwsError) as refusal:
        lab.account.ecs(operation, **parameters)
    assert refusal.value.code == code


def rollouts(lab, *arns):
    answer = lab.region("DescribeServiceDeployments", serviceDeploymentArns=list(arns))
    assert answer["failures"] == []
    return answer["serviceDeployments"]


def test_a_deployment_that_succeeds(lab):
    lab.create(desiredCount=2, deploymentConfiguration=BREAKER)
    (brief,) = lab("ListServiceDeployments", service="web")["serviceDeployments"]
    arn = brief["serviceDeploymentArn"]
    assert brief["status"] == "PENDING" and "startedAt" not in brief
    assert arn.startswith(f"{ARN}service-deployment/lab/web/") and len(arn.rpartition("/")[2]) == 21
    lab.settle(10)
    (under_way,) = rollouts(lab, arn)
    assert under_way["status"] == "IN_PROGRESS"
    assert under_way["deploymentCircuitBreaker"]["status"] == "MONITORING"
    lab.settle()
    (done,) = rollouts(lab, arn)
    assert done["status"] == "SUCCESSFUL" and done["startedAt"] < done["finishedAt"]
    assert done["deploymentCircuitBreaker"] == {
        "status": "MONITORING_COMPLETE", "failureCount": 0, "threshold": 3
    }  # fmt: skip
    assert done["alarms"]["status"] == "DISABLED" and done["sourceServiceRevisions"] == []
    target = done["targetServiceRevision"]
    assert (target["requestedTaskCount"], target["runningTaskCount"], target["pendingTaskCount"]) == (2, 2, 0)
    service = lab.see()
    assert service["currentServiceDeployment"] == arn
    assert service["currentServiceRevisions"] == [target]


def test_a_deployment_that_is_rolled_back(lab):
    lab.create(deploymentConfiguration=BREAKER)
    lab.settle()
    good = lab.see()["currentServiceRevisions"][0]["arn"]
    lab.account.define({"name": "web", "image": "no-such-image"})
    lab.update(taskDefinition="web")
    lab.settle()
    newest, first = lab("ListServiceDeployments", service="web")["serviceDeployments"]
    assert (newest["status"], first["status"]) == ("ROLLBACK_SUCCESSFUL", "SUCCESSFUL")
    (deployment,) = rollouts(lab, newest["serviceDeploymentArn"])
    assert deployment["deploymentCircuitBreaker"] == {
        "status": "TRIGGERED",
        "failureCount": 3,
        "threshold": 3,
    }
    assert deployment["rollback"]["serviceRevisionArn"] == good
    reason = "Service deployment rolled back because the circuit breaker threshold was exceeded."
    assert deployment["statusReason"] == deployment["rollback"]["reason"] == reason
    assert [source["arn"] for source in deployment["sourceServiceRevisions"]] == [good]
    listed = lab("ListServiceDeployments", service="web", status=["SUCCESSFUL"])["serviceDeployments"]
    assert listed == [first]


def test_a_deployment_that_is_stopped_by_hand(lab):
    lab.create()
    lab.settle(6)
    refuses(lab, "InvalidParameterException", "StopServiceDeployment",
            serviceDeploymentArn=lab.see()["currentServiceDeployment"])  # fmt: skip
    lab.settle()
    refuses(lab, "ConflictException", "StopServiceDeployment",
            serviceDeploymentArn=lab.see()["currentServiceDeployment"])  # fmt: skip
    lab.account.define()
    lab.update(taskDefinition="web")
    lab.settle(15)
    arn = lab.see()["currentServiceDeployment"]
    with pytest.raises(AwsError) as refusal:
        lab.region("StopServiceDeployment", serviceDeploymentArn=arn, stopType="ABORT")
    assert refusal.value.message == "The valid values for stopType are ROLLBACK."
    lab.region("StopServiceDeployment", serviceDeploymentArn=arn)
    assert rollouts(lab, arn)[0]["status"] == "ROLLBACK_IN_PROGRESS"
    lab.settle()
    assert rollouts(lab, arn)[0]["status"] == "ROLLBACK_SUCCESSFUL"
    assert lab.see()["taskDefinition"].endswith("/web:1") and len(lab.see()["deployments"]) == 1


def test_a_revision_keeps_what_its_tags_stood_for(lab):
    lab.account.role()
    image = lab.account.push(page=b"one")
    role = f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRole"
    lab.account.define({"name": "web", "image": image}, executionRoleArn=role)
    lab.create()
    lab.settle()
    first = lab.tasks()[0]
    arn = lab.see()["currentServiceRevisions"][0]["arn"]
    digest = first["containers"][0]["imageDigest"]
    answer = lab.region("DescribeServiceRevisions", serviceRevisionArns=[arn])
    (revision,) = answer["serviceRevisions"]
    assert revision["containerImages"] == [{"containerName": "web", "image": image, "imageDigest": digest}]
    lab.account.push(page=b"two")
    lab.update(desiredCount=2)
    lab.settle()
    assert {task["containers"][0]["imageDigest"] for task in lab.tasks()} == {digest}
    lab.update(forceNewDeployment=True)
    lab.settle()
    assert digest not in {task["containers"][0]["imageDigest"] for task in lab.tasks()}


KINDS = [
    ("service-deployment", "DescribeServiceDeployments", "serviceDeploymentArns"),
    ("service-revision", "DescribeServiceRevisions", "serviceRevisionArns"),
]


@pytest.mark.parametrize(("kind", "operation", "member"), KINDS)
def test_what_is_not_described(lab, kind, operation, member):
    lab.create()
    lab.create(serviceName="gone", desiredCount=0)
    lab("DeleteService", service="gone")
    lab.settle()
    missing = f"{ARN}{kind}/lab/web/1"
    answer = lab.region(operation, **{member: [missing]})
    assert answer["failures"] == [{"arn": missing, "reason": "MISSING"}]
    name = kind.title().replace("-", " ")
    across = (
        f"Cross service requests are not allowed. All requested {name.lower()}s must be for a single service"
    )
    for arns, words in (
        ([], "The Service ARN provided is invalid."),
        (["nonsense"], "The Service ARN provided is invalid."),
        ([f"{ARN}service/lab/web"], f"The {name.replace(' ', '')} ARN is invalid."),
        ([missing] * 21, f"{name} ARN count cannot exceed 20"),
        ([missing, f"{ARN}{kind}/lab/two/1"], across),
    ):
        with pytest.raises(AwsError) as refusal:
            lab.account.ecs(operation, **{member: arns})
        assert (refusal.value.code, refusal.value.message) == ("InvalidParameterException", words)
    for service in ("nix", "gone"):
        refuses(lab, "ServiceNotFoundException", operation, **{member: [f"{ARN}{kind}/lab/{service}/1"]})
    refuses(lab, "ClusterNotFoundException", operation, **{member: [f"{ARN}{kind}/nix/web/1"]})


def test_a_service_deployment_that_is_not_there(lab):
    lab.create()
    refuses(lab, "ServiceNotFoundException", "ListServiceDeployments", cluster="lab", service="nix")
    refuses(lab, "ServiceDeploymentNotFoundException", "StopServiceDeployment",
            serviceDeploymentArn=f"{ARN}service-deployment/lab/web/nix")  # fmt: skip


def test_a_roll_back_returns_to_the_digests_that_ran(lab):
    """Recorded: not to what the tag stands for by then."""
    role = lab.account.role()
    image = lab.account.push(page=b"one")
    lab.account.define({"name": "web", "image": image}, executionRoleArn=role)
    lab.create(desiredCount=2, deploymentConfiguration=BREAKER)
    lab.settle()
    digests = {task["containers"][0]["imageDigest"] for task in lab.tasks()}
    lab.account.push(page=b"two")
    lab.account.define({"name": "web", "image": "no-such-image"})
    lab.update(taskDefinition="web")
    lab.settle(20)
    for task in lab.tasks():
        if task["taskDefinitionArn"].endswith(":2"):
            lab("StopTask", task=task["taskArn"])
    lab.settle()
    assert lab.see()["taskDefinition"].endswith("/web:2") and len(lab.tasks()) == 2
    lab.update(desiredCount=3)
    lab.settle()
    assert len(lab.tasks()) == 3
    assert {task["containers"][0]["imageDigest"] for task in lab.tasks()} == digests


def test_with_nothing_to_roll_back_to_it_says_so(lab):
    lab.account.define({"name": "web", "image": "no-such-image"})
    lab.create(deploymentConfiguration=BREAKER)
    lab.settle()
    (only,) = lab("ListServiceDeployments", service="web")["serviceDeployments"]
    assert (only["status"], only["statusReason"]) == (
        "STOPPED", "No rollback candidate was found to run the rollback."
    )  # fmt: skip


@pytest.mark.parametrize(("behaviour", "left"), [(LATEST, 0), (FIRST, 2)])
def test_a_deployment_that_waits_for_protected_tasks(behaviour, left):
    """It goes on when the protection ends; in a journal of before it stands still, as it did then."""
    with rig() as account:
        current_account().behaviour = behaviour
        lab = Services(account)
        percents = {"minimumHealthyPercent": 0, "maximumPercent": 100}
        lab.create(desiredCount=2, deploymentConfiguration=percents, availabilityZoneRebalancing="DISABLED")
        lab.settle()
        old = [task["taskArn"] for task in lab.tasks()]
        lab("UpdateTaskProtection", tasks=old, protectionEnabled=True, expiresInMinutes=30)
        lab.update(forceNewDeployment=True)
        lab.settle(600)
        assert sorted(task["taskArn"] for task in lab.tasks()) == sorted(old)
        lab.settle(1800)
        assert len({task["taskArn"] for task in lab.tasks()} & set(old)) == left
        assert len(lab.see()["deployments"]) == (2 if left else 1)


def test_an_overtaken_task_names_its_own_deployment(lab):
    """Recorded: an update overtook a deployment whose task was PENDING."""
    lab.create()
    lab.settle(12)
    (old,) = lab.see()["deployments"]
    lab.account.define()
    lab.update(taskDefinition="web")
    lab.settle()
    assert "stopped 1 pending tasks." in lab.words() or len(lab.tasks(status="STOPPED")) == 1
    (task,) = lab.tasks(status="STOPPED")
    assert task["stoppedReason"] == f"Scaling activity initiated by (deployment {old['id']})"


def test_protected_tasks_outlast_a_scale_in(lab):
    lab.create(desiredCount=3)
    lab.settle()
    arns = sorted(task["taskArn"] for task in lab.tasks())[:2]
    answer = lab("UpdateTaskProtection", tasks=arns, protectionEnabled=True, expiresInMinutes=30)
    assert [task["taskArn"] for task in answer["protectedTasks"]] == arns
    assert all(task["protectionEnabled"] and task["expirationDate"] for task in answer["protectedTasks"])
    lab.update(desiredCount=0)
    lab.settle()
    assert sorted(task["taskArn"] for task in lab.tasks()) == arns
    deployment = lab.see()["deployments"][0]["id"]
    assert lab.words()[-1] == (
        f"was unable to reach steady state because (taskSet {deployment}) was unable to scale in due to "
        "(reason 2 tasks under protection)"
    )
    lab("UpdateTaskProtection", tasks=arns[:1], protectionEnabled=False)
    lab.settle(60)
    assert [task["taskArn"] for task in lab.tasks()] == arns[1:]
    lab.settle(1800)
    assert lab.tasks() == [] and lab.words()[-1] == "has reached a steady state."


def test_the_failures_of_protection(lab):
    lab.create()
    lab.settle()
    alone, mine = lab.account.start()["taskArn"], lab.tasks()[0]["taskArn"]
    missing = f"{ARN}task/lab/{'0' * 32}"
    answer = lab("UpdateTaskProtection", tasks=[alone, mine, missing], protectionEnabled=True)
    assert [task["taskArn"] for task in answer["protectedTasks"]] == [mine]
    reasons = {failure["arn"]: failure["reason"] for failure in answer["failures"]}
    assert reasons == {alone: "TASK_NOT_VALID", missing: "MISSING"}
    before = copy.deepcopy(lab("GetTaskProtection", tasks=[mine]))
    assert lab("GetTaskProtection", tasks=[mine]) == before
    expires = before["protectedTasks"][0]["expirationDate"]
    assert expires - lab.account.clock.timestamp() == pytest.approx(7200)
    for minutes in (0, 2881):
        refuses(lab, "InvalidParameterException", "UpdateTaskProtection", cluster="lab", tasks=[mine],
                protectionEnabled=True, expiresInMinutes=minutes)  # fmt: skip
    refuses(lab, "InvalidParameterException", "UpdateTaskProtection", cluster="lab", tasks=[mine] * 11,
            protectionEnabled=True)  # fmt: skip


def test_of_a_deployment_that_is_gone_what_is_told_is_kept_for_ninety_days(lab):
    lab.create(desiredCount=1)
    lab.settle()
    deployments, orders = [], []
    for _ in range(3):
        (rollout,) = rollouts(lab, lab.see()["currentServiceDeployment"])
        revision = rollout["targetServiceRevision"]["arn"]
        deployments.append((rollout, lab.region("DescribeServiceRevisions", serviceRevisionArns=[revision])))
        lab.update(forceNewDeployment=True)
        lab.settle()
        records = current_account().regions[REGION].clusters["lab"].services["web"].rollouts
        orders.append(sum("order" in rollout.revision.spec for rollout in records))
    assert orders == [2, 2, 2], "of the deployment that runs, and of the one before it"
    assert len({id(rollout.revision.spec["shown"]) for rollout in records[2:]}) == 1
    for rollout, revisions in deployments:
        (arn,) = [each["serviceRevisionArn"] for each in revisions["serviceRevisions"]]
        assert rollouts(lab, rollout["serviceDeploymentArn"]) == [rollout]
        assert lab.region("DescribeServiceRevisions", serviceRevisionArns=[arn]) == revisions
    lab.update(desiredCount=0)
    lab.settle(91 * 86_400)
    lab.update(forceNewDeployment=True)
    listed = lab("ListServiceDeployments", service="web")["serviceDeployments"]
    assert len(listed) == 2, "the newest, and the one that runs"
