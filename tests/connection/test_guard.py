"""The guard of a real account: whatever this lab did not make is not changed, by whichever way one tries."""

import json
import os
import re

import pytest
from botocore.exceptions import ClientError

import ecslab
from ecslab import (
    cluster,
    ecr,
    execution_role,
    load_balancer,
    log_group,
    network,
    secret,
    service,
    task,
    task_definition,
    task_role,
    terminal,
)
from ecslab.aws_api.operations import changes
from ecslab.connection.guarded_calls import BY_CALL, ROWS
from ecslab.connection.resource_kinds import BY_CREATE_CALL
from ecslab.errors import CannotBeDone, NotOurs
from tests.connection.scripted_account import (
    EXECUTION_POLICY,
    TRUST,
    Stranger,
    lab_on,
    push_stand_ins,
    touched,
)
from tests.course.course_rig import put_image

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"


@pytest.fixture
def account(lab):
    """An account with nothing in it, as a stranger sees it."""
    return lab.place.endpoint


@pytest.fixture
def stranger(account):
    return Stranger(account)


@pytest.fixture
def mine(account, tmp_path):
    return lab_on(account, tmp_path / "mine")


@pytest.fixture
def untouched(stranger):
    """What the stranger has when it is called first must be as it was when the test ends."""
    before = []
    yield lambda: before.append(stranger.snapshot())
    assert touched(before[0], stranger.snapshot()) == {}


# The table --------------------------------------------------------------------------------------------------


def test_every_call_that_makes_something_is_in_the_table():
    assert set(BY_CREATE_CALL) <= set(BY_CALL)
    assert all(changes(row.service, operation) for row in ROWS for operation in row.operations.split())


def test_the_table_names_operations_and_parameters_that_there_are(mine):
    for (service_name, operation), row in BY_CALL.items():
        shape = mine.client(service_name).meta.service_model.operation_model(operation).input_shape
        paths = [*row.changes.values(), *(row.makes[1:] if row.makes else ())]
        for path in paths[:1]:
            first = re.match(r"\[?(\w+)", path)[1]
            assert first in shape.members, (operation, first)


def test_seven_calls_pass_that_touch_nothing_of_anybodys():
    """README.md names them."""
    assert all(row.changes or row.makes or row.touches_nothing for row in ROWS)
    free = [row.operations for row in ROWS if row.touches_nothing]
    assert free == [
        "CreateActivation", "StartQuery StopQuery", "RunInstances", "CreateDefaultVpc CreateDefaultSubnet",
        "AssumeRole",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "params", "names"),
    [
        ("CreateListener",
         {"LoadBalancerArn": "b", "DefaultActions": [
             {"Type": "forward", "TargetGroupArn": "t1"},
             {"Type": "forward", "ForwardConfig": {
                 "TargetGroups": [{"TargetGroupArn": "t2"}, {"TargetGroupArn": "t3"}]}}]},
         ["b", "t1", "t2", "t3"]),
        ("ModifyRule", {"RuleArn": "r", "Actions": [{"TargetGroupArn": "t"}]}, ["r", "t"]),
        ("ModifyRule", {"RuleArn": "r"}, ["r"]),
        ("SetRulePriorities", {"RulePriorities": [{"RuleArn": "a"}, {"RuleArn": "b"}]}, ["a", "b"]),
    ],
)  # fmt: skip
def test_whom_a_listener_forwards_to_is_touched_too(operation, params, names):
    assert [each.id for each in BY_CALL["elbv2", operation].changed(params)] == names


def test_so_are_the_target_groups_and_listeners_of_a_service():
    behind = {
        "targetGroupArn": "t1",
        "advancedConfiguration": {"alternateTargetGroupArn": "t2", "productionListenerRule": "r"},
    }
    params = {"service": "web", "loadBalancers": [behind], "serviceRegistries": [{"registryArn": "s"}]}
    resources = [(each.kind, each.id) for each in BY_CALL["ecs", "UpdateService"].changed(params)]
    assert resources == [
        ("service", "web"), ("target group", "t1"), ("target group", "t2"), ("listener", "r"), ("any", "s"),
    ]  # fmt: skip


# What belongs to somebody else ------------------------------------------------------------------------------


