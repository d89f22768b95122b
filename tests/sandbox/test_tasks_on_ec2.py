"""Tasks on container instances: where they go, what they take there, how they are reached, how they end."""

from collections import Counter

import pytest
from instance_rig import OnEc2, accounts, refused

account, aws = accounts(OnEc2)


def test_a_task_on_bridge_gets_a_port_of_its_instance(aws):
    aws.launch()
    aws.pass_time()
    aws.define()
    answer = aws.run()
    assert answer["failures"] == []
    [task] = answer["tasks"]
    assert (task["lastStatus"], task["launchType"], task["attachments"]) == ("PENDING", "EC2", [])
    assert "platformVersion" not in task
    assert task["containerInstanceArn"] == aws.instances()[0]["containerInstanceArn"]
    assert aws.instances()[0]["pendingTasksCount"] == 1
    aws.pass_time(60)
    task = aws.task(task["taskArn"])
    assert task["lastStatus"] == "RUNNING"
    [binding] = task["containers"][0]["networkBindings"]
    assert binding == {"bindIP": "0.0.0.0", "containerPort": 80, "hostPort": 32768, "protocol": "tcp"}
    assert aws.instances()[0]["runningTasksCount"] == 1
    assert aws.remaining("MEMORY") == 3973 - 512
    assert "32768" in aws.remaining("PORTS")
    aws.ecs.stop_task(cluster="lab", task=task["taskArn"])
    aws.pass_time(120)
    assert aws.task(task["taskArn"])["lastStatus"] == "STOPPED"
    assert aws.remaining("MEMORY") == 3973
    assert "32768" not in aws.remaining("PORTS")


def test_a_page_is_served_at_the_instances_address_and_port(aws):
    ec2_id = aws.launch()
    aws.pass_time()
    aws.define(port=8080)
    aws.run()
    aws.pass_time(60)
    ip, group = aws.address(ec2_id)
    assert aws.endpoint.control("reach", ip=ip, port=8080)["stopped_by"] == "security-group"
    aws.ec2.authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=8080, ToPort=8080, CidrIp="0.0.0.0/0"
    )
    assert aws.endpoint.control("reach", ip=ip, port=8080)["passed"]


def test_a_port_by_number_is_given_once_on_an_instance(aws):
    aws.launch()
    aws.pass_time()
    aws.define(port=8080)
    answer = aws.run(count=2)
    assert len(answer["tasks"]) == 1
    arn = aws.instances()[0]["containerInstanceArn"]
    assert answer["failures"] == [{"arn": arn, "reason": "RESOURCE:PORTS"}]


@pytest.mark.parametrize("mode", ["host", "none"])
def test_other_network_modes(aws, mode):
    aws.launch()
    aws.pass_time()
    extra = {"portMappings": []} if mode == "none" else {}
    aws.define(mode=mode, container=extra)
    [task] = aws.run()["tasks"]
    aws.pass_time(60)
    task = aws.task(task["taskArn"])
    assert task["lastStatus"] == "RUNNING"
    ports = [each["hostPort"] for each in task["containers"][0]["networkBindings"]]
    assert ports == ([80] if mode == "host" else [])


def test_a_task_with_an_interface_of_its_own(aws):
    aws.launch()
    aws.pass_time()
    aws.define(mode="awsvpc")
    answer = aws.run(count=3, networkConfiguration=aws.vpc())
    assert [task["lastStatus"] for task in answer["tasks"]] == ["PROVISIONING"] * 2
    assert answer["failures"][0]["reason"] == "RESOURCE:ENI"
    aws.pass_time(60)
    task = aws.task(answer["tasks"][0]["taskArn"])
    assert task["lastStatus"] == "RUNNING"
    details = {each["name"]: each["value"] for each in task["attachments"][0]["details"]}
    assert details["subnetId"] == aws.subnets[0]
    elsewhere = aws.run(networkConfiguration=aws.vpc(1))
    assert elsewhere["failures"][0]["reason"] == "LOCATION"


