"""External instances: activation, registration, tasks on them, what is refused, and a lost connection."""

import pytest
from external_rig import Outside
from instance_rig import BOOT, TRUST, accounts, refused

from ecslab.sandbox.endpoint import SandboxError

DAY = 86_400
TEAM = [{"Key": "team", "Value": "a"}]
NOWHERE = {"awsvpcConfiguration": {"subnets": ["subnet-0a1b"]}}

account, aws = accounts(Outside)


# Systems Manager


def test_an_activation_is_leave_for_so_many_machines(aws):
    tags = [{"Key": "team", "Value": "a"}]
    activation = aws.activation(
        DefaultInstanceName="shed", Description="the shed", RegistrationLimit=2, Tags=tags
    )
    nodes = [aws.install(activation), aws.install(activation)]
    with pytest.raises(SandboxError, match="has reached its limit of 2"):
        aws.install(activation)
    [described] = aws.ssm.describe_activations()["ActivationList"]
    assert (described["RegistrationsCount"], described["RegistrationLimit"], described["Expired"]) == (
        2,
        2,
        False,
    )
    assert (described["Description"], described["DefaultInstanceName"], described["Tags"]) == (
        "the shed",
        "shed",
        tags,
    )
    assert (described["ExpirationDate"] - described["CreatedDate"]).total_seconds() == DAY
    assert list(aws.nodes()) == nodes
    assert {(each["Name"], each["PingStatus"]) for each in aws.nodes().values()} == {("shed", "Online")}
    assert all(node.startswith("mi-") and len(node) == 20 for node in nodes)
    aws.ssm.delete_activation(ActivationId=activation["activation_id"])
    assert aws.ssm.describe_activations()["ActivationList"] == []
    assert list(aws.nodes()) == nodes
    with pytest.raises(SandboxError, match="there is no activation"):
        aws.install(activation)


def test_a_node_has_its_activations_tags_and_then_its_own(aws):
    team, owner = {"Key": "team", "Value": "a"}, {"Key": "owner", "Value": "b"}
    activation = aws.activation(Tags=[team], RegistrationLimit=2)
    node, other = aws.install(activation), aws.install(activation)
    of_node = {"ResourceType": "ManagedInstance", "ResourceId": node}

    def tags(id_):
        return aws.ssm.list_tags_for_resource(ResourceType="ManagedInstance", ResourceId=id_)["TagList"]

    aws.ssm.delete_activation(ActivationId=activation["activation_id"])
    assert tags(node) == tags(other) == [team]
    aws.ssm.add_tags_to_resource(**of_node, Tags=[owner, team | {"Value": "c"}])
    assert tags(node) == [team | {"Value": "c"}, owner] and tags(other) == [team]
    aws.ssm.remove_tags_from_resource(**of_node, TagKeys=["team", "nobody"])
    assert tags(node) == [owner]
    many = [{"Key": f"k{n}", "Value": ""} for n in range(50)]
    assert refused(aws.ssm.add_tags_to_resource, **of_node, Tags=many).startswith("TooManyTagsError")
    assert tags(node) == [owner]
    aws.ssm.deregister_managed_instance(InstanceId=node)
    assert refused(aws.ssm.list_tags_for_resource, **of_node) == "InvalidResourceId: Invalid Resource Id"


def test_an_activation_expires(aws):
    activation = aws.activation()
    aws.pass_time(DAY + 1)
    assert aws.ssm.describe_activations()["ActivationList"][0]["Expired"] is True
    with pytest.raises(SandboxError, match="has expired"):
        aws.install(activation)
    created = aws.ssm.describe_activations()["ActivationList"][0]["CreatedDate"].timestamp()
    later = aws.activation(ExpirationDate=created + 4 * DAY)
    aws.pass_time(2 * DAY)
    assert aws.install(later)


def test_what_is_no_activation(aws):
    aws.role("trusts-ec2", trust=TRUST)
    for role in ("trusts-ec2", "nobody"):
        assert refused(aws.activation, IamRole=role) == (
            "ValidationException: Nonexistent role or missing ssm service principal in trust policy: "
            f"arn:aws:iam::123456789012:role/{role}"
        )
    assert "ValidationException: Expiration date" in refused(aws.activation, ExpirationDate=1.0)
    assert aws.ssm.describe_activations()["ActivationList"] == []
    unknown = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
    assert refused(aws.ssm.delete_activation, ActivationId=unknown).startswith("InvalidActivation:")
    assert refused(aws.ssm.delete_activation, ActivationId="x" * 36).startswith("InvalidActivationId:")
    assert refused(aws.ssm.deregister_managed_instance, InstanceId="mi-" + "0" * 17).startswith(
        "InvalidInstanceId:"
    )
    with pytest.raises(SandboxError, match=r"there is no activation .* with this code"):
        aws.install({**aws.activation(), "activation_code": "guessed"})
    assert aws.nodes() == {}


