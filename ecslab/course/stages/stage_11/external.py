"""The machine outside AWS, and the task on it."""

from __future__ import annotations

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.display.verdict import Verdict, not_yet
from ecslab.operations.capacity import PAGE
from ecslab.resources import external_machine
from ecslab.resources.task import task_reader
from ecslab.resources.task.task_reader import short_id, task_family


def task(lab: Connection) -> Verdict:
    """A task of the page runs on a machine outside AWS."""
    machines = external_machine.machines(lab)
    if not machines:
        return _no_machine(lab)
    machine_arns = {each["containerInstanceArn"] for each in machines}
    tasks = [
        each
        for each in task_reader.of_cluster(lab, lab.names.cluster)
        if each.get("containerInstanceArn") in machine_arns
    ]
    mine = [each for each in tasks if task_family(each) == lab.name(PAGE)]
    alive = [each for each in mine if each["desiredStatus"] == "RUNNING"]
    if alive and not machines[0]["agentConnected"]:
        return verdicts.wrong("11.external-silent", machine=machines[0]["ec2InstanceId"])
    if any(each["lastStatus"] == "RUNNING" for each in alive):
        return verdicts.done(
            "11.external-there", task=short_id(alive[0]), machine=machines[0]["ec2InstanceId"]
        )
    if alive:
        return not_yet(f"Task {short_id(alive[0])} is {alive[0]['lastStatus']}.")
    if mine:
        return verdicts.wrong("11.external-stopped", task=short_id(mine[0]))
    if tasks:
        return verdicts.wrong("11.external-family", family=task_family(tasks[0]), wanted=lab.name(PAGE))
    return not_yet(f"{machines[0]['ec2InstanceId']} is registered; no task runs on it yet.")


def _no_machine(lab: Connection) -> Verdict:
    """What is said while none is registered in the cluster: did one, or its activation, go astray?"""
    ssm = lab.client("ssm")
    nodes = ssm.describe_instance_information()["InstanceInformationList"]
    if nodes:
        return verdicts.wrong(
            "11.external-unregistered", machine=nodes[0]["InstanceId"], cluster=lab.names.cluster
        )
    mine = [{"FilterKey": "IamRole", "FilterValues": [lab.name(external_machine.ROLE)]}]
    activations = ssm.describe_activations(Filters=mine)["ActivationList"]
    if activations and activations[0].get("Expired"):
        return verdicts.wrong("11.external-expired")
    if activations:
        return not_yet("The activation is there; no machine has used it yet.")
    return not_yet("There is no activation for a machine outside AWS.")