@pytest.mark.parametrize("owner", [None, "ben-1234"])
def test_lessons_take_nothing_over_that_has_our_names(mine, stranger, untouched, owner, monkeypatch):
    push_stand_ins(monkeypatch)
    stranger.everything(mine, owner)
    untouched()
    pushed = ecslab.image.build("<h1>mine</h1>", lab=mine)
    lessons = {
        "cluster": lambda: cluster.create(mine),
        "repository": lambda: ecr.create_repository(mine),
        "image": lambda: ecslab.image.push(mine, pushed),
        "log group": lambda: log_group.create(mine),
        "family": lambda: task_definition.register(mine),
        "task": lambda: task.run(mine),
        "service": lambda: service.create(mine),
        "scaled": lambda: service.scale(mine, 4),
        "deleted": lambda: service.delete(mine),
        "load balancer": lambda: load_balancer.create(mine),
        "target group": lambda: load_balancer.target_group(mine),
        "behind": lambda: load_balancer.attach(mine),
        "gone": lambda: load_balancer.delete(mine),
        "groups": lambda: load_balancer.groups(mine),
        "group": lambda: network.default_choice(mine),
        "task role": lambda: task_role.create(mine),
        "no role": lambda: execution_role.delete(mine),
        "secret": lambda: secret.create(mine, "sesame"),
        "policy": lambda: secret.allow(mine),
        "no policy": lambda: secret.forbid(mine),
        "no cluster": lambda: cluster.delete(mine),
        "no secret": lambda: secret.delete(mine),
        "no repository": lambda: ecr.delete_repository(mine),
        "no log group": lambda: log_group.delete(mine),
        "no definitions": lambda: task_definition.deregister(mine),
    }
    for name, lesson in lessons.items():
        with pytest.raises(NotOurs) as caught:
            lesson()
        message = str(caught.value)
        assert ("'ben-1234'" if owner else "somebody else") in message, name
        assert "connect('aws', prefix=" in message and message.count("next:") == 1, name
    assert [call for call in mine.calls() if call.changes and not call.error] == []
    assert mine.ledger.entries() == []


def test_the_message_says_whose_since_when_and_what_to_do(mine, stranger):
    stranger.everything(mine, "ben-1234")
    with pytest.raises(NotOurs) as caught:
        service.create(mine)
    assert "the name adgu-cluster cannot be taken: cluster adgu-cluster is not this lab's." in str(
        caught.value
    )
    with pytest.raises(NotOurs) as caught:
        mine.ecs.update_service(cluster=mine.names.cluster, service=mine.names.service, desiredCount=4)
    created = service.find(mine)["createdAt"]
    assert str(caught.value) == (
        "UpdateService was not sent: service adgu-web is not this lab's.\n"
        f"  seen:     made by the lab 'ben-1234', since {created:%Y-%m-%d %H:%M} UTC\n"
        f"  expected: what carries this lab's tag, ecslab = {mine.ledger.owner}\n"
        "  next:     take names of your own: connect('aws', prefix='ana'); to change what is not this lab's, "
        "use a boto3 client of your own"
    )


def test_the_role_that_very_many_accounts_have_is_used_as_it_is(mine, stranger, untouched):
    stranger.iam.create_role(RoleName="ecsTaskExecutionRole", AssumeRolePolicyDocument=json.dumps(TRUST))
    stranger.iam.attach_role_policy(RoleName="ecsTaskExecutionRole", PolicyArn=EXECUTION_POLICY)
    untouched()
    assert execution_role.create(mine)["RoleName"] == "ecsTaskExecutionRole"
    log_group.create(mine)
    task_definition.register(mine, image=HTTPD)
    secret.create(mine, "sesame")
    with pytest.raises(NotOurs, match="PutRolePolicy was not sent"):
        secret.allow(mine)
    assert ecslab.cleanup.run(mine).clean


def test_unless_it_does_not_serve(mine, stranger, untouched):
    trust = json.dumps(TRUST).replace("ecs-tasks", "ec2")
    stranger.iam.create_role(RoleName="ecsTaskExecutionRole", AssumeRolePolicyDocument=trust)
    untouched()
    with pytest.raises(CannotBeDone) as caught:
        execution_role.create(mine)
    assert "its trust policy does not name ecs-tasks.amazonaws.com; ecr:GetAuthorizationToken is not" in str(
        caught.value
    )


def test_a_secret_that_waits_to_be_gone_is_still_somebodys(mine, stranger, untouched):
    stranger.secretsmanager.create_secret(Name=mine.names.secret, SecretString="theirs")
    stranger.secretsmanager.delete_secret(SecretId=mine.names.secret)
    untouched()
    with pytest.raises(NotOurs, match="secret adgu/database-password is not this lab's"):
        secret.create(mine, "sesame")
    with pytest.raises(NotOurs, match="RestoreSecret was not sent"):
        mine.secretsmanager.restore_secret(SecretId=mine.names.secret)
    with pytest.raises(NotOurs, match="CreateSecret was not sent"):
        mine.secretsmanager.create_secret(Name=mine.names.secret, SecretString="sesame")