def test_activations_and_nodes_are_filtered_and_come_in_pages(aws):
    aws.role("other")
    first, second = aws.activation(DefaultInstanceName="a"), aws.activation(IamRole="other")
    nodes = [aws.install(first), aws.install(second)]
    ids = [first["activation_id"], second["activation_id"]]

    def activations(**filters):
        return [each["ActivationId"] for each in aws.ssm.describe_activations(**filters)["ActivationList"]]

    for key, value, place in (
        ("ActivationIds", ids[1], 1),
        ("DefaultInstanceName", "a", 0),
        ("IamRole", "other", 1),
    ):
        assert activations(Filters=[{"FilterKey": key, "FilterValues": [value]}]) == [ids[place]]
    page = aws.ssm.describe_activations(MaxResults=1)
    assert [page["ActivationList"][0]["ActivationId"], *activations(NextToken=page["NextToken"])] == ids
    for key, value in (("InstanceIds", nodes[1]), ("ActivationIds", ids[1]), ("IamRole", "other")):
        assert list(aws.nodes(Filters=[{"Key": key, "Values": [value]}])) == nodes[1:]
    assert aws.nodes(Filters=[{"Key": "PingStatus", "Values": ["ConnectionLost"]}]) == {}
    assert refused(aws.ssm.describe_instance_information, Filters=[{"Key": "tag:team", "Values": ["a"]}]) == (
        "InvalidFilterKey: Invalid filter key: tag:team"
    )
    for _ in range(5):
        aws.install(aws.activation())
    page = aws.ssm.describe_instance_information(MaxResults=5)
    assert len(page["InstanceInformationList"]) == 5
    assert len(aws.nodes(NextToken=page["NextToken"])) == 2


# ECS


def test_a_machine_registers_with_what_it_has(aws):
    instance = aws.machine(vcpus=4, memory=8192, architecture="arm64")
    attributes = {each["name"]: each.get("value") for each in instance["attributes"]}
    assert "ecs.capability.external" in attributes
    assert attributes["ecs.cpu-architecture"] == "arm64"
    assert not {"ecs.vpc-id", "ecs.subnet-id", "ecs.availability-zone", "ecs.capability.task-eni"} & set(
        attributes
    )
    resources = {each["name"]: each["integerValue"] for each in instance["registeredResources"]}
    assert (resources["CPU"], resources["MEMORY"]) == (4096, 7946)
    assert (instance["status"], instance["agentConnected"]) == ("ACTIVE", True)


def test_who_may_not_register_does_not(aws):
    aws.role("powerless")
    aws.install(aws.activation(IamRole="powerless"))
    aws.install(cluster="lob")
    aws.pass_time(BOOT)
    assert aws.instances() == []
    aws.ecs.create_cluster(clusterName="lob")
    aws.pass_time(120)  # its agent tries again
    assert len(aws.instances("lob")) == 1


def test_a_task_runs_there_and_is_told_so(aws):
    aws.define(portMappings=[{"containerPort": 80}])
    instance = aws.machine()
    [task] = aws.start()["tasks"]
    aws.pass_time(120)
    described = aws.see(task)
    assert (described["lastStatus"], described["launchType"]) == ("RUNNING", "EXTERNAL")
    assert described["containerInstanceArn"] == instance["containerInstanceArn"]
    assert "availabilityZone" not in described and described["attachments"] == []
    assert described["containers"][0]["networkBindings"][0]["hostPort"] >= 32768
    statistics = aws.ecs.describe_clusters(clusters=["lab"], include=["STATISTICS"])["clusters"][0][
        "statistics"
    ]
    counts = {each["name"]: each["value"] for each in statistics if each["value"] != "0"}
    assert counts == {"runningExternalTasksCount": "1"}
    assert aws.ecs.list_tasks(cluster="lab", launchType="EXTERNAL")["taskArns"] == [task["taskArn"]]
    aws.ecs.stop_task(cluster="lab", task=task["taskArn"])
    aws.pass_time(120)
    assert aws.see(task)["lastStatus"] == "STOPPED"
    [instance] = aws.instances()
    assert instance["remainingResources"] == instance["registeredResources"]