def test_with_trunking_more_tasks_have_one(aws):
    aws.ecs.put_account_setting_default(name="awsvpcTrunking", value="enabled")
    aws.launch(InstanceType="c5.large")
    aws.pass_time()
    aws.define(mode="awsvpc", memory=64)
    network = aws.vpc()
    assert len(aws.run(count=10, networkConfiguration=network)["tasks"]) == 10
    assert aws.run(networkConfiguration=network)["failures"][0]["reason"] == "RESOURCE:ENI"


def test_strategies_and_constraints_choose(aws):
    for place in (0, 0, 1):
        aws.launch(place=place)
    aws.pass_time()
    aws.define(memory=100)
    spread = [{"type": "spread", "field": "attribute:ecs.availability-zone"}]
    tasks = aws.run(count=4, placementStrategy=spread)["tasks"]
    zones = [task["availabilityZone"] for task in tasks]
    assert sorted(zones) == ["us-east-1a"] * 2 + ["us-east-1b"] * 2
    distinct = aws.run(count=4, placementConstraints=[{"type": "distinctInstance"}], group="apart")
    assert len({task["containerInstanceArn"] for task in distinct["tasks"]}) == 3
    unmet = "DistinctInstance placement constraint unsatisfied."
    assert {each["reason"] for each in distinct["failures"]} == {unmet}
    where = [{"type": "memberOf", "expression": "attribute:ecs.availability-zone == us-east-1c"}]
    failures = aws.run(placementConstraints=where)["failures"]
    assert [each["reason"] for each in failures] == ["MemberOf placement constraint unsatisfied."] * 3
    broken = [{"type": "memberOf", "expression": "zone == a"}]
    assert refused(aws.run, placementConstraints=broken) == (
        "InvalidParameterException: Invalid expression 'zone == a': unknown subject 'zone'."
    )


def test_what_is_refused_of_ec2(aws):
    aws.define()
    assert "No Container Instances were found in your cluster." in refused(aws.run)
    aws.launch()
    aws.pass_time()
    assert refused(aws.run, platformVersion="1.4.0") == (
        "InvalidParameterException: The platform version must be null when specifying an EC2 launch type."
    )
    assert "is not valid for the given networkMode" in refused(aws.run, networkConfiguration=aws.vpc())
    public = {"awsvpcConfiguration": {"subnets": [aws.subnets[0]], "assignPublicIp": "ENABLED"}}
    assert "Assign public IP is not supported" in refused(aws.run, networkConfiguration=public)
    large = aws.run(overrides={"containerOverrides": [{"name": "web", "memory": 100_000}]})
    assert large["failures"][0]["reason"] == "RESOURCE:MEMORY"


def test_an_instance_whose_agent_is_away_takes_nothing(aws):
    ec2_id = aws.launch()
    aws.pass_time()
    aws.define()
    aws.ec2.stop_instances(InstanceIds=[ec2_id])
    aws.pass_time()
    assert aws.run()["failures"][0]["reason"] == "AGENT"


def test_start_task_names_its_instances(aws):
    aws.launch()
    aws.pass_time()
    aws.define(port=8080)
    [arn] = [each["containerInstanceArn"] for each in aws.instances()]
    start = {"cluster": "lab", "taskDefinition": "web"}
    answer = aws.ecs.start_task(**start, containerInstances=[arn], startedBy="me")
    assert answer["tasks"][0]["containerInstanceArn"] == arn
    again = aws.ecs.start_task(**start, containerInstances=[arn, "f" * 32])
    assert [each["reason"] for each in again["failures"]] == ["RESOURCE:PORTS", "MISSING"]
    listed = aws.ecs.list_tasks(cluster="lab", containerInstance=arn)["taskArns"]
    assert listed == [answer["tasks"][0]["taskArn"]]
    assert not aws.ecs.list_tasks(cluster="lab", containerInstance="f" * 32)["taskArns"]
    assert "TaskDefinition not found" in refused(
        aws.ecs.start_task, cluster="lab", taskDefinition="none", containerInstances=[arn]
    )


