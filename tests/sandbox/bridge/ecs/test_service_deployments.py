"""Service deployments and revisions, and task protection, by their API."""

import copy

import pytest
from account_rig import ACCOUNT, REGION, rig
from service_account import Services

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
    (one,) = rollouts(lab, newest["serviceDeploymentArn"])
    assert one["deploymentCircuitBreaker"] == {"status": "TRIGGERED", "failureCount": 3, "threshold": 3}
    assert one["rollback"]["serviceRevisionArn"] == good
    assert one["rollback"]["reason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert [source["arn"] for source in one["sourceServiceRevisions"]] == [good]
    listed = lab("ListServiceDeployments", service="web", status=["SUCCESSFUL"])["serviceDeployments"]
    assert listed == [first]


def test_a_deployment_that_is_stopped_by_hand(lab):
    lab.create()
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


def test_what_is_not_there(lab):
    lab.create()
    for kind, operation, member in (
        ("service-deployment", "DescribeServiceDeployments", "serviceDeploymentArns"),
        ("service-revision", "DescribeServiceRevisions", "serviceRevisionArns"),
    ):
        missing = [f"{ARN}{kind}/lab/web/nix", f"{ARN}{kind}/lab/nix/1"]
        answer = lab.region(operation, **{member: missing})
        assert answer["failures"] == [{"arn": arn, "reason": "MISSING"} for arn in missing]
        refuses(lab, "InvalidParameterException", operation, **{member: ["nonsense"]})
    refuses(lab, "ServiceNotFoundException", "ListServiceDeployments", cluster="lab", service="nix")
    refuses(lab, "ServiceDeploymentNotFoundException", "StopServiceDeployment",
            serviceDeploymentArn=f"{ARN}service-deployment/lab/web/nix")  # fmt: skip


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
