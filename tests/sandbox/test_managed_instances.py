"""ECS Managed Instances: instances come for tasks that wait, take several, and go when they are idle."""

import random
import shutil
from functools import partial

import pytest
from botocore import xform_name
from instance_rig import BOOT, HTTPD, accounts, refused
from managed_rig import DAY, IDLE, LAUNCHES, PROFILE, REGISTERS, ROLE, UP, Managed

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.engine import snapshots
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.snapshot import folder as snapshot_folder
from ecslab.sandbox.world.behaviour import LATEST

STAYING = ("ACTIVE", "DRAINING")
"""Statuses of instances that are not on their way out."""
ANY = {"vCpuCount": {"min": 1}, "memoryMiB": {"min": 1}}

account, aws = accounts(Managed)


def test_instances_come_for_tasks_take_several_and_go(aws):
    aws.provider()
    arns = aws.run(2)
    [task, _] = aws.tasks(arns)
    assert (task["lastStatus"], task["launchType"], task["capacityProviderName"]) == (
        "PROVISIONING", "MANAGED_INSTANCES", "machines",
    )  # fmt: skip
    assert "containerInstanceArn" not in task and aws.instances() == []
    aws.pass_time(UP)
    assert {each["lastStatus"] for each in aws.tasks(arns)} == {"RUNNING"}
    [instance] = aws.instances()
    assert (instance["capacityProviderName"], instance["runningTasksCount"]) == ("machines", 2)
    assert aws.types() == ["c7a.medium"]  # the cheapest for two interfaces of their own, on x86_64
    counts = aws.ecs.describe_clusters(clusters=["lab"], include=["STATISTICS"])["clusters"][0]["statistics"]
    assert {"name": "runningManagedInstancesTasksCount", "value": "2"} in counts
    assert {"name": "runningEC2TasksCount", "value": "0"} in counts
    aws.stop(*arns)
    aws.pass_time(IDLE)
    assert (aws.instances(), aws.hosts()) == ([], [])


@pytest.mark.parametrize(("wrote", "chosen"), [(LATEST, "t3.micro"), (8, "t3.large")])
def test_burstable_types_are_chosen_by_their_own_price(aws, wrote, chosen):
    """A journal of before took a micro for as dear as a large, and of equals the larger."""
    burstable = {**ANY, "allowedInstanceTypes": ["t3.*"]}
    aws.provider(requirements=burstable, name="burstable")
    current_account().behaviour = wrote
    arns = aws.run(1, name="burstable")
    aws.pass_time(UP)
    current_account().behaviour = LATEST
    assert aws.types() == [chosen]
    aws.stop(*arns)
    aws.pass_time(IDLE)


