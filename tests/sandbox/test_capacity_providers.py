"""Capacity providers of Auto Scaling groups: tasks wait, groups grow and shrink, instances are drained."""

import datetime
from collections import Counter

from group_rig import Groups
from instance_rig import accounts, refused

from ecslab.sandbox.bridge.ecs.tasks import instance_tasks


class Providers(Groups):
    """An account with the definition `work`, of which a t3.medium runs two tasks."""

    def prepared(self):
        super().prepared()
        container = {
            "name": "w",
            "image": "public.ecr.aws/docker/library/httpd:2.4",
            "memory": 1500,
            "cpu": 100,
        }
        self.define("work", container)
        return self

    def define(self, family, *containers):
        self.ecs.register_task_definition(
            family=family, networkMode="bridge", containerDefinitions=list(containers),
            requiresCompatibilities=["EC2"],
        )  # fmt: skip

    def provider(self, name="own", group="web", scaling=None, **group_provider):
        """A provider with managed scaling, of a group that is there."""
        managed = {"status": "ENABLED"} if scaling is None else scaling
        group_provider = {
            "autoScalingGroupArn": self.shown(group)["AutoScalingGroupARN"],
            "managedScaling": managed,
            **group_provider,
        }
        return self.ecs.create_capacity_provider(name=name, autoScalingGroupProvider=group_provider)[
            "capacityProvider"
        ]

    def associate(self, *names, cluster="lab", **request):
        strategy = [{"capacityProvider": name, "weight": 1} for name in names[:1]]
        request = {"capacityProviders": list(names), "defaultCapacityProviderStrategy": strategy} | request
        return self.ecs.put_cluster_capacity_providers(cluster=cluster, **request)["cluster"]

    def run(self, count=1, family="work", **request):
        """Tasks begun now, and why others were not."""
        answer = self.ecs.run_task(cluster="lab", taskDefinition=family, count=count, **request)
        return [task["taskArn"] for task in answer["tasks"]], [each["reason"] for each in answer["failures"]]

    def tasks(self, arns):
        return self.ecs.describe_tasks(cluster="lab", tasks=arns)["tasks"]

    def statuses(self, arns):
        return Counter(task["lastStatus"] for task in self.tasks(arns))

    def reservation(self, minutes=30):
        """The metric's values of the last minutes."""
        cloudwatch = self.client("cloudwatch")
        end = datetime.datetime.fromtimestamp(self.now(), datetime.UTC)
        datapoints = cloudwatch.get_metric_statistics(
            Namespace="AWS/ECS/ManagedScaling", MetricName="CapacityProviderReservation",
            Dimensions=[
                {"Name": "CapacityProviderName", "Value": "own"}, {"Name": "ClusterName", "Value": "lab"},
            ],
            StartTime=end - datetime.timedelta(minutes=minutes), EndTime=end, Period=60,
            Statistics=["Average"],
        )["Datapoints"]  # fmt: skip
        return [round(each["Average"]) for each in sorted(datapoints, key=lambda each: each["Timestamp"])]

    def now(self):
        return self.endpoint.control("status")["clock"]["time"]


account, aws = accounts(Providers)


def test_tasks_wait_for_capacity_that_comes_and_goes(aws):
    aws.group(desired=0)
    aws.provider()
    cluster = aws.associate("own")
    kinds = {each["type"] for each in cluster["attachments"]}
    assert (kinds, cluster["attachmentsStatus"]) == ({"as_policy", "managed_draining"}, "UPDATE_COMPLETE")
    arns, failures = aws.run(5)
    [task, *_] = aws.tasks(arns)
    assert (failures, aws.statuses(arns)) == ([], {"PROVISIONING": 5})
    assert (task["capacityProviderName"], task["launchType"]) == ("own", "EC2")
    assert "containerInstanceArn" not in task and task["attachments"] == []
    aws.pass_time(420)
    assert aws.statuses(arns) == {"RUNNING": 5}
    values = aws.reservation()
    assert values[0] == 200 and values[-1] == 100
    assert len(aws.in_service()) == 3
    assert {each["capacityProviderName"] for each in aws.instances()} == {"own"}
    assert [tag["Key"] for tag in aws.shown()["Tags"]] == ["AmazonECSManaged"]
    for arn in arns:
        aws.ecs.stop_task(cluster="lab", task=arn)
    aws.pass_time(14 * 60)
    assert aws.shown()["DesiredCapacity"] == 3  # 15 minutes below the target
    aws.pass_time(10 * 60)
    assert (aws.shown()["DesiredCapacity"], aws.in_service(), aws.instances()) == (0, [], [])
    alarms = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert [(each["EvaluationPeriods"], each["Threshold"]) for each in alarms] == [(1, 100.0), (15, 100.0)]
    assert "triggered policy ECSManagedAutoScalingPolicy-" in aws.activities()[0]["Cause"]