def test_start_task_takes_what_run_task_takes(aws):
    aws.launch()
    aws.pass_time()
    tags = [{"key": "by", "value": "me"}]
    aws.define(mode="awsvpc", tags=tags)
    [arn] = [each["containerInstanceArn"] for each in aws.instances()]
    overrides = {"containerOverrides": [{"name": "web", "memoryReservation": 100, "memory": 200}]}
    request = {"cluster": "lab", "taskDefinition": "web", "containerInstances": [arn], "group": "mine"}
    network = {"networkConfiguration": aws.vpc()}
    started = aws.ecs.start_task(
        **request, **network, overrides=overrides, tags=[{"key": "a", "value": "b"}],
        enableECSManagedTags=True, propagateTags="TASK_DEFINITION",
    )["tasks"][0]  # fmt: skip
    assert started["group"] == "mine"
    assert {each["key"] for each in started["tags"]} == {"a", "by", "aws:ecs:clusterName"}
    assert aws.remaining("MEMORY") == 3973 - 100
    assert "networkMode 'awsvpc'" in refused(aws.ecs.start_task, **request)
    denied = refused(aws.ecs.start_task, **request, **network, enableExecuteCommand=True)
    assert "valid task role is not being used" in denied


def test_constraints_of_a_definition_hold_too(aws):
    aws.launch()
    aws.pass_time()
    aws.define(placementConstraints=[{"type": "memberOf", "expression": "attribute:stack == prod"}])
    assert aws.run()["failures"][0]["reason"] == "MemberOf placement constraint unsatisfied."
    distinct = [{"type": "distinctInstance"}]
    assert refused(aws.define, placementConstraints=distinct) == (
        "ClientException: constraint.type 'distinctInstance' is not supported."
    )
    [arn] = [each["containerInstanceArn"] for each in aws.instances()]
    aws.ecs.put_attributes(cluster="lab", attributes=[{"name": "stack", "value": "prod", "targetId": arn}])
    assert len(aws.run()["tasks"]) == 1


def test_what_the_sandbox_does_not_do_on_ec2_is_refused(aws):
    aws.launch()
    aws.pass_time()
    aws.define(container={"privileged": True})
    assert refused(aws.run) == (
        "UnsupportedFeatureException: This sandbox does not carry privileged containers on EC2 yet."
    )


def test_an_instance_with_tasks_is_deregistered_by_force_alone(aws):
    aws.launch()
    aws.pass_time()
    aws.define()
    [task] = aws.run()["tasks"]
    aws.pass_time(60)
    [arn] = [each["containerInstanceArn"] for each in aws.instances()]
    request = {"cluster": "lab", "containerInstance": arn}
    assert refused(aws.ecs.deregister_container_instance, **request) == (
        "InvalidParameterException: Found running tasks on the instance."
    )
    aws.ecs.deregister_container_instance(**request, force=True)
    aws.pass_time(60)
    stopped = aws.task(task["taskArn"])
    assert (stopped["lastStatus"], stopped["stoppedReason"]) == (
        "STOPPED", "Container instance deregistration forced by user",
    )  # fmt: skip


@pytest.mark.parametrize("how", ["stop_instances", "terminate_instances"])
def test_tasks_end_with_their_machine(aws, how):
    ec2_id = aws.launch()
    aws.pass_time()
    aws.define()
    [task] = aws.run()["tasks"]
    aws.pass_time(60)
    getattr(aws.ec2, how)(InstanceIds=[ec2_id])
    aws.pass_time(400)
    stopped = aws.task(task["taskArn"])
    assert stopped["lastStatus"] == "STOPPED"
    assert stopped["stoppedReason"] == f"Host EC2 (instance {ec2_id}) stopped/terminated."


def test_a_draining_instance_keeps_its_standalone_tasks_and_takes_no_more(aws):
    aws.launch()
    aws.pass_time()
    aws.define()
    [task] = aws.run()["tasks"]
    [arn] = [each["containerInstanceArn"] for each in aws.instances()]
    aws.ecs.update_container_instances_state(cluster="lab", containerInstances=[arn], status="DRAINING")
    aws.pass_time(60)
    assert aws.task(task["taskArn"])["lastStatus"] == "RUNNING"
    assert aws.run()["tasks"] == []


