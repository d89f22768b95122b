"""The instance runs and never registers: its user data name another cluster."""

import base64
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals, instances
from ecslab.resources import container_instance

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

BEYOND: Final = "-live"  # what the name of the cluster has too much


def arrange(builder: Builder) -> None:
    builder.foundation()
    instances.group(builder, cluster=builder.names.cluster + BEYOND)
    instances.service(builder, instances.task_definition(builder, memory=512))
    builder.pass_time(180)


def told(app: Application) -> str:
    """The user data of new instances, without the line that every script begins with."""
    versions = app.lab.ec2.describe_launch_template_versions(
        LaunchTemplateName=app.names.instances, Versions=["$Latest"]
    )["LaunchTemplateVersions"]
    text = base64.b64decode(versions[0]["LaunchTemplateData"].get("UserData", "")).decode()
    return "; ".join(text.splitlines()[1:])


def is_right(app: Application) -> bool:
    """Whether new instances are told of the application's cluster."""
    return f"ECS_CLUSTER={app.names.cluster}" in told(app).split()


def is_elsewhere(app: Application) -> bool:
    """Whether it has registered in the other cluster, which somebody made."""
    return bool(container_instance.of_cluster(app.lab, app.names.cluster + BEYOND))


def is_empty(app: Application) -> bool:
    return not instances.registered(app)


def repair(lab: Connection, fault: "Fault") -> None:
    import base64

    name, autoscaling = fault.names.instances, lab.client("autoscaling")
    latest = lab.ec2.describe_launch_template_versions(LaunchTemplateName=name, Versions=["$Latest"])
    data = latest["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    script = f"#!/bin/bash\necho ECS_CLUSTER={fault.names.cluster} >> /etc/ecs/ecs.config\n"
    data["UserData"] = base64.b64encode(script.encode()).decode()
    lab.ec2.create_launch_template_version(LaunchTemplateName=name, LaunchTemplateData=data)  # type: ignore[arg-type]
    group = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]
    lab.ec2.terminate_instances(InstanceIds=[each["InstanceId"] for each in group["Instances"]])


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.worker,
    repair=repair,
    wrong=(
        WrongFix("other-cluster", lambda app: is_elsewhere(app) and is_empty(app)),
        WrongFix("template-alone", lambda app: is_right(app) and is_empty(app)),
        WrongFix("redeployed", lambda app: app.redeployed and is_empty(app)),
        WrongFix("one-more", is_empty),
    ),
    values={"told": told, "beyond": lambda app: app.names.cluster + BEYOND},
)
