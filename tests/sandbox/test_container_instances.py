"""Container instances, from RunInstances to their end: who registers where, who never does, what is shown."""

import json
import re

import pytest
from botocore import xform_name
from instance_rig import BEGAN, PARAMETER, Machines, accounts, refused, user_data

from ecslab.sandbox.bridge.account import current_account

account, aws = accounts(Machines)


def test_an_instance_registers_when_it_has_booted(aws):
    ec2_id = aws.launch()
    aws.pass_time(30)
    assert not aws.instances()
    aws.pass_time()
    [instance] = aws.instances()
    attributes = {each["name"]: each.get("value") for each in instance["attributes"]}
    assert instance["ec2InstanceId"] == ec2_id
    assert (instance["status"], instance["agentConnected"]) == ("ACTIVE", True)
    assert instance["versionInfo"]["agentVersion"] == "1.107.0"
    assert attributes["ecs.instance-type"] == "t3.medium"
    assert attributes["ecs.ami-id"] == aws.image
    assert attributes["ecs.availability-zone"] == "us-east-1a"
    assert "ecs.capability.task-eni" in attributes
    resources = {each["name"]: each for each in instance["registeredResources"]}
    assert resources["CPU"]["integerValue"] == 2048
    assert resources["MEMORY"]["integerValue"] == 3973
    assert resources["PORTS"]["stringSetValue"] == ["22", "2375", "2376", "51678", "51679"]
    assert instance["remainingResources"] == instance["registeredResources"]
    assert (
        aws.ecs.describe_clusters(clusters=["lab"])["clusters"][0]["registeredContainerInstancesCount"] == 1
    )


NO_AGENT = "ami-12c6146b"
NEVER = {
    "another cluster's name": {"cluster": "lob"},
    "no user data, and no right to make a cluster": {"data": "", "profile": "alone"},
    "user data that is no script": {"data": user_data("lab")[12:], "profile": "alone"},
    "another file": {"data": user_data("lab").replace("ecs.config", "ecs.conf"), "profile": "alone"},
    "no instance profile": {"profile": None},
    "a role without the policy": {"profile": "bare"},
    "an image without the agent": {"ImageId": NO_AGENT},
    "attributes that are no JSON": {"data": user_data("lab", "ECS_INSTANCE_ATTRIBUTES={stack}")},
}  # fmt: skip


def test_instances_that_run_and_never_appear(aws):
    aws.profile("bare")
    aws.profile("alone")
    allowed = [
        "ecs:DiscoverPollEndpoint",
        "ecs:Poll",
        "ecs:StartTelemetrySession",
        "ecs:RegisterContainerInstance",
    ]
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": allowed, "Resource": "*"}],
    }
    aws.iam.put_role_policy(RoleName="alone", PolicyName="alone", PolicyDocument=json.dumps(document))
    launched = {why: aws.launch(**how) for why, how in NEVER.items()}
    launched["nothing"] = aws.launch(profile="alone")
    aws.pass_time(1800)
    for reservation in aws.ec2.describe_instances()["Reservations"]:
        assert reservation["Instances"][0]["State"]["Name"] == "running"
    wrong = {name: why for why, name in launched.items()}
    assert [wrong[each["ec2InstanceId"]] for each in aws.instances()] == ["nothing"]
    assert "default" not in str(aws.ecs.list_clusters())


def test_without_a_way_to_ecs_an_instance_registers_once_it_has_one(aws):
    [subnet] = aws.ec2.describe_subnets(SubnetIds=[aws.subnets[0]])["Subnets"]
    table = aws.ec2.create_route_table(VpcId=subnet["VpcId"])["RouteTable"]["RouteTableId"]
    aws.ec2.associate_route_table(RouteTableId=table, SubnetId=aws.subnets[0])
    aws.launch()
    aws.pass_time()
    assert not aws.instances()
    [gateway] = aws.ec2.describe_internet_gateways()["InternetGateways"][:1]
    aws.ec2.create_route(
        RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway["InternetGatewayId"]
    )
    aws.pass_time(60)
    assert len(aws.instances()) == 1


def test_a_role_that_gets_its_policy_later_registers_then(aws):
    aws.profile("late")
    aws.launch(profile="late")
    aws.pass_time()
    assert not aws.instances()
    aws.iam.attach_role_policy(RoleName="late", PolicyArn="arn:aws:iam::aws:policy/service-role/"
                               "AmazonEC2ContainerServiceforEC2Role")  # fmt: skip
    aws.pass_time(120)
    assert len(aws.instances()) == 1


