"""An account that is eventually consistent: what is seen late, and that it is the same account."""

import json

import pytest
from aws_client import CLUSTER, FAMILY, GROUP, PULL, TRUST, Aws
from botocore.exceptions import ClientError, WaiterError
from test_sandbox import facts, opened

from ecslab.sandbox.endpoint import SandboxError

PAGE = {"index.html": b"hi"}
LATEST = 12.0  # seconds after which everything is seen, and every role known


def let_pass(aws: Aws, seconds: float = LATEST) -> None:
    aws.endpoint.control("advance", seconds=seconds)


def until_seen(aws, look):
    """What `look` gives once that is something, and after how many virtual seconds."""
    began = aws.sandbox.clock.now
    for _ in range(100):
        if seen := look():
            return seen, aws.sandbox.clock.now - began
        let_pass(aws, 0.2)
    raise AssertionError("never seen")


def ready(home, **options) -> Aws:
    """Ready to run tasks; what was made so far is known everywhere."""
    aws = opened(home, eventual=True, **options)
    aws.prepare(PAGE)
    let_pass(aws)
    return aws


@pytest.fixture
def aws(tmp_path) -> Aws:
    """An account in which every change is seen after one second, and every role known after five."""
    return ready(tmp_path, timing="fixed")


def running(aws):
    """A task that runs, and its public IP."""
    arn = aws.run()
    until_seen(aws, lambda: described(aws, arn)["tasks"])
    return arn, aws.public_ip(aws.until(arn, "RUNNING"))


def described(aws, arn):
    return aws.ecs.describe_tasks(cluster=CLUSTER, tasks=[arn])


def network(aws):
    subnet = aws.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    return {"awsvpcConfiguration": {"subnets": [subnet], "assignPublicIp": "ENABLED"}}


def served(aws, **more):
    """A service of one task, seen by now."""
    aws.ecs.create_service(
        cluster=CLUSTER, serviceName="web", taskDefinition=FAMILY, desiredCount=1, launchType="FARGATE",
        networkConfiguration=network(aws), **more,
    )  # fmt: skip
    let_pass(aws)


def service(aws, **more):
    return aws.ecs.describe_services(cluster=CLUSTER, services=["web"], **more)["services"][0]


# What is seen late -----------------------------------------------------------------------------------------


def test_a_new_task_is_missing_for_a_moment(tmp_path):
    aws, late = ready(tmp_path), []
    for _ in range(8):
        arn = aws.ecs.run_task(
            cluster=CLUSTER, taskDefinition=FAMILY, launchType="FARGATE", networkConfiguration=network(aws)
        )["tasks"][0]["taskArn"]
        if failures := described(aws, arn)["failures"]:
            assert failures == [{"arn": arn, "reason": "MISSING"}]
            assert arn not in aws.ecs.list_tasks(cluster=CLUSTER)["taskArns"]
            with pytest.raises(WaiterError, match="MISSING"):  # as botocore's own waiters have it
                aws.ecs.get_waiter("tasks_running").wait(cluster=CLUSTER, tasks=[arn])
        tasks, seconds = until_seen(aws, lambda arn=arn: described(aws, arn)["tasks"])
        assert tasks[0]["lastStatus"] == "PROVISIONING"
        assert arn in aws.ecs.list_tasks(cluster=CLUSTER)["taskArns"]
        late.append(seconds)
    assert max(late) <= 4.2
    assert 3 <= sum(seconds > 0 for seconds in late) < 8


def test_a_stop_is_seen_late_and_was_one_all_the_same(aws):
    arn, _ = running(aws)
    answer = aws.ecs.stop_task(cluster=CLUSTER, task=arn, reason="enough")["task"]
    assert (answer["desiredStatus"], answer["stoppedReason"]) == ("STOPPED", "enough")
    task = aws.task(arn)
    assert (task["desiredStatus"], task.get("stoppedReason")) == ("RUNNING", None)
    let_pass(aws, 1)
    assert (aws.task(arn)["desiredStatus"], aws.task(arn)["stoppedReason"]) == ("STOPPED", "enough")
    assert aws.until(arn, "STOPPED")["stoppingAt"] == answer["stoppingAt"]


def test_services_are_seen_late_made_changed_and_deleted(aws):
    served(aws)
    answer = aws.ecs.update_service(cluster=CLUSTER, service="web", desiredCount=3, forceNewDeployment=True)
    assert (answer["service"]["desiredCount"], len(answer["service"]["deployments"])) == (3, 2)
    described = service(aws)
    assert (described["desiredCount"], len(described["deployments"])) == (1, 1)
    assert described["deployments"][0]["status"] == "PRIMARY"
    let_pass(aws, 1)
    assert (service(aws)["desiredCount"], len(service(aws)["deployments"])) == (3, 2)
    aws.ecs.delete_service(cluster=CLUSTER, service="web", force=True)
    assert service(aws)["status"] == "ACTIVE"
    let_pass(aws, 1)
    assert service(aws)["status"] == "DRAINING"