def test_a_provider_is_made_described_changed_and_deleted(aws):
    tags = [{"key": "team", "value": "a"}]
    made = aws.provider(ready=False, tags=tags, propagateTags="CAPACITY_PROVIDER")
    arn = made["capacityProviderArn"]
    assert (made["type"], made["cluster"], made["status"], made["updateStatus"], made["tags"]) == (
        "MANAGED_INSTANCES", "lab", "PROVISIONING", "CREATE_IN_PROGRESS", tags,
    )  # fmt: skip
    strategy = [{"capacityProvider": "machines", "weight": 1}]
    call = {"cluster": "lab", "taskDefinition": "web", "networkConfiguration": aws.network()}
    assert refused(aws.ecs.run_task, capacityProviderStrategy=strategy, **call) == (
        "InvalidParameterException: The specified capacity provider 'machines' is not in an ACTIVE state. "
        "Specify a valid capacity provider and try again."
    )
    aws.pass_time(20)
    assert aws.described()["status"] == "ACTIVE" and "updateStatus" in aws.described()
    assert aws.ecs.describe_clusters(clusters=["lab"])["clusters"][0]["capacityProviders"] == ["machines"]
    aws.ecs.create_cluster(clusterName="other")
    listed = aws.ecs.describe_capacity_providers(cluster="other")["capacityProviders"]
    assert listed == []
    listed = aws.ecs.describe_capacity_providers(cluster="lab")["capacityProviders"]
    assert [each["name"] for each in listed] == ["machines"]
    aws.ecs.tag_resource(resourceArn=arn, tags=[{"key": "stage", "value": "b"}])
    aws.run(1)
    aws.pass_time(UP)
    [host] = aws.hosts()
    assert {"Key": "stage", "Value": "b"} in host["Tags"] and {"Key": "team", "Value": "a"} in host["Tags"]
    larger = {"vCpuCount": {"min": 4}, "memoryMiB": {"min": 1}}
    answer = aws.update(template={"instanceRequirements": larger}, propagateTags="NONE")
    assert answer["updateStatus"] == "UPDATE_COMPLETE"
    aws.run(2)  # one is on the instance that is there
    aws.pass_time(UP)
    assert aws.types() == ["c6a.xlarge", "c7a.medium"]
    assert sum("team" in {tag["Key"] for tag in each["Tags"]} for each in aws.hosts()) == 1
    assert refused(aws.ecs.delete_capacity_provider, capacityProvider="machines").startswith(
        "ClientException: The specified capacity provider is in use and cannot be deleted."
    )
    in_cluster = refused(aws.ecs.delete_cluster, cluster="lab")
    assert in_cluster.startswith("ClusterContainsContainerInstancesException")
    aws.stop(*(task["taskArn"] for task in aws.tasks()))
    aws.pass_time(IDLE)
    assert (aws.instances(), refused(aws.ecs.delete_cluster, cluster="lab")) == (
        [],
        "ClusterContainsCapacityProviderException: "
        "The Cluster cannot be deleted while Capacity Providers are associated with it.",
    )
    aws.stop(*aws.run(1))
    [arn] = aws.run(1)
    aws.pass_time(UP)
    aws.stop(arn)
    aws.pass_time(60)
    gone = aws.ecs.delete_capacity_provider(capacityProvider="machines", cluster="lab")["capacityProvider"]
    assert (gone["status"], gone["updateStatus"]) == ("DEPROVISIONING", "DELETE_IN_PROGRESS")
    assert {each["status"] for each in aws.instances()} == {"DEREGISTERING"}
    aws.pass_time(120)
    assert (aws.described()["status"], aws.described()["updateStatus"]) == ("INACTIVE", "DELETE_COMPLETE")
    assert (aws.instances(), aws.hosts()) == ([], [])
    assert aws.ecs.describe_clusters(clusters=["lab"])["clusters"][0]["capacityProviders"] == []
    aws.ecs.delete_cluster(cluster="lab")


def test_services_are_spread_over_zones_and_packed_within_one(aws):
    """Spread comes before packing; with one subnet tasks share instances (developer guide)."""
    aws.provider(0, 1, 2)
    aws.serve(3, places=(0, 1, 2))
    aws.pass_time(UP)
    assert {(each["runningTasksCount"], each["status"]) for each in aws.instances()} == {(1, "ACTIVE")}
    assert len({aws.attribute(each, "ecs.availability-zone") for each in aws.instances()}) == 3
    aws.serve(2, name="one-zone")
    aws.pass_time(UP)
    [shared] = [each for each in aws.instances() if each["runningTasksCount"] == 2]
    assert aws.attribute(shared, "ecs.subnet-id") == aws.subnets[0]


def test_trunk_interfaces_let_more_tasks_share_an_instance(aws):
    """Without the account setting awsvpcTrunking, and the instance does not wait for its trunk."""
    aws.provider()
    aws.run(4)
    aws.pass_time(UP)
    [instance] = aws.instances()
    assert (instance["runningTasksCount"], instance["status"], aws.types()) == (4, "ACTIVE", ["c6a.large"])


def test_a_journal_of_before_has_no_trunk_interfaces(aws):
    current_account().behaviour = 8
    aws.provider()
    aws.run(4)
    aws.pass_time(UP)
    assert [each["runningTasksCount"] for each in aws.instances()] == [2, 2]
    current_account().behaviour = LATEST