def test_steps_and_what_fits_no_instance(aws):
    """minimumScalingStepSize and maximumScalingStepSize bound a scale-out; the group's MaxSize too."""
    aws.group(desired=1, minimum=1, maximum=4)
    aws.provider(scaling={"status": "ENABLED", "maximumScalingStepSize": 2, "instanceWarmupPeriod": 0})
    aws.associate("own")
    aws.settle()
    aws.define("huge", {"name": "w", "image": "httpd", "memory": 9000})
    huge, _ = aws.run(family="huge")
    aws.settle()
    assert aws.statuses(huge) == {"PROVISIONING": 1}
    assert set(aws.reservation(minutes=5)) == {0}  # one instance runs, and nobody can use it
    aws.ecs.stop_task(cluster="lab", task=huge[0])
    arns, _ = aws.run(10)
    aws.pass_time(70)
    assert aws.shown()["DesiredCapacity"] == 3  # one, and the largest step
    aws.pass_time(900)
    assert len(aws.in_service()) == 4
    assert aws.statuses(arns) == {"RUNNING": 8, "PROVISIONING": 2}
    aws.ecs.stop_task(cluster="lab", task=arns[0])
    aws.pass_time(120)
    assert aws.statuses(arns) == {"RUNNING": 8, "PROVISIONING": 1, "STOPPED": 1}
    wider = {"status": "ENABLED", "minimumScalingStepSize": 3, "maximumScalingStepSize": 9}
    aws.ecs.update_capacity_provider(name="own", autoScalingGroupProvider={"managedScaling": wider})
    aws.pass_time(130)
    assert aws.reservation(minutes=2)[-1] == 175  # three more than four


def test_a_target_below_100_keeps_room(aws):
    """targetCapacity 50: twice the instances that are in use."""
    aws.group(desired=0, NewInstancesProtectedFromScaleIn=True)
    half = {"status": "ENABLED", "targetCapacity": 50, "instanceWarmupPeriod": 60}
    aws.provider(scaling=half, managedTerminationProtection="ENABLED")
    aws.associate("own")
    arns, _ = aws.run(2)
    aws.pass_time(3000)
    assert aws.statuses(arns) == {"RUNNING": 2}
    in_use = {task["containerInstanceArn"] for task in aws.tasks(arns)}
    assert len(aws.in_service()) == 2 * len(in_use)
    assert aws.reservation(minutes=5) == [50] * 5


def test_protection_spares_instances_with_tasks(aws):
    """managedTerminationProtection: of two instances the empty one goes, though it is the younger."""
    aws.group(desired=2, places=(0,), NewInstancesProtectedFromScaleIn=True)
    aws.provider(managedTerminationProtection="ENABLED", managedDraining="DISABLED")
    aws.associate("own")
    aws.settle()
    [arn], _ = aws.run()
    aws.pass_time(60)
    used = aws.describe(aws.tasks([arn])[0]["containerInstanceArn"])[0]["ec2InstanceId"]
    protected = {each["InstanceId"]: each["ProtectedFromScaleIn"] for each in aws.shown()["Instances"]}
    assert protected == {each: each == used for each in aws.in_service()}
    aws.pass_time(1500)
    assert aws.in_service() == [used] and aws.statuses([arn]) == {"RUNNING": 1}
    hooks = aws.asg.describe_lifecycle_hooks(AutoScalingGroupName="web")["LifecycleHooks"]
    assert hooks == []