def test_the_log_is_written_under_the_instances_role(aws):
    aws.launch()
    aws.pass_time()
    aws.logs.create_log_group(logGroupName="/ecs/web")
    options = {"awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web"}
    log = {"logDriver": "awslogs", "options": options}
    aws.define(container={"logConfiguration": log})
    [task] = aws.run()["tasks"]
    aws.pass_time(60)
    assert aws.task(task["taskArn"])["lastStatus"] == "RUNNING"
    aws.iam.detach_role_policy(RoleName="ecsInstanceRole", PolicyArn="arn:aws:iam::aws:policy/service-role/"
                               "AmazonEC2ContainerServiceforEC2Role")  # fmt: skip
    [task] = aws.run()["tasks"]
    aws.pass_time(60)
    assert "not authorized to perform: logs:CreateLogStream" in aws.task(task["taskArn"])["stoppedReason"]


def test_tasks_on_instances_come_back_as_they_were(on_disk):
    aws = on_disk(OnEc2).prepared()
    for place in range(2):
        aws.launch(place=place)
    aws.pass_time()
    aws.define()
    arns = [task["taskArn"] for task in aws.run(count=3)["tasks"]]
    aws.pass_time(60)
    before = aws.instances(), aws.ecs.describe_tasks(cluster="lab", tasks=arns)["tasks"]
    again = on_disk(OnEc2)
    assert (again.instances(), again.ecs.describe_tasks(cluster="lab", tasks=arns)["tasks"]) == before
    assert len(again.run(count=4)["tasks"]) == 4


def test_a_service_waits_for_instances_and_spreads_over_zones(aws):
    aws.define()
    aws.ecs.create_service(
        cluster="lab", serviceName="web", taskDefinition="web", launchType="EC2", desiredCount=4
    )
    aws.pass_time(60)
    [service] = aws.ecs.describe_services(cluster="lab", services=["web"])["services"]
    assert "No Container Instances were found in your cluster." in service["events"][0]["message"]
    for place in (0, 1):
        aws.launch(place=place)
    aws.pass_time(900)
    tasks = aws.service_tasks()
    assert sorted(task["availabilityZone"] for task in tasks) == ["us-east-1a"] * 2 + ["us-east-1b"] * 2
    assert {(task["group"], task["launchType"]) for task in tasks} == {("service:web", "EC2")}
    [service] = aws.ecs.describe_services(cluster="lab", services=["web"])["services"]
    assert service["runningCount"] == 4
    assert service["deployments"][0]["rolloutState"] == "COMPLETED"
    described = aws.ecs.describe_clusters(clusters=["lab"], include=["STATISTICS"])["clusters"][0]
    counts = {each["name"]: each["value"] for each in described["statistics"]}
    assert (counts["runningEC2TasksCount"], counts["runningFargateTasksCount"]) == ("4", "0")
    assert (counts["activeEC2ServiceCount"], counts["activeFargateServiceCount"]) == ("1", "0")


def test_a_service_says_which_instance_comes_closest_and_what_it_lacks(aws):
    aws.launch()
    aws.pass_time()
    aws.define(port=8080)
    aws.ecs.create_service(
        cluster="lab", serviceName="web", taskDefinition="web", launchType="EC2", desiredCount=2
    )
    aws.pass_time(120)
    [service] = aws.ecs.describe_services(cluster="lab", services=["web"])["services"]
    instance = aws.instances()[0]["containerInstanceArn"].rpartition("/")[2]
    messages = [event["message"] for event in service["events"]]
    assert (
        "(service web) was unable to place a task because no container instance met all of its requirements. "
        f"The closest matching (container-instance {instance}) is already using a port required by your "
        "task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
    ) in messages


def test_a_draining_instance_ends_empty_of_service_tasks(aws):
    aws.launch()
    aws.pass_time()
    aws.define()
    aws.ecs.create_service(
        cluster="lab", serviceName="web", taskDefinition="web", launchType="EC2", desiredCount=2
    )
    aws.pass_time(200)
    [old] = aws.instances()
    assert old["runningTasksCount"] == 2
    aws.launch()
    aws.pass_time()
    aws.ecs.update_container_instances_state(
        cluster="lab", containerInstances=[old["containerInstanceArn"]], status="DRAINING"
    )
    aws.pass_time(400)
    tasks = aws.service_tasks()
    assert len(tasks) == 2
    assert old["containerInstanceArn"] not in {task["containerInstanceArn"] for task in tasks}
    [drained] = aws.describe(old["containerInstanceArn"])
    assert drained["runningTasksCount"] == 0
    stopped = aws.ecs.list_tasks(cluster="lab", desiredStatus="STOPPED")["taskArns"]
    reasons = {aws.task(arn)["stoppedReason"] for arn in stopped}
    assert reasons == {"container instance is in DRAINING state"}