def test_an_agent_that_is_told_of_no_cluster_makes_the_default_one(aws):
    aws.launch(data="#!/bin/bash\necho hello")
    aws.pass_time()
    assert len(aws.instances("default")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "echo ECS_CLUSTER=lab >> /etc/ecs/ecs.config",
        "echo 'ECS_CLUSTER=lab' | sudo tee -a /etc/ecs/ecs.config",
        "cat >> /etc/ecs/ecs.config <<EOF\nECS_CLUSTER=lab\nEOF",
        "echo ECS_CLUSTER=other > /etc/ecs/ecs.config\necho ECS_CLUSTER=lab > /etc/ecs/ecs.config",
    ],
)
def test_ways_to_name_the_cluster(aws, line):
    aws.launch(UserData=f"#!/bin/bash\n{line}\n")
    aws.pass_time()
    assert len(aws.instances()) == 1


def test_a_profile_may_be_named_by_its_arn(aws):
    [profile] = aws.iam.list_instance_profiles()["InstanceProfiles"]
    aws.launch(profile=None, IamInstanceProfile={"Arn": profile["Arn"]})
    aws.pass_time()
    assert len(aws.instances()) == 1


def test_settings_of_the_agent_act(aws):
    aws.launch("lab", 'ECS_INSTANCE_ATTRIBUTES={"stack":"prod"}', "ECS_RESERVED_MEMORY=256",
               'ECS_CONTAINER_INSTANCE_TAGS={"team":"red"}')  # fmt: skip
    aws.pass_time()
    [instance] = aws.instances(filter="attribute:stack == prod")
    assert instance["registeredResources"][1]["integerValue"] == 3973 - 256
    assert instance["tags"] == []
    [tagged] = aws.describe(instance["containerInstanceArn"], include=["TAGS", "CONTAINER_INSTANCE_HEALTH"])
    assert tagged["tags"] == [{"key": "team", "value": "red"}]
    assert tagged["healthStatus"]["overallStatus"] == "OK"


def test_list_and_describe(aws):
    aws.launch()
    aws.pass_time()
    aws.launch(place=1)
    aws.pass_time()
    first, second = aws.instances()
    aws.ecs.update_container_instances_state(
        cluster="lab", containerInstances=[first["containerInstanceArn"]], status="DRAINING"
    )
    assert [each["status"] for each in aws.instances()] == ["DRAINING", "ACTIVE"]
    assert aws.instances(status="DRAINING")[0]["containerInstanceArn"] == first["containerInstanceArn"]
    zone = "attribute:ecs.availability-zone == us-east-1b"
    assert [each["ec2InstanceId"] for each in aws.instances(filter=zone)] == [second["ec2InstanceId"]]
    request = {"cluster": "lab", "filter": "attribute:x = y"}
    assert refused(aws.ecs.list_container_instances, **request) == (
        "InvalidParameterException: Invalid expression 'attribute:x = y': unexpected '= y'."
    )
    unknown = "f" * 32
    answer = aws.ecs.describe_container_instances(cluster="lab", containerInstances=[unknown])
    arn = f"arn:aws:ecs:us-east-1:123456789012:container-instance/lab/{unknown}"
    assert answer["failures"] == [{"arn": arn, "reason": "MISSING"}]


def test_states_and_their_refusals(aws):
    aws.launch()
    aws.pass_time()
    [arn] = [each["containerInstanceArn"] for each in aws.instances()]
    change = aws.ecs.update_container_instances_state
    drained = change(cluster="lab", containerInstances=[arn], status="DRAINING")["containerInstances"]
    assert drained[0]["status"] == "DRAINING"
    assert drained[0]["version"] == 2
    again = change(cluster="lab", containerInstances=[arn], status="DRAINING")["containerInstances"]
    assert again[0]["version"] == 2
    change(cluster="lab", containerInstances=[arn], status="ACTIVE")
    assert refused(change, cluster="lab", containerInstances=[arn], status="REGISTERING") == (
        "InvalidParameterException: Container instance status should be one of [ACTIVE,DRAINING]"
    )
    assert refused(change, cluster="lab", containerInstances=[arn] * 11, status="ACTIVE") == (
        "InvalidParameterException: containerInstances can have at most 10 items."
    )
    assert "Container Instances are active or draining" in refused(aws.ecs.delete_cluster, cluster="lab")
    gone = aws.ecs.deregister_container_instance(cluster="lab", containerInstance=arn)["containerInstance"]
    assert gone["status"] == "INACTIVE"
    assert change(cluster="lab", containerInstances=[arn], status="ACTIVE")["failures"] == [
        {"arn": arn, "reason": "INACTIVE"}
    ]
    assert refused(aws.ecs.deregister_container_instance, cluster="lab", containerInstance=arn) == (
        "InvalidParameterException: Referenced container instance is INACTIVE."
    )
    aws.ecs.delete_cluster(cluster="lab")