def test_making_something_inside_what_is_a_strangers_changes_it(mine, stranger, untouched):
    balancer = stranger.everything(mine)
    theirs = {
        each["GroupName"]: each["GroupId"]
        for each in stranger.ec2.describe_security_groups()["SecurityGroups"]
    }
    target = stranger.elbv2.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    untouched()
    group = theirs[mine.names.security_group]
    rule = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    forward = [{"Type": "forward", "TargetGroupArn": target}]
    document = json.dumps(TRUST)
    attempts = [
        lambda: mine.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rule),
        lambda: mine.ec2.authorize_security_group_ingress(
            GroupName=mine.names.security_group, IpPermissions=rule
        ),
        lambda: mine.ec2.authorize_security_group_egress(GroupId=theirs["default"], IpPermissions=rule),
        lambda: mine.ec2.authorize_security_group_ingress(IpPermissions=rule),
        lambda: mine.elbv2.create_listener(
            LoadBalancerArn=balancer, Port=81, Protocol="HTTP", DefaultActions=forward
        ),
        lambda: mine.elbv2.register_targets(TargetGroupArn=target, Targets=[{"Id": "10.0.0.1"}]),
        lambda: mine.ecr.initiate_layer_upload(repositoryName=mine.names.repository),
        lambda: mine.iam.put_role_policy(
            RoleName=mine.names.task_role, PolicyName="mine", PolicyDocument=document
        ),
        lambda: mine.iam.attach_role_policy(RoleName="AWSServiceRoleForECS", PolicyArn=EXECUTION_POLICY),
        lambda: mine.logs.create_log_stream(logGroupName=mine.names.log_group, logStreamName="mine"),
        lambda: mine.ecs.create_service(cluster=mine.names.cluster, serviceName="mine", taskDefinition="x"),
        lambda: mine.ecs.run_task(cluster=mine.names.cluster, taskDefinition="x"),
        lambda: mine.ecs.register_task_definition(family=mine.names.family, containerDefinitions=[]),
        lambda: put_image(mine, mine.names.repository, "latest", "mine"),
        lambda: mine.secretsmanager.put_secret_value(SecretId=mine.names.secret, SecretString="mine"),
    ]
    for attempt in attempts:
        with pytest.raises(NotOurs):
            attempt()


def test_nobody_makes_a_strangers_things_his_own_by_tagging_them(mine, stranger, untouched):
    balancer = stranger.everything(mine)
    service_arn = service.find(mine)["serviceArn"]
    group = network.find_http_group(mine, network.vpcs(mine)[0].id)["GroupId"]
    untouched()
    for attempt in (
        lambda: mine.ecs.tag_resource(resourceArn=service_arn, tags=mine.tags("ecs")),
        lambda: mine.elbv2.add_tags(ResourceArns=[balancer], Tags=mine.tags("elbv2")),
        lambda: mine.iam.tag_role(RoleName=mine.names.task_role, Tags=mine.tags("iam")),
        lambda: mine.ec2.create_tags(Resources=[group], Tags=mine.tags("elbv2")),
        lambda: mine.ec2.create_tags(
            Resources=[stranger.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]], Tags=mine.tags("elbv2")
        ),
    ):
        with pytest.raises(NotOurs):
            attempt()


def test_ours_may_not_forward_to_theirs(mine, stranger, untouched):
    choice = service.default_choice(mine)
    theirs = stranger.elbv2.create_target_group(
        Name="theirs", Protocol="HTTP", Port=80, VpcId=choice.vpc_id, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    untouched()
    balancer = load_balancer.create(mine)
    forward = [{"Type": "forward", "TargetGroupArn": theirs}]
    with pytest.raises(NotOurs, match="target group"):
        mine.elbv2.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=81, DefaultActions=forward
        )
    cluster.create(mine)
    task_definition.register(mine, image=HTTPD, logs=False)
    behind = {"targetGroupArn": theirs, "containerName": mine.names.container, "containerPort": 80}
    with pytest.raises(NotOurs, match="target group"):
        service.create(mine, loadBalancers=[behind])