@pytest.mark.parametrize(
    ("mode", "lines"),
    [
        ("bridge", ["no", "192.168.1.1"]),
        ("host", ["no", "192.168.1.1", "localhost"]),
        ("none", ["no"]),
    ],
)
def test_a_program_there_has_the_machines_network_and_its_agent_the_role(aws, mode, lines):
    ask = "wget -q -O - http://198.51.100.77/ || echo no; nslookup example.com; hostname; sleep 1000000"
    options = {"awslogs-group": "/ecs/out", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"}
    aws.client("logs").create_log_group(logGroupName="/ecs/out")
    logs = {"logDriver": "awslogs", "options": options}
    aws.define(mode=mode, command=["sh", "-c", ask], logConfiguration=logs)
    aws.machine()
    [task] = aws.start()["tasks"]
    aws.pass_time(200)
    assert aws.see(task)["lastStatus"] == "RUNNING"
    events = aws.client("logs").filter_log_events(logGroupName="/ecs/out")["events"]
    text = "\n".join(event["message"] for event in events)
    assert [line for line in lines if line not in text] == []


def test_each_launch_type_has_its_own_instances(aws):
    aws.define()
    nothing = "InvalidParameterException: No Container Instances were found in your cluster."
    assert refused(aws.start) == nothing
    aws.launch()
    aws.pass_time()
    assert refused(aws.start) == nothing
    [ec2] = aws.instances()
    machine = aws.machine()
    for launch_type, wanted in (("EC2", ec2), ("EXTERNAL", machine)):
        answer = aws.ecs.run_task(cluster="lab", taskDefinition="batch", launchType=launch_type, count=5)
        where = {task["containerInstanceArn"] for task in answer["tasks"]}
        assert (len(answer["tasks"]), where) == (5, {wanted["containerInstanceArn"]})
    answer = aws.ecs.start_task(
        cluster="lab", taskDefinition="batch",
        containerInstances=[machine["containerInstanceArn"], ec2["containerInstanceArn"]],
    )  # fmt: skip
    assert [task["launchType"] for task in answer["tasks"]] == ["EXTERNAL"]
    assert [each["reason"] for each in answer["failures"]] == ["ATTRIBUTE"]


def test_what_tasks_there_cannot_have(aws):
    aws.define()
    aws.define("own-interface", mode="awsvpc")
    machine = aws.machine()
    message = "InvalidParameterException: {}"
    assert refused(aws.start, family="own-interface", networkConfiguration=NOWHERE) == message.format(
        "Task definition does not support launch_type EXTERNAL."
    )
    assert refused(aws.start, networkConfiguration=NOWHERE) == message.format(
        "Network Configuration is not valid for the given networkMode of this task definition."
    )
    assert refused(aws.start, platformVersion="LATEST") == message.format(
        "The platform version must be null when specifying an EXTERNAL launch type."
    )
    providers = [{"capacityProvider": "FARGATE", "weight": 1}]
    assert refused(aws.start, capacityProviderStrategy=providers).startswith(
        message.format("Specifying both a launch type and capacity provider strategy is not supported.")
    )
    assert refused(
        aws.ecs.update_container_agent, cluster="lab", containerInstance=machine["containerInstanceArn"]
    ) == ("ClientException: The container agent of an external instance cannot be updated.")
    assert aws.ecs.list_tasks(cluster="lab")["taskArns"] == []


def create(aws, **members):
    usual = {"cluster": "lab", "serviceName": "web", "taskDefinition": "batch", "launchType": "EXTERNAL"}
    return aws.ecs.create_service(**{**usual, "desiredCount": 2, **members})["service"]


def see_service(aws):
    return aws.ecs.describe_services(cluster="lab", services=["web"])["services"][0]


def test_a_service_keeps_its_tasks_there(aws):
    aws.define()
    aws.launch()
    machine = aws.machine()
    assert create(aws)["launchType"] == "EXTERNAL"
    aws.pass_time(300)
    assert (see_service(aws)["runningCount"], see_service(aws)["launchType"]) == (2, "EXTERNAL")
    tasks = aws.ecs.list_tasks(cluster="lab", containerInstance=machine["containerInstanceArn"])["taskArns"]
    assert len(tasks) == 2
    aws.ecs.stop_task(cluster="lab", task=tasks[0])
    aws.pass_time(300)
    assert see_service(aws)["runningCount"] == 2


def test_a_daemon_has_a_task_on_each_machine_and_on_no_ec2_instance(aws):
    aws.define()
    aws.launch()
    activation = aws.activation(RegistrationLimit=2)
    aws.install(activation)
    aws.ecs.create_service(
        cluster="lab", serviceName="web", taskDefinition="batch", launchType="EXTERNAL",
        schedulingStrategy="DAEMON",
    )  # fmt: skip
    aws.pass_time(600)
    assert see_service(aws)["runningCount"] == 1
    aws.install(activation)
    aws.pass_time(600)
    assert see_service(aws)["runningCount"] == 2


def test_what_a_service_there_cannot_have(aws):
    aws.define()
    aws.define("own-interface", mode="awsvpc")
    for what, members in {
        "Load balancers are": {"loadBalancers": [{"targetGroupArn": "arn:aws:x", "containerPort": 80}]},
        "Service discovery is": {"serviceRegistries": [{"registryArn": "arn:aws:x"}]},
        "Service Connect is": {"serviceConnectConfiguration": {"enabled": True, "namespace": "n"}},
    }.items():
        assert refused(create, aws=aws, **members) == (
            f"InvalidParameterException: {what} not supported with EXTERNAL launch type."
        )
    assert refused(create, aws=aws, taskDefinition="own-interface", networkConfiguration=NOWHERE) == (
        "InvalidParameterException: Task definition does not support launch_type EXTERNAL."
    )
    assert aws.ecs.list_services(cluster="lab")["serviceArns"] == []


# its connection


def test_while_the_connection_is_lost_tasks_run_on_and_none_is_placed(aws):
    aws.define()
    machine = aws.machine()
    [task] = aws.start()["tasks"]
    aws.pass_time(120)
    node = machine["ec2InstanceId"]
    aws.inject("external-connection", instance=node, up=False)
    aws.pass_time(600)
    [instance] = aws.instances()
    assert (instance["agentConnected"], aws.nodes()[node]["PingStatus"]) == (False, "ConnectionLost")
    assert aws.see(task)["lastStatus"] == "RUNNING"
    [failure] = aws.start()["failures"]
    assert failure["reason"] == "AGENT"
    aws.ecs.stop_task(cluster="lab", task=task["taskArn"])
    aws.pass_time(600)
    assert (aws.see(task)["lastStatus"], aws.see(task)["desiredStatus"]) == ("RUNNING", "STOPPED")
    aws.inject("external-connection", instance=node, up=True)
    aws.pass_time(600)
    [instance] = aws.instances()
    assert (instance["agentConnected"], aws.nodes()[node]["PingStatus"]) == (True, "Online")
    assert aws.see(task)["lastStatus"] == "STOPPED"
    assert aws.start()["failures"] == []


def test_a_machine_that_systems_manager_forgot_falls_silent(aws):
    machine = aws.machine()
    aws.ssm.deregister_managed_instance(InstanceId=machine["ec2InstanceId"])
    aws.pass_time(600)
    [instance] = aws.instances()
    assert (instance["agentConnected"], aws.nodes()) == (False, {})
    with pytest.raises(SandboxError, match=r"the machine of container instance .* does not run"):
        aws.inject("agent", instance=machine["ec2InstanceId"], connected=True)
    with pytest.raises(SandboxError, match="there is no machine"):
        aws.inject("external-connection", instance=machine["ec2InstanceId"], up=True)
    aws.ecs.deregister_container_instance(cluster="lab", containerInstance=instance["containerInstanceArn"])
    assert aws.instances() == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"vcpus": 0}, "vcpus must be from 1 to 192, got 0"),
        ({"memory": "much"}, "memory must be from 1 to 1000000, got 'much'"),
        ({"architecture": "vax"}, "architecture must be x86_64 or arm64, got 'vax'"),
    ],
)
def test_what_is_no_machine(aws, values, sentence):
    with pytest.raises(SandboxError, match=sentence):
        aws.install(**values)
    assert aws.nodes() == {}


def test_machines_come_back_as_they_were(on_disk):
    aws = on_disk(Outside).prepared()
    aws.define()
    aws.machine()
    [task] = aws.start()["tasks"]
    aws.install(cluster="later")
    aws.inject("external-connection", instance=aws.install(), up=False)
    of_node = {"ResourceType": "ManagedInstance", "ResourceId": aws.install(aws.activation(Tags=TEAM))}
    aws.ssm.add_tags_to_resource(**of_node, Tags=[{"Key": "owner", "Value": "b"}])
    aws.pass_time(120)

    def described(aws):
        tags = aws.ssm.list_tags_for_resource(**of_node)["TagList"]
        described_there = {
            "tags": tags,
            "nodes": aws.nodes(),
            "task": aws.see(task),
            "instances": aws.instances(),
        }
        return described_there | {"activations": aws.ssm.describe_activations()["ActivationList"]}

    before = described(aws)
    again = on_disk(Outside)
    assert described(again) == before
    again.ecs.create_cluster(clusterName="later")
    again.pass_time(120)
    assert len(again.instances("later")) == 1