def test_a_deregistered_instance_is_described_for_an_hour_and_its_machine_runs_on(aws):
    ec2_id = aws.launch()
    aws.pass_time()
    [arn] = [each["containerInstanceArn"] for each in aws.instances()]
    aws.ecs.deregister_container_instance(cluster="lab", containerInstance=arn)
    assert not aws.instances()
    assert aws.describe(arn)[0]["status"] == "INACTIVE"
    state = aws.ec2.describe_instances(InstanceIds=[ec2_id])["Reservations"][0]["Instances"][0]["State"]
    assert state["Name"] == "running"
    aws.pass_time(3601)
    assert not aws.describe(arn)


def test_a_terminated_instance_leaves_a_stopped_one_loses_its_agent(aws):
    first, second = aws.launch(), aws.launch()
    aws.pass_time()
    aws.ec2.terminate_instances(InstanceIds=[first])
    aws.ec2.stop_instances(InstanceIds=[second])
    aws.pass_time(300)
    [left] = aws.instances()
    assert (left["ec2InstanceId"], left["status"], left["agentConnected"]) == (second, "ACTIVE", False)
    assert not aws.instances(filter="agentConnected == true")
    aws.ec2.start_instances(InstanceIds=[second])
    aws.pass_time()
    [back] = aws.instances()
    assert back["agentConnected"]
    assert back["containerInstanceArn"] == left["containerInstanceArn"]


def test_a_stopped_instance_stays_registered_when_it_is_terminated(aws):
    ec2_id = aws.launch()
    aws.pass_time()
    aws.ec2.stop_instances(InstanceIds=[ec2_id])
    aws.pass_time()
    aws.ec2.terminate_instances(InstanceIds=[ec2_id])
    aws.pass_time()
    assert len(aws.instances()) == 1


def test_the_agent_is_updated(aws):
    old = aws.ssm.get_parameter(
        Name="/aws/service/ecs/optimized-ami/amazon-linux-2023/al2023-ami-ecs-hvm-2023.0.20241001-kernel-6.1-x86_64/"
        "image_id"
    )["Parameter"]["Value"]
    aws.launch(ImageId=old)
    aws.launch()
    aws.pass_time()
    by_version = {
        each["versionInfo"]["agentVersion"]: each["containerInstanceArn"] for each in aws.instances()
    }
    new, outdated = by_version.pop("1.107.0"), next(iter(by_version.values()))
    assert aws.instances(filter="agentVersion < 1.100")[0]["containerInstanceArn"] == outdated
    update = aws.ecs.update_container_agent
    assert (
        update(cluster="lab", containerInstance=outdated)["containerInstance"]["agentUpdateStatus"]
        == "PENDING"
    )
    assert "UpdateInProgressException" in refused(update, cluster="lab", containerInstance=outdated)
    aws.pass_time(120)
    [updated] = aws.describe(outdated)
    assert (updated["agentUpdateStatus"], updated["versionInfo"]["agentVersion"]) == ("UPDATED", "1.107.0")
    assert refused(update, cluster="lab", containerInstance=new) == (
        "NoUpdateAvailableException: There is no update available for your container agent."
    )


def test_attributes_are_put_listed_and_deleted(aws):
    aws.launch()
    aws.pass_time()
    [arn] = [each["containerInstanceArn"] for each in aws.instances()]
    attribute = {"name": "stack", "value": "prod", "targetId": arn}
    aws.ecs.put_attributes(cluster="lab", attributes=[attribute])
    listed = {"cluster": "lab", "targetType": "container-instance", "attributeName": "stack"}
    assert aws.ecs.list_attributes(**listed)["attributes"] == [attribute]
    assert not aws.ecs.list_attributes(**listed, attributeValue="test")["attributes"]
    assert len(aws.instances(filter="attribute:stack == prod")) == 1
    nobody = [{"name": "stack", "targetId": "f" * 32}]
    assert refused(aws.ecs.put_attributes, cluster="lab", attributes=nobody) == (
        f"TargetNotFoundException: Could not find {'f' * 32}"
    )
    many = [{"name": f"a{number}", "targetId": arn} for number in range(10)]
    assert "AttributeLimitExceededException" in refused(
        aws.ecs.put_attributes, cluster="lab", attributes=many
    )
    wrong = [{"name": "a b", "targetId": arn}]
    assert "Invalid attribute name: a b" in refused(aws.ecs.put_attributes, cluster="lab", attributes=wrong)
    assert not aws.instances(filter="attribute:a0 exists")
    aws.ecs.delete_attributes(cluster="lab", attributes=[{"name": "stack", "targetId": arn}])
    assert not aws.ecs.list_attributes(**listed)["attributes"]