def test_an_instance_that_ends_is_drained_first(aws):
    """managedDraining: a service's task is replaced before its instance goes; a bare task is waited for."""
    aws.group(desired=2)
    aws.provider(scaling={"status": "DISABLED"})
    aws.associate("own")
    aws.settle()
    hooks = aws.asg.describe_lifecycle_hooks(
        AutoScalingGroupName="web", LifecycleHookNames=["ecs-managed-draining-termination-hook"]
    )["LifecycleHooks"]
    assert [each["GlobalTimeout"] for each in hooks] == [172_800]
    aws.ecs.create_service(
        cluster="lab", serviceName="shop", taskDefinition="work", desiredCount=1,
        capacityProviderStrategy=[{"capacityProvider": "own", "weight": 1}],
    )  # fmt: skip
    aws.pass_time(120)
    [served] = aws.ecs.list_tasks(cluster="lab", serviceName="shop")["taskArns"]
    instance = aws.describe(aws.tasks([served])[0]["containerInstanceArn"])[0]
    end = {"InstanceId": instance["ec2InstanceId"], "ShouldDecrementDesiredCapacity": True}
    aws.asg.terminate_instance_in_auto_scaling_group(**end)
    [ending] = [each for each in aws.shown()["Instances"] if each["InstanceId"] == instance["ec2InstanceId"]]
    assert ending["LifecycleState"] == "Terminating:Wait"
    assert aws.describe(instance["containerInstanceArn"])[0]["status"] == "DRAINING"
    aws.pass_time(300)
    assert len(aws.in_service()) == len(aws.instances()) == len(aws.shown()["Instances"]) == 1
    [other] = aws.ecs.list_tasks(cluster="lab", serviceName="shop")["taskArns"]
    assert other != served and aws.statuses([other]) == {"RUNNING": 1}
    [bare], _ = aws.run(capacityProviderStrategy=[{"capacityProvider": "own", "weight": 1}])
    aws.pass_time(60)
    aws.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=0)
    aws.pass_time(3600)
    assert (aws.statuses([bare]), len(aws.shown()["Instances"])) == ({"RUNNING": 1}, 1)
    aws.pass_time(48 * 3600)
    assert aws.shown()["Instances"] == []


def test_without_managed_scaling_nothing_waits(aws):
    aws.group(desired=0)
    aws.provider(scaling={"status": "DISABLED"})
    aws.associate("own")
    assert aws.run(3) == ([], ["EMPTY CAPACITY PROVIDER"])
    aws.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    aws.settle()
    arns, failures = aws.run(3)
    assert (len(arns), failures) == (2, ["RESOURCE:MEMORY"])
    assert aws.client("cloudwatch").describe_alarms()["MetricAlarms"] == []


def test_a_strategy_splits_by_base_and_weight(aws):
    for name in ("own", "other"):
        aws.group(name, desired=2, places=(0,))
        aws.provider(name, name)
    aws.associate("own", "other")
    aws.settle()
    strategy = [
        {"capacityProvider": "own", "base": 1, "weight": 1},
        {"capacityProvider": "other", "weight": 2},
    ]
    arns, _ = aws.run(7, capacityProviderStrategy=strategy)
    assert Counter(task["capacityProviderName"] for task in aws.tasks(arns)) == {"own": 3, "other": 4}
    aws.settle()
    for task in aws.tasks(arns):
        [instance] = aws.describe(task["containerInstanceArn"])
        assert instance["capacityProviderName"] == task["capacityProviderName"]


def test_a_service_changes_its_provider_alive(aws):
    for name in ("own", "other"):
        aws.group(name, desired=0, places=(0,))
        aws.provider(name, name)
    aws.associate("own", "other")

    def on(name):
        return [{"capacityProvider": name, "weight": 1}]

    service = {"cluster": "lab", "service": "shop"}
    aws.ecs.create_service(
        cluster="lab",
        serviceName="shop",
        taskDefinition="work",
        desiredCount=2,
        capacityProviderStrategy=on("own"),
    )
    aws.settle()
    assert len(aws.in_service("own")) == 2 and aws.in_service("other") == []
    for unforced in (on("other"), []):
        assert refused(aws.ecs.update_service, **service, capacityProviderStrategy=unforced) == (
            "InvalidParameterException: When switching from launch type to capacity provider strategy on an "
            "existing service, or making a change to a capacity provider strategy on a service that is "
            "already using one, you must force a new deployment."
        )
    same = aws.ecs.update_service(**service, capacityProviderStrategy=on("own"))["service"]
    assert len(same["deployments"]) == 1
    aws.ecs.update_service(**service, capacityProviderStrategy=on("other"), forceNewDeployment=True)
    taken = {"capacityProviders": ["other"], "defaultCapacityProviderStrategy": []}
    aws.settle()
    tasks = aws.tasks(aws.ecs.list_tasks(cluster="lab", serviceName="shop")["taskArns"])
    assert {(task["capacityProviderName"], task["lastStatus"]) for task in tasks} == {("other", "RUNNING")}
    [described] = aws.ecs.describe_services(cluster="lab", services=["shop"])["services"]
    assert described["capacityProviderStrategy"] == [{"capacityProvider": "other", "weight": 1, "base": 0}]
    assert refused(
        aws.associate, cluster="lab", capacityProviders=["own"], defaultCapacityProviderStrategy=[]
    ) == (
        "ResourceInUseException: The specified capacity provider is in use and cannot be removed from the "
        "cluster. Remove the services and tasks that use it and try again."
    )
    aws.associate(**taken)  # the one that is used no more
    alarms = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {each["AlarmName"].split("-")[1] for each in alarms} == {"other"}