def test_scale_in_after_says_how_long_an_instance_waits(aws):
    aws.provider(infrastructureOptimization={"scaleInAfter": 3600})
    [arn] = aws.run(1)
    aws.pass_time(UP)
    aws.stop(arn)
    aws.pass_time(3000)
    assert len(aws.instances()) == 1
    aws.update(infrastructureOptimization={"scaleInAfter": -1})
    aws.pass_time(DAY)
    assert len(aws.instances()) == 1
    aws.update(infrastructureOptimization={"scaleInAfter": 0})
    aws.pass_time(1)
    assert [each["status"] for each in aws.instances()] == ["DEREGISTERING"]
    aws.pass_time(90)
    assert (aws.instances(), aws.hosts()) == ([], [])


def test_an_instance_that_has_tasks_again_stays(aws):
    aws.provider(infrastructureOptimization={"scaleInAfter": 300})
    [arn] = aws.run(1)
    aws.pass_time(UP)
    aws.stop(arn)
    aws.pass_time(120)
    aws.run(1)
    aws.pass_time(600)
    [instance] = aws.instances()
    assert (instance["status"], instance["runningTasksCount"]) == ("ACTIVE", 1)


def test_what_is_there_and_on_its_way_comes_back(tmp_path, monkeypatch):
    """With an instance that is idle, one with tasks, and one on its way; by a snapshot, and by a replay."""
    monkeypatch.setattr(snapshots, "AT_STOP", 0)
    home, replayed = tmp_path / "home", tmp_path / "replayed"
    sandbox = Sandbox(home, mode="stepped", seed=7)
    aws = Managed(in_process.endpoint_of(sandbox)).prepared()
    aws.provider(0, 1, infrastructureOptimization={"scaleInAfter": 3600})
    aws.serve(1)
    [arn] = aws.run(1, places=(1,))
    aws.pass_time(UP)
    aws.stop(arn)
    aws.pass_time(60)
    aws.run(8)
    aws.pass_time(30)

    def seen(account):
        return account.tasks(), account.instances(), account.described(), account.hosts()

    before = seen(aws)
    assert {task["lastStatus"] for task in before[0]} >= {"PROVISIONING", "RUNNING"}
    sandbox.close()
    shutil.copytree(home, replayed)
    cached = [path for name in snapshot_folder.NAMES for path in replayed.rglob(name)]
    assert cached, "there is a snapshot to do without"
    for path in cached:
        path.unlink()
    after = []
    for folder in (home, replayed):
        sandbox = Sandbox(folder, mode="stepped", seed=7)
        again = Managed(in_process.endpoint_of(sandbox))
        assert seen(again) == before
        again.pass_time(UP)
        assert {task["lastStatus"] for task in again.tasks()} == {"RUNNING"}
        again.pass_time(3600)
        assert {each["runningTasksCount"] for each in again.instances()} == {2, 7}
        after.append(seen(again))
        sandbox.close()
    assert after[0] == after[1]