def test_tags_of_an_instance(aws):
    aws.launch()
    aws.pass_time()
    [arn] = [each["containerInstanceArn"] for each in aws.instances()]
    aws.ecs.tag_resource(resourceArn=arn, tags=[{"key": "by", "value": "me"}])
    assert aws.ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "by", "value": "me"}]


def test_with_trunking_an_instance_has_room_for_more_interfaces(aws):
    aws.ecs.put_account_setting_default(name="awsvpcTrunking", value="enabled")
    aws.launch(InstanceType="c5.large")
    aws.pass_time()
    assert len(aws.instances(filter="attribute:ecs.instance-type == c5.large")) == 1


AGENTS_CALLS = {
    "RegisterContainerInstance": {},
    "DiscoverPollEndpoint": {},
    "SubmitTaskStateChange": {"status": "RUNNING"},
    "SubmitContainerStateChange": {"status": "RUNNING"},
    "SubmitAttachmentStateChanges": {"attachments": [{"attachmentArn": "arn", "status": "ATTACHED"}]},
}


@pytest.mark.parametrize("operation", AGENTS_CALLS)
def test_the_agents_own_calls_are_refused(aws, operation):
    sentence = refused(getattr(aws.ecs, xform_name(operation)), **AGENTS_CALLS[operation])
    assert sentence == (
        f"UnsupportedFeatureException: This sandbox does not carry {operation}: the container agent alone "
        "calls it, and agents are part of the sandbox."
    )


def test_instances_come_back_as_they_were(on_disk):
    aws = on_disk(Machines).prepared()
    aws.launch()
    aws.launch(cluster="later")
    aws.pass_time()
    before = aws.instances()
    again = on_disk(Machines)
    assert again.instances() == before
    again.ecs.create_cluster(clusterName="later")
    again.pass_time(60)
    assert len(again.instances("later")) == 1


def test_instances_of_one_call_all_register_and_are_as_many_as_may_be(aws):
    alias = {"ImageId": f"resolve:ssm:{PARAMETER}", "MinCount": 1, "MaxCount": 3}
    launched = aws.ec2.run_instances(
        UserData=user_data("lab"), IamInstanceProfile={"Name": "ecsInstanceRole"}, InstanceType="t3.medium",
        SubnetId=aws.subnets[0], **alias,
    )["Instances"]  # fmt: skip
    assert [each["ImageId"] for each in launched] == [aws.image] * 3
    aws.pass_time()
    assert {each["ec2InstanceId"] for each in aws.instances()} == {each["InstanceId"] for each in launched}


def test_how_long_an_instance_boots_is_drawn_for_each(aws):
    for _ in range(4):
        aws.launch()
    aws.pass_time()
    booted = [each["registeredAt"].timestamp() - BEGAN for each in aws.instances()]
    assert len({round(each, 3) for each in booted}) == 4
    assert all(54 < each < 152 for each in booted)  # the shortest and the longest of what is drawn from


def test_a_security_group_may_be_named(aws):
    aws.ec2.create_security_group(GroupName="own", Description="own")
    request = {"ImageId": aws.image, "InstanceType": "t3.medium", "MinCount": 1, "MaxCount": 1}
    [instance] = aws.ec2.run_instances(SecurityGroups=["own"], **request)["Instances"]
    assert [each["GroupName"] for each in instance["SecurityGroups"]] == ["own"]
    assert refused(aws.ec2.run_instances, SecurityGroups=["nobody"], **request) == (
        "InvalidGroup.NotFound: The security group 'nobody' does not exist in default VPC "
        f"'{instance['VpcId']}'"
    )
    assert refused(aws.launch, SecurityGroups=["own"]) == (
        "InvalidParameterCombination: The parameter groupName cannot be used with the parameter subnet"
    )


def test_a_zone_that_is_not_the_subnets_is_refused(aws):
    assert refused(aws.launch, Placement={"AvailabilityZone": "us-east-1b"}) == (
        f"InvalidParameterValue: The subnet '{aws.subnets[0]}' is not in the Availability Zone 'us-east-1b'"
    )