def test_the_aws_cli_in_the_notebook_passes_the_same_guard(mine, stranger, untouched):
    stranger.everything(mine)
    untouched()
    result = terminal.run(
        mine, "aws ecs update-service --cluster adgu-cluster --service adgu-web --desired-count 4"
    )
    assert result.code and "UpdateService was not sent: service adgu-web is not this lab's." in result.err
    assert terminal.run(mine, "aws ecs create-cluster --cluster-name mine").code == 0
    assert terminal.run(mine, "aws ecs delete-cluster --cluster mine").code == 0


@pytest.mark.parametrize(
    ("service_name", "operation", "params"),
    [
        ("ecs", "put_account_setting", {"name": "taskLongArnFormat", "value": "enabled"}),
        ("iam", "create_user", {"UserName": "ana"}),
        ("ec2", "create_vpc", {"CidrBlock": "10.0.0.0/16"}),
        ("s3", "create_bucket", {"Bucket": "mine"}),
        ("ecr", "put_image", {"registryId": "999999999999", "repositoryName": "adgu", "imageManifest": "{}"}),
        ("ecs", "delete_cluster", {"cluster": "arn:aws:ecs:us-east-1:999999999999:cluster/x"}),
        ("ecs", "delete_cluster", {"cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/x"}),
        ("ecs", "tag_resource",
         {"resourceArn": "arn:aws:ecs:us-east-1:123456789012:task-set/x/y/z", "tags": []}),
    ],
)  # fmt: skip
def test_what_nobody_can_tell_is_refused_with_one_sentence(mine, service_name, operation, params):
    with pytest.raises(NotOurs, match=r"was not sent: (.|\n)*next:") as caught:
        getattr(mine.client(service_name), operation)(**params)
    assert len(mine.calls()) == 0
    assert str(caught.value).count("next:") == 1


# What is ours goes on working -------------------------------------------------------------------------------


def test_ours_can_be_made_changed_and_removed(mine, stranger, untouched):
    untouched()
    cluster.create(mine)
    task_definition.register(mine, image=HTTPD, logs=False)
    running = task.wait_until_running(mine, task.run(mine))
    assert task.stop(mine, running)["lastStatus"] == "STOPPED"
    service.create(mine)
    service.wait_until_stable(mine)
    task_arn = service.tasks(mine)[0]["taskArn"]
    mine.ecs.stop_task(cluster=mine.names.cluster, task=task_arn)
    service.scale(mine, 1)
    load_balancer.create(mine)
    load_balancer.attach(mine)
    assert load_balancer.delete(mine)
    assert service.delete(mine)["status"] == "INACTIVE"
    assert ecslab.cleanup.run(mine, for_good=True).clean


def test_a_name_that_was_free_a_moment_ago_is_looked_at_again(mine, stranger):
    cluster.create(mine)
    cluster.delete(mine)
    mine.guard.claim("cluster", mine.names.cluster)
    stranger.ecs.create_cluster(clusterName=mine.names.cluster)
    with pytest.raises(NotOurs):
        mine.ecs.create_cluster(clusterName=mine.names.cluster)
    with pytest.raises(NotOurs):
        mine.ecs.delete_cluster(cluster=mine.names.cluster)


def test_the_guards_looking_is_no_call_of_the_learners(mine):
    cluster.create(mine)
    assert [call.operation for call in mine.calls()] == ["DescribeClusters", "CreateCluster"]


def test_it_remembers_for_a_few_seconds_what_is_ours(mine, monkeypatch):
    ecr.create_repository(mine)
    references = []
    find = mine.guard._ownership.find
    monkeypatch.setattr(
        mine.guard._ownership, "find", lambda reference: references.append(reference) or find(reference)
    )
    put_image(mine, mine.names.repository, "latest")
    assert len(references) == 1
    monkeypatch.setattr(mine.guard, "_clock", lambda: 1e12)
    put_image(mine, mine.names.repository, "next")
    assert len(references) > 1


