"""Daemons: a task on each container instance, the first to come and the last to leave."""

import pytest
from instance_rig import OnEc2, accounts, refused

ZONE_A = [{"type": "memberOf", "expression": "attribute:ecs.availability-zone == us-east-1a"}]


class WithDaemons(OnEc2):
    def prepared(self):
        super().prepared()
        self.define("agent", memory=256)
        return self

    def daemon(self, **more):
        request = {"cluster": "lab", "serviceName": "agent", "taskDefinition": "agent", "launchType": "EC2",
                 "schedulingStrategy": "DAEMON"}  # fmt: skip
        return self.ecs.create_service(**request | more)["service"]

    def described(self):
        return self.ecs.describe_services(cluster="lab", services=["agent"])["services"][0]

    def event_messages(self):
        return [event["message"].removeprefix("(service agent) ") for event in self.described()["events"]]

    def counts(self):
        service = self.described()
        return service["desiredCount"], service["runningCount"], service["pendingCount"]

    def where(self):
        """EC2 ids of the instances that its tasks run on, in order."""
        ids = {each["containerInstanceArn"]: each["ec2InstanceId"] for each in self.instances()}
        arns = self.ecs.list_tasks(cluster="lab", serviceName="agent")["taskArns"]
        tasks = self.ecs.describe_tasks(cluster="lab", tasks=arns)["tasks"] if arns else []
        return sorted(ids[task["containerInstanceArn"]] for task in tasks)

    def drain(self, ec2_id, status="DRAINING"):
        [arn] = [each["containerInstanceArn"] for each in self.instances() if each["ec2InstanceId"] == ec2_id]
        self.ecs.update_container_instances_state(cluster="lab", containerInstances=[arn], status=status)

    def reasons(self):
        arns = self.ecs.list_tasks(cluster="lab", desiredStatus="STOPPED")["taskArns"]
        tasks = self.ecs.describe_tasks(cluster="lab", tasks=arns)["tasks"] if arns else []
        return {task["stoppedReason"] for task in tasks}


account, aws = accounts(WithDaemons)


def test_each_instance_has_a_task_and_a_new_one_gets_its_own(aws):
    first, second = aws.launch(), aws.launch(place=1)
    aws.pass_time()
    aws.daemon()
    aws.pass_time(200)
    assert aws.where() == sorted([first, second])
    assert aws.counts() == (2, 2, 0)
    assert aws.described()["deployments"][0]["rolloutState"] == "COMPLETED"
    assert aws.event_messages()[0] == "has reached a steady state."
    third = aws.launch()
    aws.pass_time(200)
    assert aws.where() == sorted([first, second, third])
    assert aws.counts() == (3, 3, 0)


def test_on_a_new_instance_the_daemon_is_first(aws):
    """A service that waits for room for as much as an instance has does not take its place."""
    aws.daemon()
    aws.define(memory=3900)
    aws.ecs.create_service(cluster="lab", serviceName="web", taskDefinition="web", desiredCount=1)
    aws.launch()
    aws.pass_time(1200)
    assert len(aws.where()) == 1
    assert aws.ecs.list_tasks(cluster="lab", serviceName="web")["taskArns"] == []


def test_constraints_say_which_instances(aws):
    first, _ = aws.launch(), aws.launch(place=1)
    aws.pass_time()
    aws.daemon(placementConstraints=[{"type": "memberOf", "expression": "attribute:role == edge"}])
    aws.pass_time(60)
    assert aws.counts() == (0, 0, 0)
    attribute = {"name": "role", "value": "edge"}
    [arn] = [each["containerInstanceArn"] for each in aws.instances() if each["ec2InstanceId"] == first]
    aws.ecs.put_attributes(cluster="lab", attributes=[{**attribute, "targetId": arn}])
    aws.pass_time(120)
    assert aws.where() == [first]
    aws.ecs.delete_attributes(cluster="lab", attributes=[{**attribute, "targetId": arn}])
    aws.pass_time(120)
    assert aws.where() == []
    assert aws.counts() == (0, 0, 0)


def test_an_instance_that_drains_loses_the_daemon_last(aws):
    only = aws.launch()
    aws.pass_time()
    aws.daemon()
    aws.define()
    [alone] = aws.run()["tasks"]
    aws.pass_time(120)
    aws.drain(only)
    aws.pass_time(300)
    assert aws.where() == [only]
    aws.ecs.stop_task(cluster="lab", task=alone["taskArn"])
    aws.pass_time(200)
    assert aws.where() == []
    assert "container instance is in DRAINING state" in aws.reasons()
    [instance] = aws.instances()
    assert (instance["runningTasksCount"], instance["pendingTasksCount"]) == (0, 0)
    aws.drain(only, "ACTIVE")
    aws.pass_time(120)
    assert aws.where() == [only]