def test_in_an_older_journal_any_image_is_launched_as_few_times_as_may_be(aws):
    current_account().behaviour = 8
    instances = aws.ec2.run_instances(ImageId="ami-00000000000000000", MinCount=1, MaxCount=3)["Instances"]
    assert len(instances) == 1


@pytest.mark.parametrize(
    "attributes",
    ['{"ecs.availability-zone": "us-east-1f"}', '{"a b": "1"}', json.dumps({f"a{n}": "" for n in range(11)})],
)
def test_an_agent_with_attributes_that_cannot_be_does_not_register(aws, attributes):
    aws.launch("lab", f"ECS_INSTANCE_ATTRIBUTES={attributes}")
    aws.pass_time()
    assert aws.instances() == []


def test_an_instance_that_gets_a_trunk_is_registering_first(aws):
    aws.ecs.put_account_setting_default(name="awsvpcTrunking", value="enabled")
    ec2_id = aws.launch(InstanceType="c5.large")
    for _ in range(200):
        aws.pass_time(1)
        if aws.instances():
            break
    [instance] = aws.instances()
    arn = instance["containerInstanceArn"]
    assert (instance["ec2InstanceId"], instance["status"]) == (ec2_id, "REGISTERING")
    [cluster] = aws.ecs.describe_clusters(clusters=["lab"])["clusters"]
    assert cluster["registeredContainerInstancesCount"] == 0
    change = aws.ecs.update_container_instances_state
    assert refused(change, cluster="lab", containerInstances=[arn], status="DRAINING") == (
        f"InvalidParameterException: Container instance {arn[-32:]} is REGISTERING and cannot be changed yet."
    )
    aws.pass_time(30)
    [instance] = aws.instances()
    assert (instance["status"], instance["agentConnected"]) == ("ACTIVE", True)
    named = aws.ecs.list_attributes(
        cluster="lab", targetType="container-instance", attributeName="ecs.awsvpc-trunk-id"
    )["attributes"]
    assert [each["targetId"] for each in named] == [arn]
    assert re.fullmatch(r"eni-[0-9a-f]{17}", named[0]["value"])
    assert change(cluster="lab", containerInstances=[arn], status="DRAINING")["failures"] == []


@pytest.mark.parametrize("terminated", [False, True])
def test_an_instance_with_a_trunk_is_deregistering_until_that_is_gone(aws, terminated):
    aws.ecs.put_account_setting_default(name="awsvpcTrunking", value="enabled")
    ec2_id = aws.launch(InstanceType="c5.large")
    aws.pass_time()
    [arn] = [each["containerInstanceArn"] for each in aws.instances()]
    if terminated:
        aws.ec2.terminate_instances(InstanceIds=[ec2_id])
        for _ in range(300):
            aws.pass_time(1)
            if aws.describe(arn)[0]["status"] != "ACTIVE":
                break
    else:
        gone = aws.ecs.deregister_container_instance(cluster="lab", containerInstance=arn)
        assert gone["containerInstance"]["status"] == "DEREGISTERING"
    [listed] = aws.instances(status="DEREGISTERING")
    assert (listed["containerInstanceArn"], listed["agentConnected"]) == (arn, False)
    [cluster] = aws.ecs.describe_clusters(clusters=["lab"])["clusters"]
    assert cluster["registeredContainerInstancesCount"] == 0
    change = {"cluster": "lab", "containerInstances": [arn], "status": "ACTIVE"}
    assert refused(aws.ecs.update_container_instances_state, **change) == (
        f"InvalidParameterException: Container instance {arn[-32:]} is DEREGISTERING and cannot be changed "
        "any more."
    )
    again = {"cluster": "lab", "containerInstance": arn}
    for call in (aws.ecs.deregister_container_instance, aws.ecs.update_container_agent):
        assert refused(call, **again) == (
            "InvalidParameterException: Referenced container instance is DEREGISTERING."
        )
    aws.pass_time(30)
    assert aws.instances() == []
    assert aws.describe(arn)[0]["status"] == "INACTIVE"


def test_in_an_older_journal_it_is_inactive_at_once(aws):
    current_account().behaviour = 7
    aws.ecs.put_account_setting_default(name="awsvpcTrunking", value="enabled")
    aws.launch(InstanceType="c5.large")
    aws.pass_time()
    [arn] = [each["containerInstanceArn"] for each in aws.instances()]
    gone = aws.ecs.deregister_container_instance(cluster="lab", containerInstance=arn)["containerInstance"]
    assert gone["status"] == "INACTIVE"