def test_tags_are_seen_late(aws):
    served(aws)
    arn = service(aws)["serviceArn"]
    aws.ecs.tag_resource(resourceArn=arn, tags=[{"key": "team", "value": "blue"}])
    assert service(aws, include=["TAGS"]).get("tags", []) == []
    assert aws.ecs.list_tags_for_resource(resourceArn=arn)["tags"] == []
    let_pass(aws, 1)
    assert service(aws, include=["TAGS"])["tags"] == [{"key": "team", "value": "blue"}]


def test_a_security_group_and_its_rules_are_seen_late_and_hold_at_once(aws):
    _, ip = running(aws)
    group = aws.ec2.describe_security_groups(GroupNames=["http"])["SecurityGroups"][0]
    aws.ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    again = aws.ec2.describe_security_groups(GroupIds=[group["GroupId"]])["SecurityGroups"][0]
    assert again["IpPermissions"] == group["IpPermissions"]
    assert aws.endpoint.control("reach", ip=ip, port=80)["stopped_by"] == "security-group"
    let_pass(aws, 1)
    again = aws.ec2.describe_security_groups(GroupIds=[group["GroupId"]])["SecurityGroups"][0]
    assert again["IpPermissions"] == []
    group_id = aws.ec2.create_security_group(GroupName="new", Description="new", VpcId=group["VpcId"])[
        "GroupId"
    ]
    with pytest.raises(ClientError, match=r"InvalidGroup.NotFound"):
        aws.ec2.describe_security_groups(GroupIds=[group_id])
    let_pass(aws, 1)
    assert aws.ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]


def test_load_balancers_are_seen_late(aws):
    elbv2 = aws.client("elbv2")
    default = [{"Name": "default-for-az", "Values": ["true"]}]
    subnets = [each["SubnetId"] for each in aws.ec2.describe_subnets(Filters=default)["Subnets"][:2]]
    elbv2.create_load_balancer(Name="web", Subnets=subnets)
    assert elbv2.describe_load_balancers()["LoadBalancers"] == []
    with pytest.raises(ClientError, match="LoadBalancerNotFound"):
        elbv2.describe_load_balancers(Names=["web"])
    let_pass(aws, 1)
    assert elbv2.describe_load_balancers(Names=["web"])["LoadBalancers"]


def test_lines_of_a_log_are_read_late_and_none_is_lost(aws):
    arn, ip = running(aws)
    let_pass(aws)
    stream = f"ecs/adgu-container/{arn.rpartition('/')[2]}"

    def lines():
        return aws.logs.get_log_events(logGroupName=GROUP, logStreamName=stream, startFromHead=True)["events"]

    before = lines()
    url = f"{aws.endpoint.gateway_url}/{aws.endpoint.gateway_secret}/{ip}:80/"
    assert aws.endpoint.transport("GET", url, {}, b"")[0] == 200
    assert lines() == before
    assert len(aws.logs.filter_log_events(logGroupName=GROUP)["events"]) == len(before)
    let_pass(aws, 1)
    assert lines()[: len(before)] == before
    assert len(lines()) == len(before) + 1


# Roles -----------------------------------------------------------------------------------------------------


def run_with(aws, role):
    aws.ecs.register_task_definition(
        family="other", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        executionRoleArn=role, containerDefinitions=[{"name": "web", "image": "httpd"}],
    )  # fmt: skip

    def attempt():
        try:
            return aws.ecs.run_task(
                cluster=CLUSTER, taskDefinition="other", launchType="FARGATE",
                networkConfiguration=network(aws),
            )["tasks"]  # fmt: skip
        except aws.ecs.exceptions.ClientException as refused:
            assert "ECS was unable to assume the role" in str(refused)
            return None

    return attempt