def test_a_service_replaces_what_its_machine_takes_away(aws):
    first = aws.launch()
    aws.launch()
    aws.pass_time()
    aws.define()
    aws.ecs.create_service(
        cluster="lab", serviceName="web", taskDefinition="web", launchType="EC2", desiredCount=2,
        placementStrategy=[{"type": "spread", "field": "host"}],
    )  # fmt: skip
    aws.pass_time(200)
    assert len({task["containerInstanceArn"] for task in aws.service_tasks()}) == 2
    aws.ec2.terminate_instances(InstanceIds=[first])
    aws.pass_time(300)
    tasks = aws.service_tasks()
    assert len(tasks) == 2
    assert len({task["containerInstanceArn"] for task in tasks}) == 1


SPREAD_HOSTS = [{"type": "spread", "field": "attribute:ecs.availability-zone"},
                {"type": "spread", "field": "host"}]  # fmt: skip
PACK = [{"type": "binpack", "field": "memory"}]


@pytest.mark.parametrize(("strategy", "counts"), [(SPREAD_HOSTS, [1, 1, 2]), (PACK, [4])])
def test_scale_in_takes_what_the_strategies_say(aws, strategy, counts):
    for place in (0, 1, 1):
        aws.launch(place=place)
    aws.pass_time()
    aws.define(memory=900)
    aws.ecs.create_service(
        cluster="lab", serviceName="web", taskDefinition="web", launchType="EC2", desiredCount=8,
        placementStrategy=strategy,
    )  # fmt: skip
    aws.pass_time(200)
    assert len(aws.service_tasks()) == 8
    aws.ecs.update_service(cluster="lab", service="web", desiredCount=4)
    aws.pass_time(200)
    tasks = aws.service_tasks()
    assert sorted(Counter(task["containerInstanceArn"] for task in tasks).values()) == counts
    zones = Counter(task["availabilityZone"] for task in tasks)
    assert sorted(zones.values()) == ([2, 2] if strategy is SPREAD_HOSTS else [4])


def test_scale_in_passes_over_what_is_protected(aws):
    for _ in range(2):
        aws.launch()
    aws.pass_time()
    aws.define()
    aws.ecs.create_service(
        cluster="lab", serviceName="web", taskDefinition="web", launchType="EC2", desiredCount=4,
        placementStrategy=[{"type": "spread", "field": "host"}],
    )  # fmt: skip
    aws.pass_time(200)
    tasks = aws.service_tasks()
    instance = tasks[0]["containerInstanceArn"]
    protected = [task["taskArn"] for task in tasks if task["containerInstanceArn"] == instance]
    aws.ecs.update_task_protection(cluster="lab", tasks=protected, protectionEnabled=True)
    aws.ecs.update_service(cluster="lab", service="web", desiredCount=2)
    aws.pass_time(200)
    assert sorted(task["taskArn"] for task in aws.service_tasks()) == sorted(protected)


def test_a_task_does_not_outlive_a_stop_of_its_machine_that_is_started_at_once(aws):
    ec2_id = aws.launch()
    aws.pass_time()
    aws.define()
    [task] = aws.run()["tasks"]
    aws.pass_time(60)
    aws.ec2.stop_instances(InstanceIds=[ec2_id])
    aws.ec2.start_instances(InstanceIds=[ec2_id])
    aws.pass_time()
    ended = aws.task(task["taskArn"])
    assert (ended["lastStatus"], ended["stoppedReason"]) == (
        "STOPPED", f"Host EC2 (instance {ec2_id}) stopped/terminated."
    )  # fmt: skip
    assert [each["agentConnected"] for each in aws.instances()] == [True]
    assert len(aws.run()["tasks"]) == 1