def test_only_so_many_tasks_of_a_cluster_wait_for_capacity(aws, monkeypatch):
    monkeypatch.setattr(instance_tasks, "MOST_WAITING", 2)
    aws.group("own", desired=0, places=(0,))
    aws.provider("own", "own")
    aws.associate("own")
    strategy = [{"capacityProvider": "own", "weight": 1}]
    answer = aws.ecs.run_task(
        cluster="lab", taskDefinition="work", count=4, capacityProviderStrategy=strategy
    )
    assert [task["lastStatus"] for task in answer["tasks"]] == ["PROVISIONING"] * 2
    assert {each["reason"] for each in answer["failures"]} == {
        "was unable to place tasks in your cluster because the tasks provisioning capacity limit was "
        "exceeded."
    }
    assert len(answer["failures"]) == 2


def test_a_provider_is_described_tagged_changed_and_deleted(aws):
    aws.group(desired=0)
    arn = aws.shown()["AutoScalingGroupARN"]
    tags = [{"key": "team", "value": "shop"}]
    created = aws.ecs.create_capacity_provider(
        name="own", autoScalingGroupProvider={"autoScalingGroupArn": arn}, tags=tags
    )["capacityProvider"]
    assert created["autoScalingGroupProvider"] == {
        "autoScalingGroupArn": arn, "managedTerminationProtection": "DISABLED", "managedDraining": "ENABLED",
        "managedScaling": {"status": "DISABLED", "targetCapacity": 100, "minimumScalingStepSize": 1,
                           "maximumScalingStepSize": 10000, "instanceWarmupPeriod": 300},
    }  # fmt: skip
    assert (created["type"], created["status"], created["tags"]) == ("EC2_AUTOSCALING", "ACTIVE", tags)
    describe = aws.ecs.describe_capacity_providers
    assert [each["name"] for each in describe()["capacityProviders"]] == ["own", "FARGATE", "FARGATE_SPOT"]
    [described] = describe(capacityProviders=[created["capacityProviderArn"]], include=["TAGS"])[
        "capacityProviders"
    ]
    assert described == created
    assert describe(capacityProviders=["own"])["capacityProviders"][0]["tags"] == []
    [failure] = describe(capacityProviders=["nobody"])["failures"]
    assert failure["reason"] == "MISSING"
    aws.ecs.tag_resource(resourceArn=created["capacityProviderArn"], tags=[{"key": "more", "value": "1"}])
    aws.ecs.untag_resource(resourceArn=created["capacityProviderArn"], tagKeys=["team"])
    assert aws.ecs.list_tags_for_resource(resourceArn=created["capacityProviderArn"])["tags"] == [
        {"key": "more", "value": "1"}
    ]
    changes = {"managedScaling": {"status": "ENABLED", "targetCapacity": 90}, "managedDraining": "DISABLED"}
    changed = aws.ecs.update_capacity_provider(name="own", autoScalingGroupProvider=changes)[
        "capacityProvider"
    ]
    assert changed["updateStatus"] == "UPDATE_COMPLETE"
    assert changed["autoScalingGroupProvider"]["managedScaling"]["targetCapacity"] == 90
    aws.associate("own")
    thresholds = [each["Threshold"] for each in aws.client("cloudwatch").describe_alarms()["MetricAlarms"]]
    assert thresholds == [90.0, 90.0]
    assert refused(aws.ecs.delete_capacity_provider, capacityProvider="own").startswith("ClientException: ")
    aws.associate()
    deleted = aws.ecs.delete_capacity_provider(capacityProvider="own")["capacityProvider"]
    assert (deleted["status"], deleted["updateStatus"]) == ("ACTIVE", "DELETE_IN_PROGRESS")
    aws.pass_time(60)
    [gone] = describe(capacityProviders=["own"])["capacityProviders"]
    assert (gone["status"], gone["updateStatus"]) == ("INACTIVE", "DELETE_COMPLETE")
    assert [each["name"] for each in describe()["capacityProviders"]] == ["FARGATE", "FARGATE_SPOT"]
    assert aws.provider()["status"] == "ACTIVE"


