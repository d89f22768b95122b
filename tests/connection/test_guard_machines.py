"""The guard of a real account on machines: groups, instances, and what they are launched from."""

import pytest

from ecslab import cleanup, cluster
from ecslab.connection.tags import owner_in
from ecslab.errors import NotOurs
from tests.connection import machine_calls as calls
from tests.connection.scripted_account import Stranger, lab_on


@pytest.fixture
def mine(lab, tmp_path):
    own_lab = lab_on(lab.place.endpoint, tmp_path / "mine")
    cluster.create(own_lab)
    return own_lab


@pytest.fixture
def stranger(lab):
    return Stranger(lab.place.endpoint)


def registered(lab):
    arns = lab.ecs.list_container_instances(cluster=lab.names.cluster)["containerInstanceArns"]
    if not arns:
        return {}
    described = lab.ecs.describe_container_instances(cluster=lab.names.cluster, containerInstances=arns)
    return {each["ec2InstanceId"]: each["containerInstanceArn"] for each in described["containerInstances"]}


def test_what_a_lab_makes_is_tagged_and_ledgered_and_may_be_changed(mine, stranger):
    in_group, alone, node = calls.furnished(mine)
    kinds = {entry.kind for entry in mine.ledger.entries()}
    assert kinds >= {"instance profile", "launch template", "Auto Scaling group", "capacity provider",
                     "instance", "activation", "role"}  # fmt: skip
    group = stranger._client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]
    tags = [group["Tags"], stranger.ec2.describe_launch_templates()["LaunchTemplates"][0]["Tags"],
            stranger.iam.get_instance_profile(InstanceProfileName="machines")["InstanceProfile"]["Tags"],
            stranger.ecs.describe_capacity_providers(include=["TAGS"])["capacityProviders"][0]["tags"],
            stranger._client("ssm").describe_activations()["ActivationList"][0]["Tags"]]  # fmt: skip
    for reservation in stranger.ec2.describe_instances(InstanceIds=[in_group, alone])["Reservations"]:
        tags += [each["Tags"] for each in reservation["Instances"]]
    assert len(tags) == 7 and {owner_in(each) for each in tags} == {mine.ledger.owner}
    change_all(mine, in_group, alone, node)


def change_all(mine, in_group, alone, node):
    """Every change that the guard lets through, of each kind."""
    scaling, arns = mine.client("autoscaling"), registered(mine)
    assert set(arns) == {in_group, alone, node}
    scaling.set_desired_capacity(AutoScalingGroupName="machines", DesiredCapacity=2)
    scaling.set_instance_protection(
        AutoScalingGroupName="machines", InstanceIds=[in_group], ProtectedFromScaleIn=True
    )
    tag = {"ResourceId": "machines", "ResourceType": "auto-scaling-group", "Key": "a", "Value": "b",
           "PropagateAtLaunch": False}  # fmt: skip
    scaling.create_or_update_tags(Tags=[tag])
    mine.ec2.create_tags(Resources=[in_group, alone], Tags=[{"Key": "a", "Value": "b"}])
    for arn in arns.values():
        mine.ecs.update_container_instances_state(
            cluster=mine.names.cluster, containerInstances=[arn], status="DRAINING"
        )
    mine.ecs.tag_resource(resourceArn=arns[node], tags=[{"key": "a", "value": "b"}])
    mine.ecs.deregister_container_instance(cluster=mine.names.cluster, containerInstance=arns[node])
    mine.client("ssm").deregister_managed_instance(InstanceId=node)
    mine.ec2.stop_instances(InstanceIds=[alone])
    mine.ec2.terminate_instances(InstanceIds=[alone])
    scaling.terminate_instance_in_auto_scaling_group(
        InstanceId=in_group, ShouldDecrementDesiredCapacity=False
    )
    managed = {"managedScaling": {"status": "DISABLED"}}
    mine.ecs.update_capacity_provider(name="machines", autoScalingGroupProvider=managed)


def strangers_machines(stranger, lab, tags=()):
    """The same of somebody else, under the same names; their instances register in the lab's cluster."""
    ssm, name = stranger._client("ssm"), lab.names.cluster
    scaling = stranger._client("autoscaling")
    calls.profile(stranger.iam)
    calls.template(stranger.ec2, name)
    arn = calls.group(scaling, stranger.ec2)
    calls.provider(stranger.ecs, arn)
    for tag in tags:
        scaling.create_or_update_tags(Tags=[{"ResourceId": "machines", "ResourceType": "auto-scaling-group",
                                             "PropagateAtLaunch": True, **tag}])  # fmt: skip
    calls.role(stranger.iam, "outside", "ssm.amazonaws.com", calls.OUTSIDE)
    stranger.iam.attach_role_policy(RoleName="outside", PolicyArn=calls.ON_EC2)
    alone = calls.launch(stranger.ec2, calls.image(ssm), name)
    node = calls.outside(lab, ssm, name)
    lab.control("advance", seconds=calls.SETTLED)
    described = scaling.describe_auto_scaling_instances()["AutoScalingInstances"]
    return described[0]["InstanceId"], alone, node


