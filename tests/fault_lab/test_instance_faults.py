"""Faults of container instances: what a learner sees of them, and what does not fix them."""

import base64

from fault_rig import again, changed, deployed, judged, table

from ecslab.fault_lab.engine import instances

AWAIT = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
NOWHERE = "was unable to place a task because no container instance met all of its requirements."


def event_messages(fault):
    """The service's events, with a word for the instance."""
    app = fault._application()
    text = "\n".join(app.events).replace(f"(service {fault.names.service}) ", "")
    for each in instances.registered(app):
        text = text.replace(each["containerInstanceArn"].rpartition("/")[2], "ID")
    return text.split("\n")


def closest(problem):
    return f"{NOWHERE} The closest matching (container-instance ID) {problem}. {AWAIT}"


def capacity(count):
    """So many instances in the group."""

    def attempt(lab, fault):
        lab.client("autoscaling").set_desired_capacity(
            AutoScalingGroupName=fault.names.instances, DesiredCapacity=count
        )
        lab.control("advance", seconds=600)

    return attempt


def more_tasks(count):
    return lambda _lab, fault: fault.deploy(desiredCount=count)


def test_what_one_sees_of_them(bay):
    assert closest("has insufficient memory available") in event_messages(bay("instance-full"))
    assert closest("is already using a port required by your task") in event_messages(bay("host-port-taken"))
    assert bay("host-port-taken")._application().running_count == 1
    unmet = closest('encountered error "MemberOf placement constraint unsatisfied."')
    assert unmet in event_messages(bay("attribute-missing"))
    assert closest('encountered error "AGENT"') in event_messages(bay("agent-away"))
    none = f"{NOWHERE} Reason: No Container Instances were found in your cluster. {AWAIT}"
    assert none in event_messages(bay("never-registers"))


# memory


def _neighbour_gone(lab, fault):
    lab.ecs.update_service(cluster=fault.names.cluster, service=fault.names.helper, desiredCount=0)
    lab.control("advance", seconds=300)


@table(
    {
        "one more instance": capacity(2),
        "a reservation that fits": changed(memoryReservation=512),
    },
    {
        "the neighbour is stopped": (
            _neighbour_gone,
            lambda fault: (
                f"The {fault.names.app} has the instance for itself now: `{fault.names.helper}` was "
                "stopped, and its jobs are not done."
            ),
        ),
        "less CPU": (
            changed(cpu=64),
            "The container asks for other CPU now. It still sets aside 1024 MiB of memory, where 962 are "
            "left.",
        ),
        "more tasks": (more_tasks(3), "3 tasks are wanted now, where there is no room for one."),
        "deployed again": (again, "The new deployment asks for 1024 MiB too, and 962 MiB are left."),
    },
)
def test_attempts_at_a_full_instance(bay, attempt, text):
    judged(bay("instance-full"), attempt, text)


# port


def _mapped(port):
    return changed(portMappings=[{"containerPort": 80, "hostPort": port, "protocol": "tcp"}])


def _other_port(lab, fault):
    _mapped(8081)(lab, fault)
    lab.control("advance", seconds=300)


@table(
    {
        "one more instance": capacity(2),
        "the old task first": deployed(
            deploymentConfiguration={"minimumHealthyPercent": 0, "maximumPercent": 200}
        ),
    },
    {
        "another port": (
            _other_port,
            "This deployment is through. The next one wants host port 8081 twice again, on the same "
            "instance.",
        ),
        "more tasks": (more_tasks(2), "2 tasks are wanted now, and there is one port 8080 on the instance."),
        "deployed again": (
            again,
            "The new deployment asks for host port 8080 as well, and the old task still holds it.",
        ),
    },
)
def test_attempts_at_a_port_that_is_taken(bay, attempt, text):
    judged(bay("host-port-taken"), attempt, text)


# attribute