def test_what_a_provider_cannot_be_is_refused(aws):
    aws.group(desired=0)
    arn = aws.shown()["AutoScalingGroupARN"]
    create = aws.ecs.create_capacity_provider
    for name in ("aws-own", "ECS1", "fargate", "a b"):
        sentence = refused(create, name=name, autoScalingGroupProvider={"autoScalingGroupArn": arn})
        assert sentence.startswith("ClientException: The specified capacity provider name is invalid. ")
    start = (
        "ClientException: The managed termination protection setting for the capacity provider is invalid. "
    )
    rows = {
        "ClientException: The minimum or maximum scaling step size value is invalid. ": {
            "managedScaling": {"minimumScalingStepSize": 3, "maximumScalingStepSize": 2}
        },
        "ClientException: The managed scaling targetCapacity is invalid": {
            "managedScaling": {"targetCapacity": 101}
        },
        f"{start}To enable managed termination protection for a capacity provider, the Auto Scaling group "
        "must have instance protection from scale in enabled.": {
            "managedScaling": {"status": "ENABLED"}, "managedTerminationProtection": "ENABLED"
        },
        f"{start}To enable managed termination protection for a capacity provider, you must enable managed "
        "scaling.": {"managedTerminationProtection": "ENABLED"},
        "ClientException: The specified Auto Scaling group ARN is not valid. ": {
            "autoScalingGroupArn": f"{arn}x"
        },
    }  # fmt: skip
    for sentence, members in rows.items():
        whole = {"autoScalingGroupArn": arn} | members
        assert refused(create, name="own", autoScalingGroupProvider=whole).startswith(sentence)
    aws.provider()
    again = {"autoScalingGroupProvider": {"autoScalingGroupArn": arn}}
    assert "already exists" in refused(create, name="own", **again)
    assert "already being used by another" in refused(create, name="second", **again)
    aws.asg.delete_auto_scaling_group(AutoScalingGroupName="web")
    assert "is not valid" in refused(create, name="third", **again)


INVALID = "InvalidParameterException: "
BAD_STRATEGIES = {
    "a mix": ([{"capacityProvider": "own", "weight": 1}, {"capacityProvider": "FARGATE", "weight": 1}],
              "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling"),
    "weights of nothing": ([{"capacityProvider": "own", "base": 1}],
                           "There are no capacity providers in the capacity provider"),
    "of no cluster": ([{"capacityProvider": "other", "weight": 1}],
                      "The specified capacity provider strategy cannot contain a"),
}  # fmt: skip


def test_what_a_strategy_cannot_be_is_refused(aws):
    for name in ("own", "other"):
        aws.group(name, desired=0)
        aws.provider(name, name)
    aws.associate("own", "FARGATE")
    for strategy, sentence in BAD_STRATEGIES.values():
        assert refused(aws.run, capacityProviderStrategy=strategy).startswith(INVALID + sentence)
    good = [{"capacityProvider": "own", "weight": 1}]
    both = refused(aws.run, capacityProviderStrategy=good, launchType="EC2")
    assert "Specifying both a launch type and capacity provider strategy" in both
    daemon = {
        "cluster": "lab",
        "serviceName": "all",
        "taskDefinition": "work",
        "schedulingStrategy": "DAEMON",
    }
    assert "DAEMON" in refused(aws.ecs.create_service, **daemon, capacityProviderStrategy=good)
    aws.ecs.create_service(**daemon)  # a default strategy is none of its own
    aws.ecs.create_cluster(clusterName="second")
    assert "is associated with another cluster already" in refused(aws.associate, "own", cluster="second")
    assert aws.ecs.describe_clusters(clusters=["second"])["clusters"][0]["capacityProviders"] == []
    strange = {"capacityProviders": ["nobody"], "defaultCapacityProviderStrategy": []}
    assert "does not exist" in refused(aws.ecs.put_cluster_capacity_providers, cluster="lab", **strange)


def test_tasks_that_wait_come_back(on_disk):
    aws = on_disk(Providers).prepared()
    aws.group(desired=0)
    aws.provider()
    aws.associate("own")
    arns, _ = aws.run(3)
    aws.pass_time(90)
    before = aws.tasks(arns), aws.shown(), aws.reservation()
    again = on_disk(Providers)
    assert (again.tasks(arns), again.shown(), again.reservation()) == before
    again.pass_time(420)
    assert again.statuses(arns) == {"RUNNING": 3}