def test_a_strangers_machines_are_not_changed_by_whichever_call(mine, stranger):
    in_group, alone, node = strangers_machines(stranger, mine)
    arns, before, scaling, ssm = (
        registered(mine),
        calls.everything(stranger),
        mine.client("autoscaling"),
        mine.client("ssm"),
    )
    template = before["templates"][0]["LaunchTemplateId"]
    arn = before["groups"][0]["AutoScalingGroupARN"]
    own = mine.names.cluster
    tag = {"ResourceId": "machines", "ResourceType": "auto-scaling-group", "Key": "ecslab",
           "Value": mine.ledger.owner, "PropagateAtLaunch": True}  # fmt: skip
    attempts = [
        lambda: calls.group(scaling, mine.ec2),
        lambda: scaling.update_auto_scaling_group(AutoScalingGroupName="machines", MinSize=0),
        lambda: scaling.set_desired_capacity(AutoScalingGroupName="machines", DesiredCapacity=0),
        lambda: scaling.delete_auto_scaling_group(AutoScalingGroupName="machines", ForceDelete=True),
        lambda: scaling.create_or_update_tags(Tags=[tag]),
        lambda: scaling.terminate_instance_in_auto_scaling_group(
            InstanceId=in_group, ShouldDecrementDesiredCapacity=True
        ),
        lambda: scaling.set_instance_health(InstanceId=in_group, HealthStatus="Unhealthy"),
        lambda: scaling.set_instance_protection(
            AutoScalingGroupName="machines", InstanceIds=[in_group], ProtectedFromScaleIn=True
        ),
        lambda: mine.ec2.terminate_instances(InstanceIds=[in_group]),
        lambda: mine.ec2.terminate_instances(InstanceIds=[alone]),
        lambda: mine.ec2.stop_instances(InstanceIds=[alone]),
        lambda: mine.ec2.create_tags(Resources=[alone], Tags=mine.tags("ec2")),
        lambda: mine.ec2.create_tags(Resources=[template], Tags=mine.tags("ec2")),
        lambda: calls.template(mine.ec2, own),
        lambda: mine.ec2.create_launch_template_version(
            LaunchTemplateName="machines", LaunchTemplateData={"InstanceType": "t3.large"}
        ),
        lambda: mine.ec2.delete_launch_template(LaunchTemplateId=template),
        lambda: mine.iam.create_instance_profile(InstanceProfileName="machines"),
        lambda: mine.iam.remove_role_from_instance_profile(
            InstanceProfileName="machines", RoleName="machines"
        ),
        lambda: mine.iam.delete_instance_profile(InstanceProfileName="machines"),
        lambda: calls.provider(mine.ecs, arn, name="mine"),
        lambda: calls.provider(mine.ecs, "machines", name="mine"),
        lambda: mine.ecs.delete_capacity_provider(capacityProvider="machines"),
        lambda: mine.ecs.update_capacity_provider(name="machines", autoScalingGroupProvider={}),
        lambda: mine.ecs.put_cluster_capacity_providers(
            cluster=own, capacityProviders=["FARGATE", "machines"], defaultCapacityProviderStrategy=[]
        ),
        lambda: mine.ecs.create_cluster(clusterName="another", capacityProviders=["machines"]),
        lambda: ssm.delete_activation(ActivationId=before["activations"][0]["ActivationId"]),
        lambda: ssm.deregister_managed_instance(InstanceId=node),
        lambda: ssm.add_tags_to_resource(
            ResourceType="ManagedInstance", ResourceId=node, Tags=mine.tags("iam")
        ),
    ]  # fmt: skip
    for arn_in_our_cluster in arns.values():
        attempts += [
            lambda at=arn_in_our_cluster: mine.ecs.deregister_container_instance(
                cluster=own, containerInstance=at, force=True
            ),
            lambda at=arn_in_our_cluster: mine.ecs.update_container_instances_state(
                cluster=own, containerInstances=[at], status="DRAINING"
            ),
            lambda at=arn_in_our_cluster: mine.ecs.tag_resource(resourceArn=at, tags=mine.tags("ecs")),
            lambda at=arn_in_our_cluster: mine.ecs.put_attributes(
                cluster=own, attributes=[{"name": "a", "targetId": at, "targetType": "container-instance"}]
            ),
        ]
    assert len(arns) == 3
    for attempt in attempts:
        with pytest.raises(NotOurs):
            attempt()
    assert calls.everything(stranger) == before
    receipt = cleanup.run(mine)
    assert calls.everything(stranger) == before and set(registered(mine)) == {in_group, alone, node}
    assert [each.resource.kind for each in receipt.left] == ["cluster"]
    assert "container instance " in receipt.left[0].why