REFUSED = {
    # what is wrong with a CreateCapacityProvider: (what is given, how the refusal begins)
    "no cluster": ({"cluster": None}, "ClientException: The cluster must be specified"),
    "a cluster that is not there": ({"cluster": "nowhere"}, "ClusterNotFoundException: Cluster not found."),
    "a name of AWS's": ({"name": "ecs-own"}, "ClientException: The specified capacity provider name is"),
    "a role that is not there": (
        {"infrastructureRoleArn": f"{ROLE}s"},
        f"ClientException: ECS was unable to assume the role '{ROLE}s' that was provided for this capacity "
        "provider.",
    ),
    "no profile": (
        {"template": {"ec2InstanceProfileArn": ROLE}},
        "ClientException: The specified EC2 instance profile ARN is not valid.",
    ),
    "a subnet that is not there": (
        {"template": {"networkConfiguration": {"subnets": ["subnet-0"]}}},
        "InvalidParameterException: Error retrieving subnet information for [subnet-0]: The subnet ID "
        "'subnet-0' does not exist (ErrorCode: InvalidSubnetID.NotFound)",
    ),
    "a group that is not there": (
        {"template": {"networkConfiguration": {"subnets": [0], "securityGroups": ["sg-0"]}}},
        "InvalidParameterException: Error retrieving security group information for [sg-0]: The security "
        "group 'sg-0' does not exist (ErrorCode: InvalidGroup.NotFound)",
    ),
    "a type that does not exist": (
        {"requirements": ANY | {"allowedInstanceTypes": ["m5.tiny"]}},
        "ClientException: No instance type meets the specified instance requirements.",
    ),
    "more at least than at most": (
        {"requirements": {"vCpuCount": {"min": 4, "max": 2}, "memoryMiB": {"min": 1}}},
        "ClientException: The instance requirement vCpuCount is invalid: min must not be greater than max.",
    ),
    "too long a delay": (
        {"infrastructureOptimization": {"scaleInAfter": 3601}},
        "ClientException: The scaleInAfter value is invalid.",
    ),
    "tags to nobody": (
        {"propagateTags": "ALL"},
        "InvalidParameterException: propagateTags should be one of [CAPACITY_PROVIDER,NONE]",
    ),
    "Spot": (
        {"template": {"capacityOptionType": "SPOT"}},
        "UnsupportedFeatureException: This sandbox does not carry Spot and reserved capacity",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_a_provider_cannot_be_is_refused_and_leaves_nothing(aws, what):
    given, sentence = REFUSED[what]
    given = {**given}
    named = {"name": "machines", "cluster": "lab"} | {
        member: given.pop(member) for member in ("name", "cluster") if member in given
    }
    settings = aws.settings(**given)
    network = settings["instanceLaunchTemplate"]["networkConfiguration"]
    network["subnets"] = [aws.subnets[each] if each == 0 else each for each in network["subnets"]]
    before = aws.ecs.describe_clusters(clusters=["lab"])["clusters"]
    call = {member: value for member, value in named.items() if value}
    answer = refused(aws.ecs.create_capacity_provider, **call, managedInstancesProvider=settings)
    assert answer.startswith(sentence)
    assert aws.ecs.describe_clusters(clusters=["lab"])["clusters"] == before
    known = aws.ecs.describe_capacity_providers(capacityProviders=[named["name"]])
    assert known["capacityProviders"] == []


def test_what_nobody_permits_stops_the_tasks_that_wait(aws):
    """The infrastructure role launches, and passes the instance's role, whose name AWS's policy restricts."""
    aws.provider()
    aws.iam.detach_role_policy(RoleName="ecsInfrastructureRole", PolicyArn=LAUNCHES)
    [arn] = aws.run(1)
    aws.pass_time(60)
    [task] = aws.tasks([arn])
    session = "arn:aws:sts::123456789012:assumed-role/ecsInfrastructureRole/ECSManagedInstancesForCompute"
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert task["stoppedReason"] == (
        "ResourceInitializationError: Unable to launch instance(s) for capacity provider machines. "
        f"UnauthorizedOperation: You are not authorized to perform this operation. User: {session} is not "
        "authorized to perform: ec2:CreateFleet on resource: arn:aws:ec2:us-east-1:123456789012:fleet/* "
        "because no identity-based policy allows the ec2:CreateFleet action"
    )
    assert aws.hosts() == []
    aws.iam.attach_role_policy(RoleName="ecsInfrastructureRole", PolicyArn=LAUNCHES)
    aws.profile("webRole", REGISTERS)
    aws.update(template={"ec2InstanceProfileArn": PROFILE.replace("ecsInstanceRoleManaged", "webRole")})
    [arn] = aws.run(1)
    aws.pass_time(60)
    why = aws.tasks([arn])[0]["stoppedReason"]
    assert "perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/webRole because" in why
    aws.update(template={"ec2InstanceProfileArn": PROFILE})
    aws.iam.detach_role_policy(RoleName="ecsInstanceRoleManaged", PolicyArn=REGISTERS)
    [arn] = aws.run(1)
    aws.pass_time(UP)
    assert (len(aws.hosts()), aws.instances(), aws.tasks([arn])[0]["lastStatus"]) == (1, [], "PROVISIONING")
    aws.pass_time(900)
    assert "did not register with the cluster within 15 minutes" in aws.tasks([arn])[0]["stoppedReason"]
    assert aws.hosts() == []


def test_only_the_provider_s_own_tasks_are_on_its_instances(aws):
    """Neither the launch type EC2 nor a daemon, nor another family of providers in one strategy."""
    aws.provider(infrastructureOptimization={"scaleInAfter": -1})
    [arn] = aws.run(1)
    aws.pass_time(UP)
    aws.stop(arn)
    call = {"cluster": "lab", "taskDefinition": "web", "networkConfiguration": aws.network()}
    assert refused(aws.ecs.run_task, launchType="EC2", **call) == (
        "InvalidParameterException: No Container Instances were found in your cluster."
    )
    for operation in (aws.ecs.run_task, partial(aws.ecs.create_service, serviceName="a", desiredCount=1)):
        assert refused(operation, launchType="MANAGED_INSTANCES", **call).startswith(
            "InvalidParameterException: The launch type MANAGED_INSTANCES cannot be specified."
        )
    aws.ecs.create_service(**call, serviceName="daemon", schedulingStrategy="DAEMON")
    aws.pass_time(120)
    assert aws.instances()[0]["runningTasksCount"] == 0
    aws.ecs.put_cluster_capacity_providers(
        cluster="lab", capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=[]
    )
    assert aws.ecs.describe_clusters(clusters=["lab"])["clusters"][0]["capacityProviders"] == [
        "FARGATE", "machines",
    ]  # fmt: skip
    again = {"capacityProviders": ["machines"], "defaultCapacityProviderStrategy": []}
    answer = refused(aws.ecs.put_cluster_capacity_providers, cluster="lab", **again)
    assert answer.startswith("InvalidParameterException: Cannot associate Managed Instances capacity")
    mixed = [{"capacityProvider": "machines", "weight": 1}, {"capacityProvider": "FARGATE", "weight": 1}]
    assert "cannot contain a mix of capacity providers using Managed Instances" in refused(
        aws.ecs.run_task, capacityProviderStrategy=mixed, **call
    )
    aws.ecs.create_cluster(clusterName="other")
    elsewhere = call | {"cluster": "other", "capacityProviderStrategy": mixed[:1]}
    assert "not associated with the cluster" in refused(aws.ecs.run_task, **elsewhere)
    assert refused(aws.ecs.delete_capacity_provider, capacityProvider="machines", cluster="other") == (
        "ClientException: The specified capacity provider is not associated with the specified cluster."
    )
    strategies = {"placementStrategy": [{"type": "random"}], "capacityProviderStrategy": mixed[:1]}
    assert refused(aws.ecs.run_task, **call, **strategies).startswith(
        "InvalidParameterException: Placement strategies are not supported with MANAGED_INSTANCES launch"
    )


def test_a_task_larger_than_any_instance_stops_and_the_others_run(aws):
    aws.provider(requirements=ANY | {"allowedInstanceTypes": ["c6a.large"]})
    aws.define("huge", cpu=4096, memory=8192)
    [huge], [small] = aws.run(1, "huge"), aws.run(1)
    aws.pass_time(UP)
    huge, small = aws.tasks([huge, small])
    assert (small["lastStatus"], huge["stopCode"], huge["stoppedReason"]) == (
        "RUNNING", "TaskFailedToStart",
        "ResourceInitializationError: Unable to launch instance(s) for capacity provider machines. "
        "InvalidInstanceRequirements: No instance type meets the instance requirements and the task's needs.",
    )  # fmt: skip
    assert len(aws.hosts()) == 1


def test_a_patch_starts_other_tasks_first(aws):
    """The instance drains, and ends when nothing is left there; the service never has less than it wants."""
    aws.provider()
    aws.serve(2, deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 200})
    aws.pass_time(UP)
    [old] = aws.instances()
    drained = aws.endpoint.control("inject", kind="patch")["instances"]
    assert drained == [old["ec2InstanceId"]]
    assert aws.endpoint.control("inject", kind="patch")["instances"] == []
    assert [each["status"] for each in aws.instances()] == ["DRAINING"]
    running = []
    for _ in range(60):
        aws.pass_time(10)
        running.append(sum(task["lastStatus"] == "RUNNING" for task in aws.tasks()))
    assert min(running) == 2 and max(running) > 2
    [new] = aws.instances()
    assert new["containerInstanceArn"] != old["containerInstanceArn"]
    assert [host["InstanceId"] for host in aws.hosts()] == [new["ec2InstanceId"]]


def test_an_instance_drains_after_14_days_and_ends_by_day_21(aws):
    aws.provider()
    aws.serve(1)
    [alone] = aws.run(1)  # nobody starts it anew
    aws.pass_time(UP)
    before = {host["InstanceId"] for host in aws.hosts()}
    aws.pass_time(7 * DAY)
    aws.pass_time(7 * DAY - UP - 120)
    assert {host["InstanceId"] for host in aws.hosts()} == before
    aws.pass_time(IDLE)
    statuses = sorted(each["status"] for each in aws.instances())
    assert statuses == ["ACTIVE", "DRAINING"]
    assert {task["lastStatus"] for task in aws.tasks()} == {"RUNNING"}
    aws.pass_time(7 * DAY)
    [task] = aws.tasks([alone])
    assert (task["lastStatus"], task["stoppedReason"]) == (
        "STOPPED", "Container instance deregistration forced by user",
    )  # fmt: skip
    assert [each["status"] for each in aws.instances()] == ["ACTIVE"]
    assert not before & {host["InstanceId"] for host in aws.hosts()}


def test_whose_instance_it_is(aws):
    """EC2 shows who manages it, and lets nobody else stop or end it; deregistered, it is ended."""
    aws.provider()
    [arn] = aws.run(1)
    aws.pass_time(UP)
    [host] = aws.hosts()
    assert (host["Operator"]["Managed"], host["Operator"]["Principal"]) == (True, "ecs.amazonaws.com")
    assert "KeyName" not in host
    for operation in ("TerminateInstances", "StopInstances", "StartInstances"):
        call = getattr(aws.ec2, xform_name(operation))
        assert refused(call, InstanceIds=[host["InstanceId"]]) == (
            "UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:iam::"
            f"123456789012:root is not authorized to perform: ec2:{operation} on resource: "
            f"arn:aws:ec2:us-east-1:123456789012:instance/{host['InstanceId']} with an explicit deny in "
            "a resource-based policy"
        )
    assert [each["State"]["Name"] for each in aws.hosts()] == ["running"]
    [instance] = aws.instances()
    call = {"cluster": "lab", "containerInstance": instance["containerInstanceArn"]}
    assert refused(aws.ecs.deregister_container_instance, **call) == (
        "InvalidParameterException: Found running tasks on the instance."
    )
    aws.ecs.deregister_container_instance(**call, force=True)
    assert aws.hosts() == []
    aws.pass_time(60)
    assert aws.tasks([arn])[0]["stoppedReason"] == "Container instance deregistration forced by user"
    with pytest.raises(Exception, match="no managed instance nobody is registered here"):
        aws.endpoint.control("inject", kind="patch", instance="nobody")


def test_a_definition_for_managed_instances(aws):
    """The network mode is awsvpc unless it says host; with host the tasks share the instance's ports."""
    container = {"name": "web", "image": "httpd", "memory": 128}
    call = {
        "family": "own", "containerDefinitions": [container],
        "requiresCompatibilities": ["MANAGED_INSTANCES"],
    }  # fmt: skip
    assert aws.ecs.register_task_definition(**call)["taskDefinition"]["networkMode"] == "awsvpc"
    either = call | {"requiresCompatibilities": ["EC2"], "networkMode": "host"}
    made = aws.ecs.register_task_definition(**either)["taskDefinition"]
    assert made["compatibilities"] == ["EXTERNAL", "EC2", "MANAGED_INSTANCES"]
    wrong = {
        "Managed Instances only support network modes ‘awsvpc’ and ‘host’.": {"networkMode": "bridge"},
        "Managed Instances do not support Windows containers.": {
            "networkMode": "awsvpc", "runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
        },
        "syslog is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens,json-file]": {
            "containerDefinitions": [container | {"logConfiguration": {"logDriver": "syslog"}}],
        },
    }  # fmt: skip
    for sentence, change in wrong.items():
        assert refused(aws.ecs.register_task_definition, **call | change) == f"ClientException: {sentence}"
    aws.provider()
    ports = [{"containerPort": 80}]
    web = {"name": "web", "image": HTTPD, "portMappings": ports}
    aws.ecs.register_task_definition(**call | {
        "networkMode": "host", "containerDefinitions": [web], "cpu": "256", "memory": "512",
    })  # fmt: skip
    arns = [*aws.run(2, "own", places=()), *aws.run(2, "web")]
    aws.pass_time(UP)
    assert {task["lastStatus"] for task in aws.tasks(arns)} == {"RUNNING"}
    hosts = [task["containerInstanceArn"] for task in aws.tasks(arns[:2])]
    assert len(set(hosts)) == 2  # port 80 of an instance is there once


def test_what_ecs_alone_does_with_its_instances(aws):
    """No task is started there by name, no agent is updated, and Service Connect is not on them."""
    aws.provider()
    aws.run(1)
    aws.launch()
    aws.pass_time(BOOT)
    [arn] = [each["containerInstanceArn"] for each in aws.instances() if "capacityProviderName" in each]
    started = aws.ecs.start_task(
        cluster="lab", taskDefinition="web", containerInstances=[arn], networkConfiguration=aws.network()
    )
    assert (started["tasks"], started["failures"]) == ([], [{"arn": arn, "reason": "ATTRIBUTE"}])
    assert refused(aws.ecs.update_container_agent, cluster="lab", containerInstance=arn) == (
        "ClientException: The container agent of a managed instance cannot be updated."
    )
    strategy = [{"capacityProvider": "machines", "weight": 1}]
    aws.ecs.put_cluster_capacity_providers(
        cluster="lab", capacityProviders=[], defaultCapacityProviderStrategy=strategy
    )
    service = {
        "cluster": "lab", "serviceName": "web", "desiredCount": 1, "taskDefinition": "web",
        "networkConfiguration": aws.network(),
    }  # fmt: skip
    for change, sentence in (
        ({"serviceConnectConfiguration": {"enabled": True}}, "Service Connect is"),
        ({"placementStrategy": [{"type": "random"}]}, "Placement strategies are"),
    ):
        assert refused(aws.ecs.create_service, **service, **change) == (
            f"InvalidParameterException: {sentence} not supported with MANAGED_INSTANCES launch type."
        )
    made = aws.ecs.create_service(**service)["service"]
    assert (made["capacityProviderStrategy"], "launchType" in made) == ([strategy[0] | {"base": 0}], False)


@pytest.mark.parametrize("seed", range(2))
def test_any_history_leaves_no_instance_over_its_resources_and_none_at_the_end(aws, seed):
    """Tasks come and go, instances are patched and deregistered: what is set aside is what tasks hold."""
    draw = random.Random(seed)
    aws.provider(0, 1, 2, infrastructureOptimization={"scaleInAfter": 120})
    sizes = {"web": (256, 512), "small": (128, 256), "large": (2048, 4096)}
    for family in ("small", "large"):
        aws.define(family, *sizes[family])
    aws.serve(3, places=(0, 1, 2))
    for _ in range(20):
        tasks = [task["taskArn"] for task in aws.tasks() if task["group"] != "service:web"]
        step = draw.choice(("run", "run", "stop", "patch", "time", "time", "out"))
        if step == "run":
            aws.run(draw.randrange(1, 5), draw.choice(list(sizes)), places=(draw.randrange(3),))
        elif step == "stop" and tasks:
            aws.stop(*draw.sample(tasks, draw.randrange(1, len(tasks) + 1)))
        elif step == "patch":
            aws.endpoint.control("inject", kind="patch")
        elif step == "out" and (there := [each for each in aws.instances() if each["status"] in STAYING]):
            victim = draw.choice(there)["containerInstanceArn"]
            aws.ecs.deregister_container_instance(cluster="lab", containerInstance=victim, force=True)
        aws.pass_time(draw.choice((5, 30, 90, 200)))
        instances, placed = aws.instances(), tasks_up(aws)
        for instance in instances:
            check_instance(instance, placed)
        hosts = {host["InstanceId"] for host in aws.hosts()}
        assert {each["ec2InstanceId"] for each in instances} <= hosts
    aws.ecs.update_service(cluster="lab", service="web", desiredCount=0)
    aws.stop(*(task["taskArn"] for task in aws.tasks() if task["group"] != "service:web"))
    aws.pass_time(1200)
    assert (aws.tasks(), aws.instances(), aws.hosts()) == ([], [], [])


def tasks_up(aws):
    """The tasks that have not STOPPED, those too that are about to."""
    listed = (aws.ecs.list_tasks(cluster="lab", desiredStatus=each) for each in ("RUNNING", "STOPPED"))
    arns = [arn for answer in listed for arn in answer["taskArns"]]
    described = (aws.tasks(arns[at : at + 100]) for at in range(0, len(arns), 100))
    return [task for tasks in described for task in tasks if task["lastStatus"] != "STOPPED"]


def check_instance(instance, tasks):
    """What remains of an instance is what it has without what its tasks hold, and never less than nothing."""
    left, whole = (
        {each["name"]: each["integerValue"] for each in instance[member]}
        for member in ("remainingResources", "registeredResources")
    )
    arn = instance["containerInstanceArn"]
    on_it = [task for task in tasks if task.get("containerInstanceArn") == arn]
    assert left["CPU"] == whole["CPU"] - sum(int(task["cpu"]) for task in on_it) >= 0
    assert left["MEMORY"] == whole["MEMORY"] - sum(int(task["memory"]) for task in on_it) >= 0
    assert {task["capacityProviderName"] for task in on_it} <= {"machines"}


def test_a_provider_is_of_one_kind(aws):
    """U: the sentences."""
    settings, group = aws.settings(), {"autoScalingGroupArn": "web"}
    create, update = aws.ecs.create_capacity_provider, aws.ecs.update_capacity_provider
    both = {"managedInstancesProvider": settings, "autoScalingGroupProvider": group}
    assert refused(create, name="two", cluster="lab", **both) == (
        "ClientException: Specify either an Auto Scaling group provider or a managed instances provider, and "
        "try again."
    )
    assert refused(create, name="none", cluster="lab") == (
        "ClientException: The specified capacity provider must have an Auto Scaling group or a managed "
        "instances provider."
    )
    assert refused(create, name="group", cluster="lab", autoScalingGroupProvider=group) == (
        "ClientException: The specified cluster is only valid for capacity providers with managed instances."
    )
    aws.provider()
    assert refused(update, name="machines", autoScalingGroupProvider={"managedDraining": "ENABLED"}) == (
        "ClientException: The kind of a capacity provider cannot be changed."
    )
    again = refused(create, name="machines", cluster="lab", managedInstancesProvider=settings)
    assert again.startswith("ClientException: The specified capacity provider already exists.")
    listed = aws.ecs.describe_capacity_providers(cluster="lab")["capacityProviders"]
    assert [each["name"] for each in listed] == ["machines"]
