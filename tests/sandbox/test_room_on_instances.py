"""Services on EC2 that lack room, or are badly spread: what they do when an instance has some."""

from collections import Counter

import pytest
from instance_rig import OnEc2, accounts, refused

from ecslab.sandbox.bridge.account import current_account

ZONE = "attribute:ecs.availability-zone"
SPREAD = {"type": "spread", "field": ZONE}
PACK = {"type": "binpack", "field": "memory"}
UNFIT = {
    "strategies": (
        {"placementStrategy": [PACK, SPREAD]},
        lambda done: (
            f"The service couldn't be {done} because Availability Zone Rebalancing does not support "
            "placement strategies that do not begin with spread by attribute:ecs.availability-zone. Update "
            "the placement strategies and try again."
        ),
    ),
    "constraints": (
        {"placementConstraints": [{"type": "memberOf", "expression": f"{ZONE} == us-east-1a"}]},
        lambda done: (
            f"The service couldn't be {done} because Availability Zone Rebalancing does not support "
            "placement constraints on attribute:ecs.availability-zone. Update the placement constraints and "
            "try again."
        ),
    ),
}


class Tight(OnEc2):
    """A cluster whose instances have room for one task each, unless a definition is smaller."""

    def serve(self, desired=2, **more):
        request = {"cluster": "lab", "serviceName": "web", "taskDefinition": "web", "launchType": "EC2"}
        return self.ecs.create_service(**request | more, desiredCount=desired)["service"]

    def service(self):
        return self.ecs.describe_services(cluster="lab", services=["web"])["services"][0]

    def event_messages(self):
        return [event["message"].removeprefix("(service web) ") for event in self.service()["events"]]

    def until(self, happened, step=5, most=600):
        """Seconds until something has happened."""
        for passed in range(0, most, step):
            if happened():
                return passed
            self.pass_time(step)
        raise AssertionError("it did not happen")

    def zones(self):
        return Counter(task["availabilityZone"] for task in self.service_tasks())


account, aws = accounts(Tight)


def lacking_room(aws):
    """A service of two on one instance, with a task for which it waits half an hour and more by now."""
    aws.launch()
    aws.pass_time()
    aws.define(memory=3500)
    aws.serve()
    aws.pass_time(6000)
    assert len(aws.service_tasks()) == 1
    assert any("has insufficient memory available" in each for each in aws.event_messages())


def test_a_service_tries_again_as_soon_as_an_instance_registers(aws):
    lacking_room(aws)
    aws.launch()
    aws.until(lambda: len(aws.instances()) == 2)
    assert aws.until(lambda: len(aws.service_tasks()) == 2) <= 20


def test_a_service_tries_again_as_soon_as_an_agent_is_back(aws):
    away = aws.launch()
    aws.pass_time()
    aws.endpoint.control("inject", kind="agent", instance=away)
    lacking_room(aws)
    aws.endpoint.control("inject", kind="agent", instance=away, connected=True)
    assert aws.until(lambda: len(aws.service_tasks()) == 2) <= 20


def test_a_service_tries_again_as_soon_as_a_task_has_left(aws):
    aws.launch()
    aws.pass_time()
    aws.define("other", memory=3000)
    [other] = aws.run("other")["tasks"]
    lacking_room(aws)
    aws.ecs.stop_task(cluster="lab", task=other["taskArn"])
    aws.until(lambda: aws.task(other["taskArn"])["lastStatus"] == "STOPPED", step=1)
    assert aws.until(lambda: len(aws.service_tasks()) == 2) <= 20


def test_an_instance_that_does_not_help_is_no_reason_to_try(aws):
    lacking_room(aws)
    before = aws.event_messages()
    aws.launch(InstanceType="t3.micro")
    aws.until(lambda: len(aws.instances()) == 2)
    aws.pass_time(60)
    assert aws.event_messages() == before


def test_a_service_of_an_older_journal_waits_to_the_end(aws):
    lacking_room(aws)
    services = current_account().services
    services.scheduler._behaviour = 7
    aws.launch()
    aws.until(lambda: len(aws.instances()) == 2)
    aws.pass_time(60)
    assert len(aws.service_tasks()) == 1
    assert aws.until(lambda: len(aws.service_tasks()) == 2, step=60, most=2000) > 60


# zones


def lopsided(aws, **more):
    """Four tasks in one zone, all that there was."""
    aws.launch()
    aws.pass_time()
    aws.define(memory=800)
    assert aws.serve(4, **more)["availabilityZoneRebalancing"] == "ENABLED"
    aws.pass_time(300)
    assert aws.zones() == {"us-east-1a": 4}


def test_zones_are_evened_out_when_there_is_an_instance_in_another_one(aws):
    lopsided(aws, placementStrategy=[SPREAD, PACK])
    before = set(aws.event_messages())
    aws.launch(place=1)
    aws.pass_time(900)
    assert aws.zones() == {"us-east-1a": 2, "us-east-1b": 2}
    messages = [each for each in reversed(aws.event_messages()) if each not in before]
    assert messages[0] == (
        "is not AZ balanced with 4 tasks in us-east-1a, 0 tasks in us-east-1b. AZ Rebalancing in progress."
    )
    started = "has started 1 tasks in us-east-1b to AZ Rebalance: (task "
    assert sum(each.startswith(started) for each in messages) == 2
    assert "is AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b." in messages


