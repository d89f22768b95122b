"""Managed daemons: one task on each managed instance, the first to start there and the last to stop."""

import json
import random

import pytest
from botocore.exceptions import ClientError
from instance_rig import HTTPD
from managed_rig import IDLE, UP, Managed

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.daemons.hosting import Daemons
from ecslab.sandbox.engine import snapshots
from ecslab.sandbox.engine.sandbox import Sandbox

BUSYBOX = "public.ecr.aws/docker/library/busybox:latest"
EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
BROKEN = "public.ecr.aws/docker/library/httpd:none"
CHECK = {"command": ["CMD-SHELL", "test -f /ready"], "interval": 5, "retries": 1}


def policy(*actions, **more):
    statement = {"Effect": "Allow", "Action": list(actions)} | (more or {"Resource": "*"})
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


ASSUMED = policy("sts:AssumeRole", Principal={"Service": "ecs-tasks.amazonaws.com"})


class WithDaemons(Managed):
    """An account with a capacity provider, and the daemon task definition `agent:1` of 256 units and MiB."""

    def prepared(self):
        super().prepared()
        self.critical = False
        self.arn = self.provider()["capacityProviderArn"]
        self.agent()
        return self

    def agent(self, image=HTTPD, memory=256, family="agent", **more):
        container = {"name": "agent", "image": image} | more
        return self.ecs.register_daemon_task_definition(
            family=family, containerDefinitions=[container], cpu="256", memory=str(memory)
        )["daemonTaskDefinitionArn"]

    def daemon(self, name="agent", revision=1, wait=30, **given):
        self.critical = given.get("critical", True)
        made = self.ecs.create_daemon(daemonName=name, clusterArn="lab", **self.asked(revision, **given))
        self.pass_time(wait)
        return made

    def asked(self, revision=1, providers=None, **given):
        definition = f"arn:aws:ecs:us-east-1:123456789012:daemon-task-definition/agent:{revision}"
        return {
            "daemonTaskDefinitionArn": definition,
            "capacityProviderArns": providers or [self.arn],
        } | given

    def change(self, revision=2, wait=30, **given):
        """UpdateDaemon of `agent`."""
        self.critical = given.get("critical", True)
        made = self.ecs.update_daemon(daemonArn=self.named(), **self.asked(revision, **given))
        self.pass_time(wait)
        return made

    def named(self, name="agent"):
        return f"arn:aws:ecs:us-east-1:123456789012:daemon/lab/{name}"

    def shown(self, name="agent"):
        return self.ecs.describe_daemon(daemonArn=self.named(name))["daemon"]

    def deployment(self, made=None):
        arn = (made or self.shown())["deploymentArn"]
        return self.ecs.describe_daemon_deployments(daemonDeploymentArns=[arn])["daemonDeployments"][0]

    def of(self, group="daemon:agent", **given):
        arns = self.ecs.list_tasks(cluster="lab", **given)["taskArns"]
        return [task for task in self.tasks(arns) if task["group"] == group] if arns else []

    def statuses(self):
        return sorted((each["status"], each["runningTasksCount"]) for each in self.instances())

    def until(self, holds, limit=1200, step=20):
        """Let time pass until something holds, and look at what must always hold meanwhile."""
        for _ in range(limit // step):
            if holds():
                return
            self.pass_time(step)
            unattended(self)
        raise AssertionError("it has not come about")


def hasty(_, managed, instance):
    """In the place of `Daemons.receive`: the instance is ACTIVE at once."""
    instance.move("daemons_started")
    state.of(managed.region).clusters[managed.cluster].placement.changed(instance)


def unattended(aws):
    """Nothing but a critical daemon is placed on an ACTIVE instance before the daemon runs there."""
    held = state.of("us-east-1")
    placement = held.clusters["lab"].placement
    for instance in placement.instances.values() if placement else ():
        managed = held.managed_instances.get(instance.ec2_id)
        hosted = managed.daemons.get(aws.named()) if managed else None
        if not (hosted.revision.settings.critical if hosted else aws.critical):
            continue
        tasks = [held.tasks[task_id] for task_id in instance.tasks]
        groups = {task.settings["group"]: task.last_status for task in tasks}
        if instance.status == "ACTIVE" and tasks and instance.agent_connected:
            assert groups.get("daemon:agent") == "RUNNING", groups


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    return WithDaemons(in_process.start(tmp_path_factory.mktemp("home"), mode="stepped", seed=7))


@pytest.fixture
def aws(account):
    return account.prepared()


def refused(call, **given):
    with pytest.raises(ClientError) as refusal:
        call(**given)
    error = refusal.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_a_daemon_starts_before_all_else_and_leaves_last(aws):
    made = aws.daemon()
    assert (made["status"], aws.deployment(made)["status"]) == ("ACTIVE", "SUCCESSFUL")
    assert aws.instances() == []  # daemons do not launch instances
    aws.serve(1)
    aws.until(aws.of, step=5)
    assert (aws.statuses(), [each["lastStatus"] for each in aws.of()]) == ([("REGISTERING", 0)], ["PENDING"])
    aws.until(lambda: aws.of("service:web", serviceName="web")[0]["lastStatus"] == "RUNNING")
    [daemon], [web] = aws.of(daemonName="agent"), aws.of("service:web")
    assert daemon["startedAt"] < web["startedAt"] and web["createdAt"] < daemon["createdAt"]
    assert (daemon["group"], daemon["launchType"], daemon["capacityProviderName"]) == (
        "daemon:agent", "MANAGED_INSTANCES", "machines",
    )  # fmt: skip
    assert daemon["taskDefinitionArn"].endswith(":daemon-task-definition/agent:1")
    assert daemon["startedBy"] == made["deploymentArn"].rpartition("/")[2]
    [instance] = aws.instances()
    left = {each["name"]: each["integerValue"] for each in instance["remainingResources"]}
    whole = {each["name"]: each["integerValue"] for each in instance["registeredResources"]}
    assert (instance["status"], instance["runningTasksCount"]) == ("ACTIVE", 2)
    assert (whole["CPU"] - left["CPU"], whole["MEMORY"] - left["MEMORY"]) == (512, 768)
    [revision] = aws.shown()["currentRevisions"]
    counts = {"arn": aws.arn, "runningCount": 1, "withoutDaemonCount": 0}
    assert (revision["capacityProviders"], revision["totalRunningCount"]) == ([counts], 1)
    aws.ecs.update_service(cluster="lab", service="web", desiredCount=0)
    aws.until(lambda: not aws.of("service:web"))
    assert [each["lastStatus"] for each in aws.of()] == ["RUNNING"]  # it does not keep the instance
    aws.pass_time(IDLE)
    assert (aws.instances(), aws.hosts(), aws.tasks()) == ([], [], [])


def test_packing_sets_the_daemon_s_room_aside(aws):
    """Two tasks of 3,000 MiB fit on an instance that has 7,946 MiB, and with a daemon of 2,500 one does."""
    aws.define("large", 256, 3000)
    only = {"vCpuCount": {"min": 2, "max": 2}, "memoryMiB": {"min": 8192, "max": 8192}}
    aws.update(template={"instanceRequirements": only})
    aws.run(2, "large")
    aws.pass_time(UP)
    assert [each["runningTasksCount"] for each in aws.instances()] == [2]
    aws.stop(*(task["taskArn"] for task in aws.tasks()))
    aws.pass_time(IDLE)
    aws.agent(memory=2500)
    aws.daemon(revision=2)
    aws.run(2, "large")
    aws.pass_time(UP)
    assert [each["runningTasksCount"] for each in aws.instances()] == [2, 2]
    aws.define("largest", 256, 6000)
    [lost] = aws.run(1, "largest")
    aws.pass_time(60)
    assert "No instance type meets" in aws.tasks([lost])[0]["stoppedReason"]


def test_an_instance_whose_daemon_stops_is_drained_and_replaced(aws):
    aws.update(template={"instanceRequirements": {"vCpuCount": {"min": 2}, "memoryMiB": {"min": 4096}}})
    aws.daemon()
    aws.serve(1)
    aws.pass_time(UP)
    [alone] = aws.run(1)
    aws.pass_time(60)
    [instance], [daemon] = aws.instances(), aws.of()
    aws.stop(daemon["taskArn"])
    aws.until(lambda: aws.instances()[0]["status"] == "DRAINING", limit=60)
    aws.until(lambda: [each[0] for each in aws.statuses()] == ["ACTIVE"])
    assert aws.instances()[0]["containerInstanceArn"] != instance["containerInstanceArn"]
    aws.until(lambda: aws.statuses() == [("ACTIVE", 2)])
    [stopped] = aws.tasks([alone])  # no service starts another one for it
    assert (stopped["lastStatus"], stopped["stoppedReason"]) == (
        "STOPPED",
        "The daemon agent on the container instance has stopped, and the container instance is being "
        "replaced.",
    )


def test_an_instance_whose_daemon_becomes_unhealthy_is_replaced(aws):
    check = CHECK | {"command": ["CMD-SHELL", "test ! -f /broken"]}
    aws.agent(healthCheck=check, command=["sh", "-c", "sleep 400; touch /broken; sleep 9000"])
    aws.daemon(revision=2)
    aws.serve(1)
    aws.until(lambda: aws.statuses() == [("ACTIVE", 2)])
    [instance] = aws.instances()
    aws.pass_time(200)
    aws.until(lambda: aws.statuses()[0][0] == "DRAINING")
    aws.pass_time(100)
    aws.until(lambda: aws.statuses() == [("ACTIVE", 2)])
    assert aws.instances()[0]["containerInstanceArn"] != instance["containerInstanceArn"]


def test_an_instance_that_waits_for_its_daemon_is_not_left_behind(aws):
    """The daemon is deleted meanwhile; then another one never becomes healthy, and the agent is cut off."""
    aws.agent(healthCheck=CHECK | {"startPeriod": 300, "retries": 10, "interval": 60})
    aws.daemon(revision=2)
    [first] = aws.run(1)
    aws.until(aws.of)
    aws.pass_time(60)
    assert aws.statuses() == [("REGISTERING", 1)]
    aws.critical = False
    aws.ecs.delete_daemon(daemonArn=aws.named())
    aws.pass_time(60)
    assert aws.tasks([first])[0]["lastStatus"] == "RUNNING"
    aws.stop(first)
    aws.pass_time(300)
    assert (aws.instances(), aws.hosts()) == ([], [])
    aws.daemon(revision=2)
    [second] = aws.run(1)
    aws.until(aws.of)
    [instance] = aws.instances()
    aws.endpoint.control("inject", kind="agent", instance=instance["ec2InstanceId"], connected=False)
    aws.pass_time(1000)
    assert (aws.instances(), aws.hosts()) == ([], [])
    assert "did not register with the cluster" in aws.tasks([second])[0]["stoppedReason"]


def test_a_daemon_that_is_not_critical_holds_nothing_up(aws):
    aws.agent(BROKEN)
    aws.daemon(revision=2, critical=False)
    aws.serve(1)
    aws.pass_time(UP)
    assert aws.statuses() == [("ACTIVE", 1)]
    [revision] = aws.shown()["currentRevisions"]
    assert (revision["totalRunningCount"], revision["totalWithoutDaemonCount"]) == (0, 1)
    assert revision["capacityProviders"][0]["withoutDaemonCount"] == 1
    [described] = aws.ecs.describe_daemon_revisions(daemonRevisionArns=[revision["arn"]])["daemonRevisions"]
    assert (described["critical"], described["containerImages"]) == (
        False, [{"containerName": "agent", "image": BROKEN}],
    )  # fmt: skip


def test_a_deployment_replaces_instances_batch_by_batch(aws):
    """Half of four instances are two at a time; applications run on all the while."""
    aws.daemon()
    aws.serve(4, placementConstraints=[{"type": "distinctInstance"}])
    aws.until(lambda: aws.statuses() == [("ACTIVE", 2)] * 4, step=30)
    aws.agent(memory=128)
    made, most = aws.change(wait=0, deploymentConfiguration={"drainPercent": 50.0}), 0
    assert aws.deployment(made)["status"] == "PENDING"
    while aws.deployment(made)["status"] != "SUCCESSFUL":
        aws.pass_time(20)
        unattended(aws)
        most = max(most, sum(each[0] in ("DRAINING", "DEREGISTERING") for each in aws.statuses()))
        assert sum(each["lastStatus"] == "RUNNING" for each in aws.of("service:web")) >= 4
    assert most == 2
    done = aws.deployment(made)
    assert (done["statusReason"], done["circuitBreaker"]) == (
        "Deployment completed successfully.",
        {"failureCount": 0, "status": "MONITORING_COMPLETE", "threshold": 3},
    )
    assert done["targetDaemonRevision"]["totalRunningInstanceCount"] == 4
    assert {task["taskDefinitionArn"][-1] for task in aws.of()} == {"2"}


def test_a_new_daemon_replaces_instances_that_are_there_and_a_deleted_one_does(aws):
    aws.serve(1)
    aws.pass_time(UP)
    [first] = aws.instances()
    made = aws.daemon(wait=0)
    aws.until(lambda: aws.deployment(made)["status"] == "SUCCESSFUL")
    [second] = aws.instances()
    assert second["containerInstanceArn"] != first["containerInstanceArn"]
    assert aws.statuses() == [("ACTIVE", 2)]
    assert refused(aws.ecs.delete_capacity_provider, capacityProvider="machines", cluster="lab") == (
        "ClientException: Cannot delete capacity provider. Daemon services are still associated with this "
        "capacity provider."
    )
    gone = aws.ecs.delete_daemon(daemonArn=aws.named())
    assert gone["status"] == aws.shown()["status"] == "DELETE_IN_PROGRESS"
    assert "deployment deletion is ongoing" in refused(aws.ecs.delete_daemon, daemonArn=aws.named())
    assert refused(aws.ecs.update_daemon, daemonArn=aws.named(), **aws.asked()) == (
        "DaemonNotActiveException: Daemon was not ACTIVE."
    )
    aws.critical = False
    aws.until(lambda: aws.deployment(gone)["status"] == "SUCCESSFUL")
    assert refused(aws.ecs.describe_daemon, daemonArn=aws.named()) == (
        "DaemonNotFoundException: Daemon not found."
    )
    [third] = aws.instances()
    assert (third["runningTasksCount"], aws.of()) == (1, [])
    assert third["containerInstanceArn"] != second["containerInstanceArn"]
    listed = aws.ecs.list_daemon_deployments(daemonArn=aws.named())["daemonDeployments"]
    assert [each["daemonDeploymentArn"] for each in listed] == [gone["deploymentArn"], made["deploymentArn"]]
    aws.daemon(wait=0)  # its name is free again


def test_a_revision_that_does_not_start_is_rolled_back(aws):
    aws.daemon()
    aws.serve(1)
    aws.until(lambda: aws.statuses() == [("ACTIVE", 2)])
    before = aws.shown()["currentRevisions"][0]["arn"]
    aws.agent(BROKEN)
    made = aws.change(wait=0)
    aws.until(lambda: aws.deployment(made)["status"] == "ROLLBACK_SUCCESSFUL", 6000, step=30)
    done = aws.deployment(made)
    assert done["circuitBreaker"] == {"failureCount": 3, "status": "TRIGGERED", "threshold": 3}
    rollback = done["rollback"]
    assert (rollback["reason"], rollback["rollbackTargetDaemonRevisionArn"]) == (
        "Daemon deployment failed: the deployment circuit breaker was triggered.", before,
    )  # fmt: skip
    assert rollback["rollbackCapacityProviders"] == [aws.arn]
    aws.until(lambda: aws.statuses() == [("ACTIVE", 2)])
    assert [task["taskDefinitionArn"][-1] for task in aws.of()] == ["1"]


def test_a_first_revision_that_does_not_start_has_none_to_go_back_to(aws):
    aws.serve(1)
    aws.pass_time(UP)
    aws.agent(BROKEN)
    made = aws.daemon(revision=2, wait=0)
    aws.until(lambda: aws.deployment(made)["status"] == "ROLLBACK_FAILED", 6000, step=60)
    assert aws.deployment(made)["statusReason"] == "No rollback candidate was found to run the rollback."
    assert aws.of("service:web")[0]["lastStatus"] == "RUNNING"


def test_a_deployment_bakes_and_an_alarm_rolls_it_back(aws):
    cloudwatch = aws.client("cloudwatch")
    for name in ("before", "during"):
        cloudwatch.put_metric_alarm(
            AlarmName=name, Namespace="own", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1,
            Threshold=1, ComparisonOperator="GreaterThanThreshold", TreatMissingData="ignore",
        )  # fmt: skip
    cloudwatch.set_alarm_state(AlarmName="before", StateValue="ALARM", StateReason="x")
    aws.daemon()
    aws.agent(memory=128)
    watched = {"alarms": {"alarmNames": ["before", "during"], "enable": True}, "bakeTimeInMinutes": 10}
    made = aws.change(deploymentConfiguration=watched)
    assert aws.deployment(made)["status"] == "IN_PROGRESS"  # it bakes, though no instance is there
    assert aws.deployment(made)["alarms"]["status"] == "MONITORING"
    aws.pass_time(570)
    assert aws.deployment(made)["status"] == "IN_PROGRESS"
    aws.pass_time(30)
    assert (aws.deployment(made)["status"], aws.deployment(made)["alarms"]) == (
        "SUCCESSFUL",
        {"status": "MONITORING_COMPLETE", "alarmNames": ["before", "during"], "triggeredAlarmNames": []},
    )
    made = aws.change(1, deploymentConfiguration=watched)
    cloudwatch.set_alarm_state(AlarmName="during", StateValue="ALARM", StateReason="x")
    aws.pass_time(120)
    done = aws.deployment(made)
    assert (done["status"], done["alarms"]["status"], done["alarms"]["triggeredAlarmNames"]) == (
        "ROLLBACK_SUCCESSFUL", "TRIGGERED", ["during"],
    )  # fmt: skip
    assert done["rollback"]["reason"] == "Daemon deployment failed: alarms detected: during."
    target = aws.shown()["currentRevisions"][0]["arn"]
    [revision] = aws.ecs.describe_daemon_revisions(daemonRevisionArns=[target])["daemonRevisions"]
    assert revision["daemonTaskDefinitionArn"].endswith("agent:2")


def test_a_newer_deployment_stops_the_one_before_and_capacity_providers_come_and_go(aws):
    other = aws.provider(1, name="other")["capacityProviderArn"]
    aws.daemon()
    aws.run(1)
    aws.run(1, name="other", places=(1,))
    aws.pass_time(UP)
    assert sorted(each["runningTasksCount"] for each in aws.instances()) == [1, 2]
    first = aws.change(
        1, wait=10, providers=[aws.arn, other], deploymentConfiguration={"bakeTimeInMinutes": 60}
    )
    second = aws.change(1, wait=0, providers=[other])
    stopped = aws.deployment(first)
    assert (stopped["status"], stopped["statusReason"], "stoppedAt" in stopped) == (
        "STOPPED", "Daemon deployment was replaced by a newer deployment.", True,
    )  # fmt: skip
    aws.pass_time(60)
    assert sorted(each[0] for each in aws.statuses()) == ["ACTIVE", "DRAINING"]  # a quarter is one at a time
    aws.stop(*(task["taskArn"] for task in aws.of("family:web")))
    aws.pass_time(300)
    assert (aws.instances(), aws.deployment(second)["status"]) == ([], "SUCCESSFUL")
    aws.run(1)
    aws.run(1, name="other", places=(1,))
    aws.pass_time(UP)
    found = {each["capacityProviderName"]: each["runningTasksCount"] for each in aws.instances()}
    assert found == {"machines": 1, "other": 2}


def test_tags_names_and_exec(aws):
    tags = [{"key": "team", "value": "a"}]
    aws.daemon(tags=tags, propagateTags="DAEMON", enableECSManagedTags=True, enableExecuteCommand=True)
    aws.run(1)
    aws.pass_time(UP)
    [task] = aws.of()
    own = aws.ecs.describe_tasks(cluster="lab", tasks=[task["taskArn"]], include=["TAGS"])["tasks"][0]["tags"]
    assert tags[0] in own and {"key": "aws:ecs:clusterName", "value": "lab"} in own
    assert task["enableExecuteCommand"]
    assert aws.ecs.list_tags_for_resource(resourceArn=aws.named())["tags"] == tags
    tagging = aws.client("resourcegroupstaggingapi")
    [mapping] = tagging.get_resources(ResourceTypeFilters=["ecs:daemon"])["ResourceTagMappingList"]
    assert mapping == {"ResourceARN": aws.named(), "Tags": [{"Key": "team", "Value": "a"}]}
    aws.ecs.untag_resource(resourceArn=aws.named(), tagKeys=["team"])
    assert aws.ecs.list_tags_for_resource(resourceArn=aws.named())["tags"] == []


def test_an_update_needs_all_settings_anew(aws):
    """What a request leaves out is the default again; what changes nothing makes no revision."""
    aws.daemon(enableExecuteCommand=True, propagateTags="DAEMON", enableECSManagedTags=True, critical=False)
    made = aws.shown()["currentRevisions"][0]["arn"]

    def settings():
        arns = [aws.shown()["currentRevisions"][0]["arn"]]
        [revision] = aws.ecs.describe_daemon_revisions(daemonRevisionArns=arns)["daemonRevisions"]
        names = ("propagateTags", "enableECSManagedTags", "enableExecuteCommand", "critical")
        return [revision[name] for name in names]

    assert settings() == ["DAEMON", True, True, False]
    same = {"daemonArn": aws.named(), **aws.asked(), "deploymentConfiguration": {"drainPercent": 50.0}}
    aws.ecs.update_daemon(
        enableExecuteCommand=True, propagateTags="DAEMON", enableECSManagedTags=True, critical=False, **same
    )
    assert aws.shown()["currentRevisions"][0]["arn"] == made
    aws.ecs.update_daemon(**same)
    assert settings() == ["NONE", False, False, True]


def test_daemon_task_definitions_are_listed_and_deleted(aws):
    tags = [{"key": "a", "value": "b"}]
    container = [{"name": "x", "image": HTTPD, "essential": True}]
    made = aws.ecs.register_daemon_task_definition(
        family="other", containerDefinitions=container, tags=tags, pidMode="shared",
        taskRoleArn="own", executionRoleArn="arn:aws:iam::123456789012:role/own",
    )["daemonTaskDefinitionArn"]  # fmt: skip
    shown = aws.ecs.describe_daemon_task_definition(daemonTaskDefinition="other")["daemonTaskDefinition"]
    assert (shown["daemonTaskDefinitionArn"], shown["revision"], shown["pidMode"]) == (made, 1, "shared")
    assert shown["taskRoleArn"] == "arn:aws:iam::123456789012:role/own"
    assert "memoryReservation" not in shown["containerDefinitions"][0]
    assert aws.ecs.list_tags_for_resource(resourceArn=made)["tags"] == tags
    aws.agent(memory=128)

    def listed(**given):
        rows = aws.ecs.list_daemon_task_definitions(**given)["daemonTaskDefinitions"]
        return [row["arn"].rpartition("/")[2] for row in rows]

    assert listed() == ["agent:1", "agent:2", "other:1"]
    assert listed(sort="DESC", revision="LAST_REGISTERED") == ["other:1", "agent:2"]
    assert listed(family="agen") == [] and listed(familyPrefix="agen") == ["agent:1", "agent:2"]
    aws.daemon()
    aws.ecs.delete_daemon_task_definition(daemonTaskDefinition="agent:1")
    assert (listed(status="DELETE_IN_PROGRESS"), len(listed(status="ALL"))) == (["agent:1"], 3)
    create = aws.ecs.create_daemon
    assert refused(create, daemonName="new", clusterArn="lab", **aws.asked()) == (
        "ClientException: Daemon task definition is inactive"
    )
    aws.run(1)
    aws.pass_time(UP)
    assert [task["lastStatus"] for task in aws.of()] == ["RUNNING"]  # the daemon runs on
    assert listed(status="DELETE_IN_PROGRESS") == ["agent:1"]
    aws.stop(*(task["taskArn"] for task in aws.of("family:web")))
    aws.ecs.delete_daemon(daemonArn=aws.named())
    aws.pass_time(300)
    assert (listed(status="ALL"), aws.agent().rpartition(":")[2]) == (["agent:2", "other:1"], "3")


REFUSALS = {
    "ClusterNotFoundException: Cluster not found.": {"clusterArn": "none"},
    "ClientException: Daemon task definition not found.": {"revision": 9},
    "InvalidParameterException: Daemon name contains invalid characters. Up to 255 letters, numbers, "
    "underscores, and hyphens are allowed.": {"daemonName": "a b"},
    "InvalidParameterException: Creation of daemon was not idempotent.": {"daemonName": "agent"},
    "InvalidParameterException: capacityProviderArns cannot be empty.": {"capacityProviderArns": []},
    "InvalidParameterException: The specified capacity provider 'FARGATE' is not a Managed Instances "
    "capacity provider. ECS Managed Daemons is only supported for Amazon ECS Managed Instances Capacity "
    "Providers.": {"capacityProviderArns": ["FARGATE"]},
    "InvalidParameterException: The specified capacity provider 'none' was not found. Specify a valid "
    "capacity provider and try again.": {"capacityProviderArns": ["none"]},
    "InvalidParameterException: The specified capacity provider is not associated with the specified "
    "cluster.": {"capacityProviderArns": ["elsewhere"]},
    "InvalidParameterException: drainPercent must be between 0.0 and 100.0.": {
        "deploymentConfiguration": {"drainPercent": 101.0}
    },
    "InvalidParameterException: bakeTimeInMinutes must be between 0 and 1440.": {
        "deploymentConfiguration": {"bakeTimeInMinutes": 1441}
    },
    "InvalidParameterException: alarmNames cannot be empty when alarms are enabled.": {
        "deploymentConfiguration": {"alarms": {"enable": True}}
    },
    "InvalidParameterException: The specified CloudWatch alarms do not exist: x, y.": {
        "deploymentConfiguration": {"alarms": {"enable": True, "alarmNames": ["x", "y"]}}
    },
    "InvalidParameterException: idempotency token longer than 36.": {"clientToken": "x" * 37},
}


def test_what_a_daemon_cannot_be_is_refused_and_leaves_nothing(aws):
    aws.ecs.create_cluster(clusterName="second")
    aws.provider(name="elsewhere", cluster="second")
    aws.daemon(clientToken="token")
    before = aws.ecs.list_daemons(clusterArn="lab")["daemonSummariesList"]
    for sentence, given in REFUSALS.items():
        asked = {"daemonName": "new", "clusterArn": "lab"} | aws.asked(given.get("revision", 1))
        asked |= {name: value for name, value in given.items() if name != "revision"}
        assert refused(aws.ecs.create_daemon, **asked) == sentence
    again = aws.ecs.create_daemon(daemonName="agent", clusterArn="lab", clientToken="token", **aws.asked())
    assert again["deploymentArn"] == aws.shown()["deploymentArn"]
    assert aws.ecs.list_daemons(clusterArn="lab")["daemonSummariesList"] == before
    assert (
        aws.ecs.list_daemons(clusterArn="lab", capacityProviderArns=["elsewhere"])["daemonSummariesList"]
        == []
    )
    assert (
        len(aws.ecs.list_daemons(clusterArn="lab", capacityProviderArns=[aws.arn])["daemonSummariesList"])
        == 1
    )
    describe = aws.ecs.describe_daemon_deployments
    assert describe(daemonDeploymentArns=["x"])["failures"] == [{"arn": "x", "reason": "MISSING"}]
    assert "at most 20" in refused(describe, daemonDeploymentArns=["x"] * 21)
    assert aws.ecs.describe_daemon_revisions(daemonRevisionArns=["x"])["failures"][0]["reason"] == "MISSING"
    listing = aws.ecs.list_daemon_deployments
    assert refused(listing, daemonArn=aws.named("none")) == "ClientException: Daemon not found."
    assert listing(daemonArn=aws.named(), status=["STOPPED"])["daemonDeployments"] == []
    assert listing(daemonArn=aws.named(), createdAt={"after": 4000000000})["daemonDeployments"] == []


def of_container(**given):
    """What a request has with one container that has this besides its name and image."""
    return {"containerDefinitions": [{"name": "x", "image": HTTPD} | given]}


DEFINITIONS = {
    "ClientException: Family contains invalid characters.": {"family": "a b"},
    "ClientException: Role is not valid": {"taskRoleArn": "arn:aws:iam::1:user/x"},
    "ClientException: Container list cannot be empty.": {"containerDefinitions": []},
    "InvalidParameterException: Invalid 'cpu' setting for task.": {"cpu": "100"},
    "InvalidParameterException: Invalid 'memory' setting for task.": {"memory": "x"},
    "ClientException: json-file is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]": (
        of_container(logConfiguration={"logDriver": "json-file"})
    ),
    "UnsupportedFeatureException: This sandbox does not carry volumes of the host yet.": {
        "volumes": [{"name": "logs", "host": {"sourcePath": "/var/log"}}]
    },
    "UnsupportedFeatureException: This sandbox does not carry log driver volumes yet.": {
        "volumes": [{"name": "logs", "logDriverVolumeConfiguration": {"driver": "json-file"}}]
    },
    "ClientException: Task definition doesn't have any essential container.": of_container(essential=False),
    "ClientException: When you are specifying container secrets, you must also specify a value for "
    "'executionRoleArn'.": of_container(
        secrets=[{"name": "A", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/a"}]
    ),
    "ClientException: Soft limit exceeds hard limit for ulimit nofile": of_container(
        ulimits=[{"name": "nofile", "softLimit": 9, "hardLimit": 8}]
    ),
    "ClientException: Cannot depend on container + 'y' because it does not exist": of_container(
        dependsOn=[{"containerName": "y", "condition": "START"}]
    ),
    "ClientException: Unknown volume 'none'.": of_container(
        mountPoints=[{"sourceVolume": "none", "containerPath": "/x"}]
    ),
    "ClientException: The 'restartAttemptPeriod' setting for container 'x' must be between 60 and 1800.": (
        of_container(restartPolicy={"enabled": True, "restartAttemptPeriod": 1})
    ),
    "ClientException: Granular start timeout on container 'x' must be at least 2 seconds.": (
        of_container(startTimeout=1)
    ),
    "ClientException: Granular stop timeout on container 'x' must be at least 2 seconds.": (
        of_container(stopTimeout=-1)
    ),
    "ClientException: Invalid setting for container 'x'. 'memory' must be greater than or equal to "
    "'memoryReservation'": of_container(memory=64, memoryReservation=128),
}


def test_what_a_daemon_task_definition_cannot_be(aws):
    for sentence, given in DEFINITIONS.items():
        asked = {"family": "new"} | of_container() | given
        assert refused(aws.ecs.register_daemon_task_definition, **asked) == sentence
    assert refused(aws.ecs.describe_daemon_task_definition, daemonTaskDefinition="new") == (
        "ClientException: Daemon task definition not found."
    )
    assert refused(aws.ecs.delete_daemon_task_definition, daemonTaskDefinition="agent") == (
        "InvalidParameterException: Revision is missing"
    )


def test_the_containers_of_a_daemon_are_as_their_definitions_say(aws):
    """On the instance: what the first writes the second reads, and the log has it."""
    aws.iam.create_role(RoleName="own", AssumeRolePolicyDocument=ASSUMED)
    aws.iam.attach_role_policy(RoleName="own", PolicyArn=EXECUTION)
    options = {
        "awslogs-group": "/own", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "own",
        "awslogs-create-group": "true",
    }  # fmt: skip
    aws.client("ssm").put_parameter(Name="a", Value="hidden", Type="SecureString")
    aws.iam.put_role_policy(
        RoleName="own", PolicyName="reads", PolicyDocument=policy("logs:CreateLogGroup", "ssm:GetParameters")
    )
    shared = [{"sourceVolume": "shared", "containerPath": "/shared"}]
    first = {
        "name": "first", "image": BUSYBOX, "essential": False, "mountPoints": shared,
        "command": ["sh", "-c", "echo $A > /shared/a"], "environment": [{"name": "A", "value": "given"}],
    }  # fmt: skip
    second = {
        "name": "second", "image": BUSYBOX, "entryPoint": ["sh", "-c"], "workingDirectory": "/shared",
        "command": ["cat a; echo $S; echo x > /no || echo refused; sleep 9000"], "mountPoints": shared,
        "readonlyRootFilesystem": True, "linuxParameters": {"initProcessEnabled": True}, "cpu": 64,
        "dependsOn": [{"containerName": "first", "condition": "SUCCESS"}], "memory": 100,
        "logConfiguration": {"logDriver": "awslogs", "options": options},
        "secrets": [{"name": "S", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/a"}],
    }  # fmt: skip
    aws.ecs.register_daemon_task_definition(
        family="agent", containerDefinitions=[first, second], volumes=[{"name": "shared", "host": {}}],
        executionRoleArn="own",
    )  # fmt: skip
    aws.daemon(revision=2)
    aws.run(1)
    aws.until(aws.of)
    aws.pass_time(60)
    [task] = aws.of()
    assert (task["lastStatus"], task["cpu"], task["memory"]) == ("RUNNING", "64", "100")
    logs = aws.client("logs")
    [stream] = logs.describe_log_streams(logGroupName="/own")["logStreams"]
    assert stream["logStreamName"] == f"own/second/{task['taskArn'].rpartition('/')[2]}"
    events = logs.get_log_events(logGroupName="/own", logStreamName=stream["logStreamName"])["events"]
    lines = [event["message"] for event in events]
    assert lines[:2] == ["given", "hidden"] and lines[-1] == "refused"
    began = task["startedAt"]
    aws.stop(*(each["taskArn"] for each in aws.of("family:web")))
    aws.pass_time(IDLE)
    [ended] = aws.tasks([task["taskArn"]])
    took = (ended["executionStoppedAt"] - ended["stoppingAt"]).total_seconds()
    assert began < ended["stoppedAt"] and took < 25  # an init process lets it end at SIGTERM


def test_a_daemon_without_its_environment_file_does_not_start(aws):
    aws.agent(environmentFiles=[{"value": "arn:aws:s3:::none/a.env", "type": "s3"}])
    aws.daemon(revision=2)
    [lost] = aws.run(1)
    aws.until(lambda: aws.tasks([lost])[0]["lastStatus"] == "STOPPED", step=30)
    reason = aws.tasks([lost])[0]["stoppedReason"]
    assert reason.startswith(
        "ResourceInitializationError: Unable to launch instance(s) for capacity provider"
    )
    assert "The daemon task of agent could not be started on the container instance." in reason
    aws.pass_time(300)
    assert (aws.instances(), aws.hosts()) == ([], [])


def test_what_is_there_and_on_its_way_comes_back(tmp_path, monkeypatch):
    """In the middle of a deployment: the same is there after a replay and from a snapshot, and it goes on."""
    sandbox = Sandbox(tmp_path, mode="stepped", seed=7)
    aws = WithDaemons(in_process.endpoint_of(sandbox)).prepared()
    aws.daemon()
    aws.serve(1)
    aws.pass_time(UP)
    assert aws.statuses() == [("ACTIVE", 2)]
    aws.agent(memory=128)
    made = aws.change(wait=140)

    def seen(account):
        listed = account.ecs.list_daemon_task_definitions()["daemonTaskDefinitions"]
        return account.tasks(), account.instances(), account.deployment(made), account.shown(), listed

    before = seen(aws)
    assert before[2]["status"] == "IN_PROGRESS"
    for least in (10**9, 0):  # no snapshot at the end, and one
        monkeypatch.setattr(snapshots, "AT_STOP", least)
        sandbox.close()
        sandbox = Sandbox(tmp_path, mode="stepped", seed=7)
        again = WithDaemons(in_process.endpoint_of(sandbox))
        assert seen(again) == before
    again.pass_time(600)
    assert again.deployment(made)["status"] == "SUCCESSFUL"
    assert again.statuses() == [("ACTIVE", 2)]
    sandbox.close()


@pytest.mark.parametrize("seed", range(2))
def test_any_history_has_the_daemon_first_and_leaves_nothing(aws, seed):
    """Tasks come and go, daemons are stopped, changed and break, instances are patched and deregistered."""
    draw = random.Random(seed)
    aws.agent(memory=128)
    aws.agent(BROKEN)
    aws.daemon()
    aws.serve(2)
    for _ in range(12):
        step = draw.choice(("run", "stop", "patch", "out", "daemon", "change", "time"))
        alone, machines = [task["taskArn"] for task in aws.of("family:web")], aws.instances()
        if step == "run":
            aws.run(draw.randrange(1, 4))
        elif step == "stop" and alone:
            aws.stop(draw.choice(alone))
        elif step == "patch":
            aws.endpoint.control("inject", kind="patch")
        elif step == "out" and machines:
            victim = draw.choice(machines)["containerInstanceArn"]
            aws.ecs.deregister_container_instance(cluster="lab", containerInstance=victim, force=True)
        elif step == "daemon" and aws.of():
            aws.stop(draw.choice(aws.of())["taskArn"])
        elif step == "change":
            aws.change(draw.randrange(1, 4), wait=0, critical=draw.random() < 0.7)
        aws.pass_time(draw.choice((5, 40, 200)))
        unattended(aws)
    aws.ecs.update_service(cluster="lab", service="web", desiredCount=0)
    aws.stop(*(task["taskArn"] for task in aws.of("family:web")))
    aws.ecs.delete_daemon(daemonArn=aws.named())
    aws.pass_time(1800)
    assert (aws.tasks(), aws.instances(), aws.hosts()) == ([], [], [])
    assert aws.ecs.list_daemons(clusterArn="lab")["daemonSummariesList"] == []


def test_the_histories_would_notice_an_instance_that_is_active_too_soon(aws, monkeypatch):
    monkeypatch.setattr(Daemons, "receive", hasty)
    aws.daemon()
    aws.run(1)
    with pytest.raises(AssertionError, match="family:web"):
        aws.until(lambda: aws.statuses() == [("ACTIVE", 2)])
