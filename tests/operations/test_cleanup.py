"""Nothing left behind: the order, the receipt, strangers, and a crash after each create call."""

import pytest
from click.testing import CliRunner

from ecslab import (
    cleanup,
    cluster,
    ecr,
    execution_role,
    log_group,
    network,
    service,
    task,
    task_definition,
)  # fmt: skip
from ecslab.cli.cleanup import cleanup as command
from ecslab.connection.record import Record
from ecslab.connection.resource_kinds import BY_CREATE_CALL, KINDS
from ecslab.lab import Lab
from ecslab.operations import prices
from ecslab.operations.cleanup.removal import REMOVALS
from tests.connection import machine_calls as calls

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"


def journey(lab):
    """Calls of the kinds that the ledger knows, but for those of a service behind a balancer."""
    ecr.create_repository(lab)
    cluster.create(lab)
    execution_role.create(lab)
    log_group.create(lab)
    task_definition.register(lab, image=HTTPD)
    lab.client("secretsmanager").create_secret(Name=lab.names.secret, SecretString="sesame")
    return task.run(lab, network.default_choice(lab))


def balanced(lab):
    """A service behind a load balancer, its two groups naming each other."""
    choice = service.default_choice(lab)
    balancer, tasks = (
        group(lab, choice.vpc_id, name) for name in (lab.names.balancer_group, lab.names.tasks_group)
    )
    admit(lab, tasks, balancer)
    admit(lab, balancer, tasks)
    target_group = lab.elbv2.create_target_group(
        Name=lab.names.target_group, Protocol="HTTP", Port=80, VpcId=choice.vpc_id, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    load_balancer = lab.elbv2.create_load_balancer(
        Name=lab.names.load_balancer, Subnets=list(choice.subnet_ids), SecurityGroups=[balancer]
    )["LoadBalancers"][0]["LoadBalancerArn"]
    lab.elbv2.create_listener(
        LoadBalancerArn=load_balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group}],
    )
    behind = {"targetGroupArn": target_group, "containerName": lab.names.container, "containerPort": 80}
    service.create(lab, loadBalancers=[behind])


def scaled(lab):
    """A scalable target of that service, and an alarm."""
    lab.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs", ResourceId=f"service/{lab.names.cluster}/{lab.names.service}",
        ScalableDimension="ecs:service:DesiredCount", MinCapacity=1, MaxCapacity=4,
    )  # fmt: skip
    lab.client("cloudwatch").put_metric_alarm(
        AlarmName="busy", Namespace="AWS/ECS", MetricName="CPUUtilization", Statistic="Average", Period=60,
        EvaluationPeriods=1, Threshold=90, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip


def named(lab):
    """A service of Cloud Map in an HTTP namespace, and a private namespace."""
    cloud_map = lab.client("servicediscovery")
    cloud_map.create_http_namespace(Name="mesh")
    lab.wait(lambda: cloud_map.list_namespaces()["Namespaces"], "the namespace")
    (namespace,) = cloud_map.list_namespaces()["Namespaces"]
    cloud_map.create_service(Name="api", NamespaceId=namespace["Id"])
    vpc = service.default_choice(lab).vpc_id
    cloud_map.create_private_dns_namespace(Name="corp.local", Vpc=vpc)


def machined(lab):
    """What tasks run on: a group's instance, one by itself, a task on one of them, and an activation."""
    ssm, name = lab.client("ssm"), lab.names.cluster
    calls.agreed(lab)
    calls.profile(lab.iam)
    calls.template(lab.ec2, name)
    calls.provider(lab.ecs, calls.group(lab.client("autoscaling"), lab.ec2), name)
    calls.launch(lab.ec2, calls.image(ssm), name)
    container = {"name": "w", "image": HTTPD, "memory": 128}
    lab.ecs.register_task_definition(family="work", networkMode="bridge", containerDefinitions=[container])
    machines = lab.ecs.get_paginator("list_container_instances")

    def registered():
        return [arn for page in machines.paginate(cluster=name) for arn in page["containerInstanceArns"]]

    lab.wait(registered, "an instance")
    lab.ecs.start_task(cluster=name, taskDefinition="work", containerInstances=registered()[:1])
    calls.role(lab.iam, "outside", "ssm.amazonaws.com", calls.OUTSIDE)
    ssm.create_activation(IamRole="outside")


def group(lab, vpc, name):
    created = lab.ec2.create_security_group(GroupName=name, Description="test", VpcId=vpc)
    return created["GroupId"]


def admit(lab, group, source):
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": source}]}
    lab.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])


def again(lab):
    """The same lab after its kernel was lost: same home, same account, nothing in memory."""
    place = lab.place
    if lab.where == "sandbox":
        from ecslab.connection.sandbox_place import SandboxPlace

        place = SandboxPlace(lab.place.endpoint)
    return Lab(place, lab.home, lab.names, lab.prefix, Record())


def test_whatever_kind_a_lab_can_create_it_can_remove():
    assert {kind.kind for kind in KINDS} <= {removal.kind for removal in REMOVALS}