def test_a_zone_without_room_is_told_of_once_and_gets_its_tasks_once_it_has_some(aws):
    full = aws.launch(place=1)
    aws.pass_time()
    aws.define("other", memory=3500)
    [other] = aws.run("other")["tasks"]
    lopsided(aws)
    aws.pass_time(4000)
    lacking = (
        "is unable to place a task in us-east-1b because no container instance met all of its requirements."
    )
    assert aws.event_messages().count(lacking) == 1
    assert aws.zones() == {"us-east-1a": 4}
    aws.ecs.stop_task(cluster="lab", task=other["taskArn"])
    aws.pass_time(900)
    assert aws.zones() == {"us-east-1a": 2, "us-east-1b": 2}
    assert full in {each["ec2InstanceId"] for each in aws.instances()}


@pytest.mark.parametrize("more", [{"availabilityZoneRebalancing": "DISABLED"}, {"placementStrategy": [PACK]}])
def test_without_rebalancing_tasks_stay_where_they_are(aws, more):
    aws.launch()
    aws.pass_time()
    aws.define(memory=800)
    assert aws.serve(4, **more)["availabilityZoneRebalancing"] == "DISABLED"
    aws.pass_time(300)
    aws.launch(place=1)
    aws.pass_time(900)
    assert aws.zones() == {"us-east-1a": 4}


@pytest.mark.parametrize("unfit", UNFIT)
def test_rebalancing_is_refused_where_it_cannot_be(aws, unfit):
    placement, what = UNFIT[unfit]
    aws.define()
    request = {"cluster": "lab", "serviceName": "web", "taskDefinition": "web", "launchType": "EC2"}
    on = {"availabilityZoneRebalancing": "ENABLED"}
    assert refused(aws.ecs.create_service, desiredCount=1, **request, **placement, **on) == (
        f"InvalidParameterException: {what('created')}"
    )
    assert aws.ecs.list_services(cluster="lab")["serviceArns"] == []
    assert aws.serve()["availabilityZoneRebalancing"] == "ENABLED"
    update = {"cluster": "lab", "service": "web", **placement}
    sentence = f"InvalidParameterException: {what('updated')}"
    assert refused(aws.ecs.update_service, **update) == sentence
    assert refused(aws.ecs.update_service, **update, **on) == sentence
    off = aws.ecs.update_service(**update, availabilityZoneRebalancing="DISABLED")["service"]
    assert off["availabilityZoneRebalancing"] == "DISABLED"


def test_a_journal_of_before_has_it_whatever_the_strategies(aws):
    current_account().behaviour = 7
    aws.define()
    assert aws.serve(placementStrategy=[PACK])["availabilityZoneRebalancing"] == "ENABLED"


def test_rebalancing_is_not_for_machines_outside(aws):
    aws.define(requiresCompatibilities=["EXTERNAL"])
    request = {"launchType": "EXTERNAL", "serviceName": "outside"}
    assert aws.serve(**request)["availabilityZoneRebalancing"] == "DISABLED"
    done = "updated"
    assert refused(
        aws.ecs.update_service, cluster="lab", service="outside", availabilityZoneRebalancing="ENABLED"
    ) == (
        "InvalidParameterException: "
        f"The service couldn't be {done} because Availability Zone Rebalancing does not support the EXTERNAL "
        "launch type. Update the launch type and try again."
    )


# what an update and a deployment do


def test_constraints_of_an_update_hold_at_once_and_start_no_deployment(aws):
    aws.launch()
    aws.pass_time()
    aws.define()
    fast = {"type": "memberOf", "expression": "attribute:disk == ssd"}
    aws.serve(placementConstraints=[fast])
    aws.pass_time(600)
    assert aws.service()["runningCount"] == 0
    aws.ecs.update_service(cluster="lab", service="web", placementConstraints=[])
    aws.pass_time(60)
    assert len(aws.service_tasks()) == 2
    service = aws.service()
    assert (service["placementConstraints"], len(service["deployments"])) == ([], 1)
    aws.ecs.update_service(cluster="lab", service="web", placementConstraints=[fast], desiredCount=3)
    aws.pass_time(60)
    assert (len(aws.service_tasks()), aws.service()["placementConstraints"]) == (2, [fast])


@pytest.mark.parametrize(("least", "versions"), [(0, {"web:2"}), (100, {"web:1"})])
def test_a_deployment_without_room_stops_old_tasks_first_if_it_may(aws, least, versions):
    aws.launch()
    aws.pass_time()
    for _ in range(2):
        aws.define(port=8080)
    aws.serve(1, taskDefinition="web:1", deploymentConfiguration={"minimumHealthyPercent": least})
    aws.pass_time(120)
    aws.ecs.update_service(cluster="lab", service="web", taskDefinition="web:2")
    aws.pass_time(300)
    assert {task["taskDefinitionArn"].rpartition("/")[2] for task in aws.service_tasks()} == versions
