"""Random histories of a cluster on EC2: what holds after each step and at the end, and the replay."""

import random
from collections import Counter

import pytest
from instance_rig import OnEc2, accounts, refused

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.endpoint import SandboxError
from ecslab.sandbox.engine.sandbox import Sandbox

STEPS = 20
SERVICES = {
    "packed": {"placementStrategy": [{"type": "binpack", "field": "memory"}], "desiredCount": 3},
    "apart": {"placementConstraints": [{"type": "distinctInstance"}], "desiredCount": 2},
    "zoned": {
        "placementConstraints": [
            {"type": "memberOf", "expression": "attribute:ecs.availability-zone == us-east-1a"}
        ],
        "desiredCount": 2,
    },
    "port": {"taskDefinition": "port", "desiredCount": 2},
    "agent": {"schedulingStrategy": "DAEMON"},
}


class Cluster(OnEc2):
    """Five services and tasks of nobody, on instances of two zones."""

    def begin(self):
        self.prepared()
        for place in (0, 0, 1):
            self.launch(place=place)
        self.pass_time()
        self.define(memory=700)
        self.define("port", port=8080, memory=200)
        for name, more in SERVICES.items():
            request = {"cluster": "lab", "serviceName": name, "taskDefinition": "web", "launchType": "EC2"}
            self.ecs.create_service(**request | more)
        return self

    @property
    def placement(self):
        return current_account().regions["us-east-1"].clusters["lab"].placement

    def pick(self, draw):
        """A container instance, if there is one."""
        known = list(self.placement.instances.values())
        return draw.choice(known) if known else None

    def tasks(self):
        """All that are not STOPPED, by the API."""
        arns = [
            arn
            for status in ("RUNNING", "STOPPED")
            for arn in self.ecs.list_tasks(cluster="lab", desiredStatus=status)["taskArns"]
        ]
        described = self.ecs.describe_tasks(cluster="lab", tasks=arns)["tasks"] if arns else []
        return [task for task in described if task["lastStatus"] != "STOPPED"]


def launch(aws, draw):
    if len(aws.placement.instances) < 6:
        aws.launch(place=draw.randint(0, 1), InstanceType=draw.choice(("t3.medium", "c5.large")))


def die(aws, draw):
    instance = aws.pick(draw)
    if instance:
        aws.ec2.terminate_instances(InstanceIds=[instance.ec2_id])


def drain(aws, draw):
    instance = aws.pick(draw)
    if instance:
        aws.ecs.update_container_instances_state(
            cluster="lab", containerInstances=[instance.id], status=draw.choice(("DRAINING", "ACTIVE"))
        )


def agent(aws, draw):
    instance = aws.pick(draw)
    if instance:
        try:
            aws.endpoint.control("inject", kind="agent", instance=instance.id, connected=draw.random() < 0.4)
        except SandboxError as dead:
            assert "does not run" in str(dead)


def zone(aws, draw):
    aws.endpoint.control(
        "inject", kind="zone", zone=draw.choice(("us-east-1a", "us-east-1b")), away=draw.random() < 0.4
    )


def scale(aws, draw):
    name = draw.choice([name for name in SERVICES if name != "agent"])
    aws.ecs.update_service(cluster="lab", service=name, desiredCount=draw.randint(0, 4))


def deploy(aws, draw):
    aws.ecs.update_service(cluster="lab", service=draw.choice(list(SERVICES)), forceNewDeployment=True)


def alone(aws, draw):
    if aws.placement.instances:
        aws.run(draw.choice(("web", "port")), count=draw.randint(1, 3))


def stop(aws, draw):
    tasks = [task for task in aws.tasks() if task["desiredStatus"] == "RUNNING"]
    if tasks:
        aws.ecs.stop_task(cluster="lab", task=draw.choice(tasks)["taskArn"])


def deregister(aws, draw):
    instance = aws.pick(draw)
    if instance:
        aws.ecs.deregister_container_instance(cluster="lab", containerInstance=instance.id, force=True)


DO = (launch, launch, die, drain, drain, agent, agent, zone, scale, scale, deploy, alone, stop, deregister)


def holds(aws, before):
    """What is always so; `before` are the tasks of agents that were away, by instance."""
    instances = aws.placement.instances
    for instance in instances.values():
        needs = [each for _, each in instance.tasks.values()]
        assert instance.used_cpu == sum(each.cpu for each in needs) <= instance.cpu
        assert instance.used_memory == sum(each.memory for each in needs) <= instance.memory
        assert instance.groups == Counter(group for group, _ in instance.tasks.values())
        assert instance.groups.get("service:apart", 0) <= 1
        assert instance.groups.get("service:agent", 0) <= 1
        if "service:zoned" in instance.groups:
            assert instance.attributes["ecs.availability-zone"] == "us-east-1a"
        if instance.id in before:
            assert instance.tasks.keys() <= before[instance.id], "placed though the agent is away"
    agrees(aws, instances)


def agrees(aws, instances):
    """What the API says of instances and tasks is one story."""
    described = {each["containerInstanceArn"]: each for each in aws.instances()}
    assert len(described) == len(instances)
    every = aws.tasks()
    tasks = [task for task in every if task["containerInstanceArn"] in described]
    left_behind = {task["desiredStatus"] for task in every if task not in tasks}
    assert left_behind <= {"STOPPED"}, "a task stays on an instance that is gone"
    for arn, instance in described.items():
        here = [task for task in tasks if task["containerInstanceArn"] == arn]
        pending = [task for task in here if task["lastStatus"] in ("PROVISIONING", "PENDING", "ACTIVATING")]
        assert instance["pendingTasksCount"] == len(pending)
        running = [task for task in here if task not in pending and task["desiredStatus"] == "RUNNING"]
        assert instance["runningTasksCount"] == len(running)
        reserved = sum(int(task["memory"]) for task in here)
        left = {each["name"]: each for each in instance["remainingResources"]}
        had = {each["name"]: each for each in instance["registeredResources"]}
        assert left["MEMORY"]["integerValue"] == had["MEMORY"]["integerValue"] - reserved >= 0
        bound = [
            str(binding["hostPort"])
            for task in here
            for container in task["containers"]
            for binding in container.get("networkBindings", ())
        ]
        assert len(bound) == len(set(bound)), "two tasks on one port"
        assert set(bound) <= set(left["PORTS"]["stringSetValue"])
    for task in tasks:
        assert task["availabilityZone"] == next(
            each["value"] for each in described[task["containerInstanceArn"]]["attributes"]
            if each["name"] == "ecs.availability-zone"
        )  # fmt: skip