@pytest.mark.portable
def test_everything_goes_and_the_receipt_says_what_aws_keeps(lab):
    task.wait_until_running(lab, journey(lab))
    balanced(lab)
    lab.wait(lambda: len(service.tasks(lab)) == 2, "the service to start its tasks")
    plan = cleanup.plan(lab)
    kinds = [resource.kind for resource in plan.resources]
    assert kinds == [
        "service", "task", "task", "task", "cluster", "task definition", "listener", "load balancer",
        "target group", "log group", "security group", "security group", "security group", "repository",
        "secret", "role",
    ]  # fmt: skip
    assert plan.hourly == pytest.approx(3 * 0.0173 + 0.0225 + 2 * 0.005 + 0.4 / 730, abs=0.0005)
    costs = {resource.kind: resource.cost for resource in plan.resources}
    assert costs["task"] == "$0.0173 an hour"
    assert costs["load balancer"] == "$0.0325 an hour"
    assert costs["secret"] == "$0.4000 a month"
    assert costs["service"] == costs["cluster"] == costs["target group"] == ""
    receipt = cleanup.run(lab)
    assert receipt.title == "0 of 16 left."
    assert receipt.costs == f"About $0.0851 an hour less on a real account (us-east-1, {prices.AS_OF})."
    assert [resource.kind for resource in receipt.removed] == kinds
    retained = {each.what: each.cost for each in receipt.retained}
    assert retained[f"1 INACTIVE revision of {lab.names.family}"] == "free"
    assert retained["STOPPED tasks"] == "free"
    assert retained["1 INACTIVE service"] == "free"
    assert cleanup.plan(lab).resources == ()


def test_a_service_deleted_before_the_clean_up_is_among_what_aws_keeps(lab):
    lab.goto("06")
    service.create(lab, count=1)
    service.create(lab, name="adgu-second", count=0)
    service.delete(lab, "adgu-second")
    what = [each.what for each in cleanup.run(lab).retained]
    assert "2 INACTIVE services" in what


def test_for_good_means_that_nobody_can_describe_them_any_more(lab):
    cluster.create(lab)
    task_definition.register(lab, image=HTTPD, logs=False)
    task_definition.register(lab, image=HTTPD, logs=False, family=lab.name("another"))
    receipt = cleanup.run(lab, for_good=True)
    assert not [each for each in receipt.retained if "INACTIVE revision" in each.what]
    for family in (lab.names.family, lab.name("another")):
        assert task_definition.revisions(lab, family, status="INACTIVE") == []


def test_a_service_of_ours_in_somebody_elses_cluster_goes_with_its_tasks(lab, somebody_else):
    somebody_else("ecs").create_cluster(clusterName="shared")
    definition = task_definition.register(lab, image=HTTPD, logs=False)["taskDefinitionArn"]
    where = service.default_choice(lab).configuration()
    for name, ecs in (("ours", lab.ecs), ("theirs", somebody_else("ecs"))):
        ecs.create_service(
            cluster="shared", serviceName=name, taskDefinition=definition, desiredCount=1,
            launchType="FARGATE", networkConfiguration=where,
        )  # fmt: skip
    lab.control("advance", seconds=30)
    plan = cleanup.plan(lab)
    assert [resource.kind for resource in plan.resources] == [
        "service",
        "task",
        "task definition",
        "security group",
    ]
    assert plan.resources[0].name == "ours"
    lab.ecs.delete_service(cluster="shared", service="ours", force=True)
    somebody_else("ecs").delete_service(cluster="shared", service="theirs", force=True)
    assert cleanup.run(lab).clean
    assert lab.ecs.describe_clusters(clusters=["shared"])["clusters"][0]["status"] == "ACTIVE"


@pytest.mark.portable
def test_a_second_run_finds_nothing(lab):
    journey(lab)
    assert cleanup.run(lab).clean
    assert cleanup.run(lab).title == "Nothing of this lab was there."


OF_MACHINES = {
    call for call, kind in BY_CREATE_CALL.items()
    if call[0] in ("autoscaling", "ssm") or kind.kind in ("launch template", "instance", "instance profile")
} | {("ecs", "CreateCapacityProvider"), ("ecs", "StartTask")}  # fmt: skip
OF_DAEMONS = {call for call, kind in BY_CREATE_CALL.items() if kind.kind.startswith("daemon")}


class Crash(BaseException):
    """The kernel dies."""


@pytest.mark.portable
@pytest.mark.parametrize(("service_name", "operation"), BY_CREATE_CALL)
def test_a_crash_after_any_create_call_leaves_nothing_that_cleanup_does_not_find(
    lab, service_name, operation
):
    def die(**_):
        raise Crash

    events = lab.client(service_name).meta.events
    hyphenated = lab.client(service_name).meta.service_model.service_id.hyphenize()
    events.register_first(f"after-call.{hyphenated}.{operation}", die)
    with pytest.raises(Crash):
        if (service_name, operation) in OF_MACHINES:
            cluster.create(lab)
            machined(lab)
        if (service_name, operation) in OF_DAEMONS:
            cluster.create(lab)
            calls.managed_provider(lab, lab.names.cluster)
            calls.daemon(lab, lab.names.cluster)
        journey(lab)
        balanced(lab)
        scaled(lab)
        named(lab)
    revived = again(lab)
    assert [entry.outcome for entry in revived.ledger.entries()][-1] == "intended"
    receipt = cleanup.run(revived)
    assert receipt.clean and receipt.removed
    assert cleanup.plan(revived).resources == ()


