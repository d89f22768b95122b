"""The agent of the one instance has lost its connection: ECS places nothing there."""

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals, instances
from ecslab.resources import container_instance

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault


def arrange(builder: Builder) -> None:
    lab, names = builder.lab, builder.names
    builder.foundation()
    instances.group(builder)
    instances.service(builder, instances.task_definition(builder, memory=256))
    builder.pass_time(150)
    [instance] = container_instance.of_cluster(lab, names.cluster)
    lab.control("inject", kind="agent", instance=instance["ec2InstanceId"])
    builder.pass_time(30)
    lab.ecs.update_service(cluster=names.cluster, service=names.service, desiredCount=2)
    builder.pass_time(150)


def is_away(app: Application) -> bool:
    """Whether a machine runs whose agent is silent."""
    silent = (each for each in instances.registered(app) if not each["agentConnected"])
    return any(instances.runs(app, each) for each in silent)


def drains(app: Application) -> bool:
    return any(each["status"] == "DRAINING" for each in instances.registered(app))


def repair(lab: Connection, fault: "Fault") -> None:
    groups = lab.client("autoscaling").describe_auto_scaling_groups(
        AutoScalingGroupNames=[fault.names.instances]
    )["AutoScalingGroups"]
    lab.ec2.terminate_instances(InstanceIds=[each["InstanceId"] for each in groups[0]["Instances"]])


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.worker,
    repair=repair,
    wrong=(
        WrongFix("another-instance", lambda app: app.steady and is_away(app), works=True),
        WrongFix("drained", lambda app: drains(app) and is_away(app)),
        WrongFix("redeployed", lambda app: app.redeployed and is_away(app)),
    ),
    values={
        "desired": lambda app: app.desired_count,
        "running": lambda app: app.running_count,
    },
)