def test_a_task_that_ends_and_an_instance_that_dies(aws):
    first, second = aws.launch(), aws.launch()
    aws.pass_time()
    aws.daemon()
    aws.pass_time(120)
    arns = aws.ecs.list_tasks(cluster="lab", serviceName="agent")["taskArns"]
    aws.ecs.stop_task(cluster="lab", task=arns[0])
    aws.pass_time(200)
    assert aws.where() == sorted([first, second])
    aws.ec2.terminate_instances(InstanceIds=[first])
    aws.pass_time(300)
    assert aws.where() == [second]
    assert aws.counts() == (1, 1, 0)
    assert aws.event_messages()[0] == "has reached a steady state."


@pytest.mark.parametrize(("least", "fewest"), [(0, 0), (50, 1)])
def test_a_deployment_replaces_within_the_minimum(aws, least, fewest):
    ids = [aws.launch(), aws.launch()]
    aws.pass_time()
    aws.define("agent", port=9000, memory=256)
    aws.daemon(deploymentConfiguration={"minimumHealthyPercent": least})
    aws.pass_time(200)
    new = aws.define("agent", port=9000, memory=256)["taskDefinitionArn"]
    aws.ecs.update_service(cluster="lab", service="agent", taskDefinition="agent")
    running = []
    for _ in range(60):
        aws.pass_time(10)
        running.append(aws.counts()[1])
    assert min(running) == fewest
    assert max(running) == 2  # never two on one instance
    assert aws.where() == sorted(ids)
    service = aws.described()
    assert [each["taskDefinition"] for each in service["deployments"]] == [new]
    assert service["deployments"][0]["rolloutState"] == "COMPLETED"


def test_an_instance_without_room_does_not_hold_up_the_others(aws):
    full, free = aws.launch(), aws.launch()
    aws.pass_time()
    aws.define(memory=3900)
    where = [{"type": "memberOf", "expression": f"ec2InstanceId == {full}"}]
    [task] = aws.run(placementConstraints=where)["tasks"]
    aws.daemon()
    aws.pass_time(120)
    assert aws.where() == [free]
    assert aws.counts() == (2, 1, 0)
    instance = task["containerInstanceArn"].rpartition("/")[2]
    assert (
        "was unable to place a task because no container instance met all of its requirements. The closest "
        f"matching (container-instance {instance}) has insufficient memory available. For more information, "
        "see the Troubleshooting section of the Amazon ECS Developer Guide."
    ) in aws.event_messages()
    aws.ecs.stop_task(cluster="lab", task=task["taskArn"])
    aws.pass_time(1800)
    assert aws.where() == sorted([full, free])


def test_a_daemon_is_deleted_without_force(aws):
    aws.launch()
    aws.pass_time()
    aws.daemon()
    aws.pass_time(120)
    aws.ecs.delete_service(cluster="lab", service="agent")
    assert aws.described()["status"] == "DRAINING"
    aws.pass_time(120)
    assert aws.described()["status"] == "INACTIVE"
    assert aws.where() == []


REFUSED = {
    "a desired count": (
        {"desiredCount": 2},
        "The daemon scheduling strategy does not support a desired count for services. Remove the desired "
        "count value and try again",
    ),
    "a strategy": (
        {"placementStrategy": [{"type": "random"}]},
        "The daemon scheduling strategy does not support placement strategies for services. Remove the "
        "placement strategies and try again",
    ),
    "more than all": (
        {"deploymentConfiguration": {"maximumPercent": 150}},
        "The daemon scheduling strategy does not support values above 100 for maximumPercent",
    ),
    "an expression that is none": (
        {"placementConstraints": [{"type": "memberOf", "expression": "zone == a"}]},
        "Invalid expression 'zone == a': unknown subject 'zone'.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused(aws, what):
    members, sentence = REFUSED[what]
    assert refused(aws.daemon, **members) == f"InvalidParameterException: {sentence}"
    assert aws.ecs.list_services(cluster="lab")["serviceArns"] == []
    aws.daemon()
    update = {"cluster": "lab", "service": "agent"}
    assert refused(aws.ecs.update_service, **update, **members) == f"InvalidParameterException: {sentence}"


def test_an_update_moves_a_daemon_to_other_instances(aws):
    first, second = aws.launch(), aws.launch(place=1)
    aws.pass_time()
    aws.daemon()
    aws.pass_time(120)
    assert aws.where() == sorted([first, second])
    aws.ecs.update_service(
        cluster="lab", service="agent", placementConstraints=ZONE_A, forceNewDeployment=True
    )
    aws.pass_time(300)
    assert aws.where() == [first]