def test_a_new_role_is_there_at_once_and_ecs_can_assume_it_seconds_later(aws):
    role = aws.iam.create_role(RoleName="fresh", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    assert aws.iam.get_role(RoleName="fresh")["Role"]["Arn"] == role["Arn"]
    _, seconds = until_seen(aws, run_with(aws, role["Arn"]))
    assert seconds == pytest.approx(5, abs=0.2)


def test_a_role_that_was_deleted_works_for_a_moment(aws):
    role = aws.iam.create_role(RoleName="old", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    let_pass(aws)
    attempt = run_with(aws, role)
    aws.iam.delete_role(RoleName="old")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        aws.iam.get_role(RoleName="old")
    assert attempt()
    let_pass(aws)
    assert attempt() is None


def test_a_service_tries_again_until_its_role_is_known(aws):
    role = aws.iam.create_role(RoleName="fresh", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    aws.iam.attach_role_policy(RoleName="fresh", PolicyArn=PULL)
    run_with(aws, role)
    aws.ecs.create_service(
        cluster=CLUSTER, serviceName="web", taskDefinition="other", desiredCount=1, launchType="FARGATE",
        networkConfiguration=network(aws),
    )  # fmt: skip
    let_pass(aws, 200)
    assert service(aws)["runningCount"] == 1


def test_ecs_does_not_know_its_own_role_at_first(tmp_path):
    aws = opened(tmp_path, eventual=True)
    aws.ecs.create_cluster(clusterName="one")
    with pytest.raises(ClientError, match="Unable to assume the service linked role"):
        aws.ecs.create_cluster(clusterName="two")
    let_pass(aws)
    assert aws.ecs.create_cluster(clusterName="two")["cluster"]["status"] == "ACTIVE"


# One account -----------------------------------------------------------------------------------------------


def lived(home, **options):
    """An account with some history, of which nothing is late any more, and its task."""
    aws = opened(home, **options)
    aws.prepare(PAGE)
    let_pass(aws)
    arn = aws.run()
    let_pass(aws, 60)
    aws.ecs.stop_task(cluster=CLUSTER, task=arn)
    let_pass(aws, 100)
    return aws, arn


def test_only_reads_differ(tmp_path):
    """The same calls at the same moments make the same account."""
    (late, arn), (plain, same) = lived(tmp_path / "a", eventual=True), lived(tmp_path / "b")
    assert arn == same
    tasks = [
        {key: value for key, value in aws.task(arn).items() if not key.endswith("At")}
        for aws in (late, plain)
    ]
    assert tasks[0] == tasks[1]
    took = [aws.task(arn)["stoppedAt"] - aws.task(arn)["createdAt"] for aws in (late, plain)]
    assert took[0].total_seconds() == pytest.approx(took[1].total_seconds(), abs=0.002)


def test_a_replay_sees_as_late_as_before(tmp_path, aws):
    arn = aws.run()
    until_seen(aws, lambda: described(aws, arn)["tasks"])
    aws.ecs.stop_task(cluster=CLUSTER, task=arn)
    before = facts(aws, arn)
    assert before[0]["desiredStatus"] == "RUNNING"  # the stop is not seen yet
    again = opened(tmp_path, seed=None)
    assert again.endpoint.control("status")["eventual"] is True
    assert facts(again, arn) == before
    let_pass(aws, 1)
    let_pass(again, 1)
    assert again.task(arn)["desiredStatus"] == aws.task(arn)["desiredStatus"] == "STOPPED"


def test_it_is_switched_on_and_off_and_the_journal_keeps_it(tmp_path):
    aws = opened(tmp_path)
    assert "eventual" not in aws.sandbox.journal[0].start
    assert aws.endpoint.control("status")["eventual"] is False
    position = len(aws.sandbox.journal)
    aws.endpoint.control("eventual", on=False)
    assert len(aws.sandbox.journal) == position  # nothing was changed
    aws.endpoint.control("eventual", on=True)
    assert opened(tmp_path, seed=None).endpoint.control("status")["eventual"] is True
    assert opened(tmp_path, seed=None, eventual=False).endpoint.control("status")["eventual"] is False
    again = opened(tmp_path, seed=None)
    assert again.endpoint.control("status")["eventual"] is False
    again.endpoint.control("eventual", on=True)
    again.endpoint.control("reset")
    assert again.endpoint.control("status")["eventual"] is False


def test_switched_off_everything_is_seen_at_once(aws):
    aws.ecs.tag_resource(
        resourceArn=aws.ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]["clusterArn"],
        tags=[{"key": "team", "value": "blue"}],
    )
    aws.endpoint.control("eventual", on=False)
    tags = aws.ecs.describe_clusters(clusters=[CLUSTER], include=["TAGS"])["clusters"][0]["tags"]
    assert tags == [{"key": "team", "value": "blue"}]
    assert described(aws, aws.run())["tasks"]


def test_a_reset_begins_as_the_start_said(aws):
    aws.endpoint.control("eventual", on=False)
    aws.endpoint.control("reset")
    assert aws.endpoint.control("status")["eventual"] is True


@pytest.mark.parametrize("wrong", ["yes", 1, None])
def test_it_is_on_or_off(aws, wrong):
    position = len(aws.sandbox.journal)
    with pytest.raises(SandboxError, match="on must be true or false"):
        aws.endpoint.control("eventual", on=wrong)
    with pytest.raises(SandboxError, match="on must be true or false"):
        aws.endpoint.control("inject", kind="eventual", on=wrong)
    assert len(aws.sandbox.journal) == position


def test_a_refused_call_leaves_nothing_to_be_seen_late(aws):
    served(aws)
    with pytest.raises(ClientError):
        aws.ecs.update_service(cluster=CLUSTER, service="web", desiredCount=-1)
    assert service(aws)["desiredCount"] == 1
    let_pass(aws)
    assert service(aws)["desiredCount"] == 1