def away(aws):
    return {
        each.id: set(each.tasks) for each in aws.placement.instances.values() if not each.agent_connected
    }


def heal(aws):
    """Nothing is wrong any more, and there is room for everything."""
    for name in ("us-east-1a", "us-east-1b"):
        aws.endpoint.control("inject", kind="zone", zone=name, away=False)
    for _ in range(2):
        aws.launch()
        aws.launch(place=1)
    aws.pass_time(3600)


@pytest.mark.parametrize("seed", (1, 4))
def test_a_history_keeps_the_rules(tmp_path, seed):
    draw = random.Random(seed)
    sandbox = Sandbox(tmp_path, mode="stepped", seed=seed)
    aws = Cluster(in_process.endpoint_of(sandbox)).begin()
    for _ in range(STEPS):
        silent = away(aws)
        draw.choice(DO)(aws, draw)
        silent = {key: tasks for key, tasks in silent.items() if key in away(aws)}
        aws.pass_time(draw.choice((5, 40, 200)))
        holds(aws, {key: tasks for key, tasks in silent.items() if key in away(aws)})
    heal(aws)
    holds(aws, {})
    services = aws.ecs.describe_services(cluster="lab", services=list(SERVICES))["services"]
    for instance in aws.placement.instances.values():
        if instance.status == "DRAINING":
            others = {group for group in instance.groups if group.startswith("family:")}
            assert set(instance.groups) <= others | ({"service:agent"} if others else set()), "not empty"
    before = services, aws.instances(), aws.tasks()
    sandbox.close()
    sandbox = Sandbox(tmp_path, mode="stepped", seed=seed)
    again = Cluster(in_process.endpoint_of(sandbox))
    services = again.ecs.describe_services(cluster="lab", services=list(SERVICES))["services"]
    assert (services, again.instances(), again.tasks()) == before
    sandbox.close()


# what a single fault does


account, prepared = accounts(OnEc2)


@pytest.fixture
def aws(prepared):
    prepared.define()
    return prepared


def test_while_the_agent_is_away_nothing_is_placed_and_nothing_stops(aws):
    ec2_id = aws.launch()
    aws.pass_time()
    [task] = aws.run()["tasks"]
    aws.pass_time(60)
    aws.endpoint.control("inject", kind="agent", instance=ec2_id)
    assert [each["agentConnected"] for each in aws.instances()] == [False]
    assert aws.run()["failures"][0]["reason"] == "AGENT"
    [arn] = [each["containerInstanceArn"] for each in aws.instances()]
    started = aws.ecs.start_task(cluster="lab", taskDefinition="web", containerInstances=[arn])
    assert [each["reason"] for each in started["failures"]] == ["AGENT"]
    assert "not connected" in refused(aws.ecs.update_container_agent, cluster="lab", containerInstance=arn)
    aws.ecs.stop_task(cluster="lab", task=task["taskArn"])
    aws.pass_time(600)
    described = aws.task(task["taskArn"])
    assert (described["lastStatus"], described["desiredStatus"]) == ("RUNNING", "STOPPED")
    aws.endpoint.control("inject", kind="agent", instance=ec2_id, connected=True)
    aws.pass_time(120)
    assert aws.task(task["taskArn"])["lastStatus"] == "STOPPED"
    assert len(aws.run()["tasks"]) == 1


def test_a_machine_that_does_not_run_has_no_agent(aws):
    ec2_id = aws.launch()
    aws.pass_time()
    aws.ec2.stop_instances(InstanceIds=[ec2_id])
    aws.pass_time()
    with pytest.raises(SandboxError, match="does not run"):
        aws.endpoint.control("inject", kind="agent", instance=ec2_id, connected=True)


def test_a_zone_that_goes_takes_its_machines_agents_with_it(aws):
    aws.launch()
    aws.launch(place=1)
    aws.pass_time()
    aws.ecs.create_service(
        cluster="lab", serviceName="web", taskDefinition="web", launchType="EC2", desiredCount=2
    )
    aws.pass_time(200)
    aws.endpoint.control("inject", kind="zone", zone="us-east-1a")
    late = aws.launch()
    aws.pass_time(600)
    assert {task["availabilityZone"] for task in aws.service_tasks()} == {"us-east-1b"}
    assert len(aws.service_tasks()) == 2
    assert late not in {each["ec2InstanceId"] for each in aws.instances()}
    connected = {
        aws.ec2.describe_instances(InstanceIds=[each["ec2InstanceId"]])["Reservations"][0]["Instances"][0][
            "Placement"
        ]["AvailabilityZone"]: each["agentConnected"]
        for each in aws.instances()
    }
    assert connected == {"us-east-1a": False, "us-east-1b": True}
    aws.endpoint.control("inject", kind="zone", zone="us-east-1a", away=False)
    aws.pass_time(120)
    assert all(each["agentConnected"] for each in aws.instances())
    assert late in {each["ec2InstanceId"] for each in aws.instances()}