def test_what_has_our_names_but_not_our_tag_is_left_alone(lab, somebody_else):
    somebody_else("ecs").create_cluster(clusterName=lab.names.cluster)
    somebody_else("iam").create_role(RoleName=lab.names.execution_role, AssumeRolePolicyDocument="{}")
    somebody_else("logs").create_log_group(logGroupName=lab.names.log_group, tags={"ecslab": "another-lab"})
    ecr.create_repository(lab)
    plan = cleanup.plan(lab)
    assert [resource.kind for resource in plan.resources] == ["repository"]
    assert [resource.kind for resource in plan.strangers] == ["cluster", "log group", "role"]
    assert "adgu-cluster: left alone, not made by this lab" in repr(plan)
    receipt = cleanup.run(lab)
    assert receipt.title == "0 of 1 left."
    assert cluster.find(lab) and execution_role.find(lab) and log_group.find(lab)
    assert "Left alone, because this lab did not make it:" in repr(receipt)


def test_a_lost_ledger_is_made_up_for_by_the_owner_in_the_tag(lab, somebody_else):
    tags = [{"key": "ecslab", "value": "lab-lost"}]
    somebody_else("ecs").create_cluster(clusterName=lab.names.cluster, tags=tags)
    assert cleanup.run(lab).removed == ()
    assert cleanup.run(lab, owner="lab-lost").title == "0 of 1 left."


def test_what_the_learner_makes_by_hand_is_tagged_and_goes_too(lab):
    lab.ecr.create_repository(repositoryName="adgu/scratch", tags=[{"Key": "made-by", "Value": "me"}])
    lab.ecs.create_cluster()
    lab.ecs.register_task_definition(
        family="hello", containerDefinitions=[{"name": "a", "image": "b", "memory": 128}]
    )
    tags = lab.ecr.list_tags_for_resource(resourceArn=ecr.repository(lab, "adgu/scratch")["repositoryArn"])
    assert {"Key": "made-by", "Value": "me"} in tags["tags"] and lab.owns(tags["tags"])
    assert [(resource.kind, resource.name) for resource in cleanup.run(lab).removed] == [
        ("cluster", "default"), ("task definition", "hello:1"), ("repository", "adgu/scratch"),
    ]  # fmt: skip


def test_what_was_deleted_behind_the_labs_back_is_no_trouble(lab, somebody_else):
    journey(lab)
    before = cleanup.plan
    ecs = somebody_else("ecs")

    def meanwhile(lab, owner=None):
        plan = before(lab, owner)
        for resource in plan.resources:
            if resource.kind == "task definition":
                ecs.deregister_task_definition(taskDefinition=resource.id)
            if resource.kind == "repository":
                somebody_else("ecr").delete_repository(repositoryName=resource.id)
            if resource.kind == "role":
                execution_role.delete(lab)
        return plan

    cleanup.plan, restore = meanwhile, before
    try:
        assert cleanup.run(lab).clean
    finally:
        cleanup.plan = restore


def test_what_cannot_go_is_left_with_the_reason_and_goes_once_that_is_put_right(lab, somebody_else):
    vpc = network.vpcs(lab)[0].id
    group = network.http_group(lab, vpc)
    ec2 = somebody_else("ec2")
    subnet = network.subnets(lab, vpc)[0].id
    eni = ec2.create_network_interface(SubnetId=subnet, Groups=[group])["NetworkInterface"]
    receipt = cleanup.run(lab)
    assert receipt.title == "1 of 1 left." and not receipt.clean
    assert receipt.left[0].why.startswith("DependencyViolation")
    assert "Left, and why:" in repr(receipt)
    ec2.delete_network_interface(NetworkInterfaceId=eni["NetworkInterfaceId"])
    assert cleanup.run(lab).title == "0 of 1 left."


def test_it_shows_itself_in_a_notebook(lab):
    cluster.create(lab)
    assert "<td" in cleanup.plan(lab)._repr_html_()
    assert "<strong>0 of 1 left.</strong>" in cleanup.run(lab)._repr_html_()
    assert repr(cleanup.plan(lab)) == "Nothing of this lab is there."


def test_the_command_shows_the_plan_and_the_receipt(lab, monkeypatch):
    monkeypatch.setattr("ecslab.cli.cleanup.connect", lambda *_, **__: again(lab))
    cluster.create(lab)
    dry = CliRunner().invoke(command, ["--dry-run"])
    assert dry.exit_code == 0 and "1 to remove" in dry.output
    wet = CliRunner().invoke(command, [])
    assert wet.exit_code == 0 and "0 of 1 left." in wet.output


def test_the_command_ends_in_one_clear_message():
    result = CliRunner().invoke(command, ["--prefix", "Not Good"])
    assert result.exit_code == 1 and "Error: prefix 'Not Good' cannot be used." in result.output