def test_re_created_under_the_same_name_it_is_not_ours_whatever_the_ledger_says(mine, stranger):
    cluster.create(mine)
    task_definition.register(mine, image=HTTPD, logs=False)
    service.create(mine)
    ecr.create_repository(mine)
    execution_role.create(mine)
    for gone in (service.delete, ecr.delete_repository, execution_role.delete):
        gone(mine)
    mine.control("advance", seconds=60)
    stranger.service(mine.names.cluster, mine.names.service, mine.names.family)
    stranger.ecr.create_repository(repositoryName=mine.names.repository)
    stranger.iam.create_role(RoleName=mine.names.execution_role, AssumeRolePolicyDocument=json.dumps(TRUST))
    ours = ("task-definition", "sg-")
    before = {
        key: value for key, value in stranger.snapshot().items() if not any(name in key for name in ours)
    }
    for attempt in (
        lambda: service.scale(mine, 4),
        lambda: ecr.delete_repository(mine),
        lambda: mine.iam.delete_role(RoleName=mine.names.execution_role),
    ):
        with pytest.raises(NotOurs):
            attempt()
    receipt = ecslab.cleanup.run(mine)
    assert [each.resource.kind for each in receipt.left] == ["cluster"]
    assert "service adgu-web" in receipt.left[0].why
    assert {each.kind for each in receipt.strangers} >= {"service", "repository", "role"}
    assert touched(before, stranger.snapshot()) == {}


def test_without_its_tag_it_is_ours_by_the_ledger_and_what_a_re_creation_changes(mine, stranger):
    ecr.create_repository(mine)
    execution_role.create(mine)
    stranger.iam.untag_role(RoleName=mine.names.execution_role, TagKeys=["ecslab"])
    arn = ecr.repository(mine)["repositoryArn"]
    stranger.ecr.untag_resource(resourceArn=arn, tagKeys=["ecslab"])
    assert {each.kind for each in ecslab.cleanup.run(mine).removed} == {"repository", "role"}


# Where it goes ----------------------------------------------------------------------------------------------


def test_a_client_for_another_region_is_refused(mine):
    elsewhere = mine.place.session.client("ecs", region_name="eu-west-1")
    with pytest.raises(NotOurs, match=r"seen:     eu-west-1"):
        elsewhere.create_cluster(clusterName="mine")


def _aimed(url):
    def aim(request, **_):
        request.url = url

    return aim


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "https://ecs.us-east-1.amazonaws.com.example.org/"])
def test_so_is_another_endpoint(mine, account, url):
    """Signed by the lab's own credentials for its own Region: only where it goes to is another."""
    sent = []
    elsewhere = mine.place.session.client("ecs")
    elsewhere.meta.events.register_last("request-created", _aimed(url))
    elsewhere.meta.events.register("before-send", lambda request, **_: sent.append(request.url))
    with pytest.raises(NotOurs, match=r"CreateCluster was not sent(.|\n)*seen:     ") as refused:
        elsewhere.create_cluster(clusterName="mine")
    assert f"seen:     {url.split('/')[2]}\n" in str(refused.value)
    assert sent == []
    assert Stranger(account).ecs.list_clusters()["clusterArns"] == []


class Other:
    """A service that says whose credentials are."""

    def __init__(self, account):
        self.account = account

    def get_caller_identity(self):
        return {"Account": self.account}


def test_credentials_of_another_account_switched_to_in_mid_session_are_seen(mine, monkeypatch):
    cluster.create(mine)
    monkeypatch.setattr(mine.guard, "_known_keys", set())  # as after a refresh that gave other keys
    monkeypatch.setitem(mine.guard._clients, "sts", Other("999999999999"))
    with pytest.raises(NotOurs, match=r"account 999999999999(.|\n)*which was confirmed"):
        mine.ecs.create_cluster(clusterName="second")
    monkeypatch.setitem(mine.guard._clients, "sts", Other(mine.account))
    mine.ecs.create_cluster(clusterName="second")


def test_so_are_others_than_the_labs_own(mine):
    client = mine.place.session.client(
        "ecs", aws_access_key_id="AKIAOTHER0000000000", aws_secret_access_key="secret"
    )
    with pytest.raises(NotOurs, match=r"signed with other credentials than the lab's own") as caught:
        client.create_cluster(clusterName="mine")
    assert "AKIA" not in str(caught.value)


def test_what_the_account_does_not_show_is_not_changed(mine, monkeypatch):
    cluster.create(mine)
    denied = ClientError(
        {"Error": {"Code": "AccessDenied", "Message": "ecs:DescribeClusters"}}, "DescribeClusters"
    )

    def refuse(_):
        raise denied

    monkeypatch.setattr(mine.guard._ownership, "find", refuse)
    with pytest.raises(NotOurs, match=r"could not be found out(.|\n)*ecs:DescribeClusters"):
        mine.ecs.delete_cluster(cluster=mine.names.cluster)


def test_in_the_sandbox_nothing_is_guarded(lab, stranger):
    stranger.ecs.create_cluster(clusterName=lab.names.cluster)
    assert cluster.create(lab)["status"] == "ACTIVE"
    cluster.delete(lab)
    assert os.fspath(lab.home)