def _disk(value):
    def attempt(lab, fault):
        [instance] = instances.registered(fault._application())
        disk = {"name": "disk", "value": value, "targetId": instance["containerInstanceArn"]}
        lab.ecs.put_attributes(cluster=fault.names.cluster, attributes=[disk])

    return attempt


def _anywhere(lab, fault):
    fault.deploy(placementConstraints=[])
    lab.control("advance", seconds=300)


@table(
    {},
    {
        "any instance": (
            _anywhere,
            lambda fault: (
                f"The service takes any instance now: none. The {fault.names.app} needs the fast disk, and "
                "nobody promises it one."
            ),
        ),
        "in capitals": (
            _disk("SSD"),
            "An instance has the attribute now, with another value: `SSD`. The constraint: "
            "`attribute:disk == ssd`.",
        ),
        "deployed again": (
            again,
            "The new deployment has the same constraint, `attribute:disk == ssd`, and the instance lacks the "
            "attribute as before.",
        ),
    },
)
def test_attempts_at_an_instance_without_the_attribute(bay, attempt, text):
    judged(bay("attribute-missing"), attempt, text)


# agent


def _drain(lab, fault):
    arns = lab.ecs.list_container_instances(cluster=fault.names.cluster)["containerInstanceArns"]
    lab.ecs.update_container_instances_state(
        cluster=fault.names.cluster, containerInstances=arns, status="DRAINING"
    )


def _restart(lab, fault):
    [instance] = instances.registered(fault._application())
    lab.ec2.stop_instances(InstanceIds=[instance["ec2InstanceId"]])
    lab.control("advance", seconds=900)  # the group replaces what does not run


@table(
    {"stopped, and replaced by the group": _restart},
    {
        "another instance": (
            capacity(2),
            "2 tasks run, one of them on an instance that ECS cannot reach: it can neither be stopped nor "
            "replaced there.",
        ),
        "drained": (
            _drain,
            "The instance is DRAINING now. To stop a task there ECS needs the agent, and the agent is away.",
        ),
        "deployed again": (
            again,
            "The new deployment finds the same instance, and its agent is still away.",
        ),
    },
)
def test_attempts_at_an_agent_that_is_away(bay, attempt, text):
    judged(bay("agent-away"), attempt, text)


# registration


def _template(lab, fault):
    name = fault.names.instances
    latest = lab.ec2.describe_launch_template_versions(LaunchTemplateName=name, Versions=["$Latest"])
    data = latest["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    script = f"#!/bin/bash\necho ECS_CLUSTER={fault.names.cluster} >> /etc/ecs/ecs.config\n"
    data["UserData"] = base64.b64encode(script.encode()).decode()
    lab.ec2.create_launch_template_version(LaunchTemplateName=name, LaunchTemplateData=data)


def _template_and_one_more(lab, fault):
    _template(lab, fault)
    capacity(2)(lab, fault)


def _beyond(lab, fault):
    lab.ecs.create_cluster(clusterName=f"{fault.names.cluster}-live")


def _told(cluster):
    return f"echo ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config"


@table(
    {"a new template, and one more of it": _template_and_one_more},
    {
        "the other cluster is made": (
            _beyond,
            lambda fault: (
                f"The instance has registered now, in `{fault.names.cluster}-live`. The service is in "
                f"`{fault.names.cluster}`."
            ),
        ),
        "the template alone": (
            _template,
            lambda fault: (
                f"New instances are told: {_told(fault.names.cluster)}. The one that runs read its user "
                "data at its first boot."
            ),
        ),
        "deployed again": (again, "The new deployment finds no instance either."),
        "one more of the same": (
            capacity(2),
            lambda fault: (
                "There is still no instance in the cluster. New ones are told: "
                f"{_told(f'{fault.names.cluster}-live')}."
            ),
        ),
    },
)
def test_attempts_at_an_instance_that_never_registers(bay, attempt, text):
    judged(bay("never-registers"), attempt, text)