def test_what_a_request_takes_that_is_there_is_somebodys_too(mine, stranger):
    subnet = stranger.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    interface = stranger.ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"][
        "NetworkInterfaceId"
    ]
    with pytest.raises(NotOurs, match="does not know how to find out"):
        mine.ec2.run_instances(
            ImageId=calls.image(mine.client("ssm")), InstanceType="t3.micro", MinCount=1, MaxCount=1,
            NetworkInterfaces=[{"DeviceIndex": 0, "NetworkInterfaceId": interface}],
        )  # fmt: skip
    with pytest.raises(NotOurs, match="names nothing that could be this lab's"):
        mine.client("ssm").add_tags_to_resource(
            ResourceType="Parameter", ResourceId="/a", Tags=mine.tags("iam")
        )


def test_a_strangers_group_is_not_taken_for_ours_by_our_tag_on_its_instances(mine, stranger):
    """They launched with our template's tags, or copied them: the group would replace what is ended."""
    calls.profile(mine.iam)
    in_group, _, _ = strangers_machines_by(stranger, mine)
    stranger.ec2.create_tags(Resources=[in_group], Tags=[{"Key": "ecslab", "Value": mine.ledger.owner}])
    with pytest.raises(NotOurs, match="Auto Scaling group theirs is not this lab's"):
        mine.ec2.terminate_instances(InstanceIds=[in_group])
    calls.template(mine.ec2, mine.names.cluster)  # so that clean-up looks for instances
    cleanup.run(mine)
    assert calls.everything(stranger)["instances"] == {in_group: "running"}


def strangers_machines_by(stranger, lab):
    """A stranger's group with a name of its own; its instance."""
    calls.template(stranger.ec2, "theirs", name="theirs")
    calls.group(stranger._client("autoscaling"), stranger.ec2, name="theirs", template="theirs")
    lab.control("advance", seconds=calls.SETTLED)
    described = stranger._client("autoscaling").describe_auto_scaling_instances()["AutoScalingInstances"]
    return described[0]["InstanceId"], "", ""


def test_an_instance_in_our_group_that_names_another_lab_is_that_labs(mine, stranger):
    in_group, alone, _ = calls.furnished(mine)
    stranger.ec2.create_tags(Resources=[in_group, alone], Tags=[{"Key": "ecslab", "Value": "ben-1"}])
    for instance in (in_group, alone):
        with pytest.raises(NotOurs, match="made by the lab 'ben-1'"):
            mine.ec2.terminate_instances(InstanceIds=[instance])


class Lent:
    """A stranger's calls, while the lab lets time pass."""

    def __init__(self, lab, stranger):
        self.ecs, self.control = stranger.ecs, lab.control


def test_a_strangers_daemon_is_not_changed_and_none_is_put_on_a_strangers_provider(mine, stranger):
    own = mine.names.cluster
    calls.managed_provider(mine, own)
    theirs = calls.daemon(Lent(mine, stranger), own, "theirs")
    mine_too = calls.daemon(mine, own, "mine")
    definition = theirs.replace(f"daemon/{own}/theirs", "daemon-task-definition/theirs:1")
    provider = theirs.replace(f"daemon/{own}/theirs", "capacity-provider/managed")
    container = [{"name": "a", "image": "busybox"}]
    given = {"daemonTaskDefinitionArn": definition, "capacityProviderArns": [provider]}
    attempts = [
        lambda: mine.ecs.delete_daemon(daemonArn=theirs),
        lambda: mine.ecs.update_daemon(daemonArn=theirs, **given),
        lambda: mine.ecs.create_daemon(daemonName="theirs", clusterArn=own, **given),
        lambda: mine.ecs.tag_resource(resourceArn=theirs, tags=mine.tags("ecs")),
        lambda: mine.ecs.tag_resource(resourceArn=definition, tags=mine.tags("ecs")),
        lambda: mine.ecs.delete_daemon_task_definition(daemonTaskDefinition=definition),
        lambda: mine.ecs.register_daemon_task_definition(family="theirs", containerDefinitions=container),
    ]
    before = stranger.ecs.describe_daemon(daemonArn=theirs)["daemon"]
    for attempt in attempts:
        with pytest.raises(NotOurs):
            attempt()
    assert stranger.ecs.describe_daemon(daemonArn=theirs)["daemon"] == before
    [shown] = stranger.ecs.describe_capacity_providers(capacityProviders=["managed"])["capacityProviders"]
    settings = shown["managedInstancesProvider"]
    made = stranger.ecs.create_capacity_provider(
        name="theirs", cluster=own, managedInstancesProvider=settings
    )
    given["capacityProviderArns"] = [made["capacityProvider"]["capacityProviderArn"]]
    for attempt in (
        lambda: mine.ecs.create_daemon(daemonName="new", clusterArn=own, **given),
        lambda: mine.ecs.update_daemon(daemonArn=mine_too, **given),
    ):
        with pytest.raises(NotOurs, match="capacity-provider/theirs is not this lab's"):
            attempt()
    mine.ecs.delete_daemon(daemonArn=mine_too)
