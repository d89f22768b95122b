"""What stage 14 asks about the application that is broken at this moment."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def _open_fault(lab: Connection) -> "ecslab.fault_lab.Fault | None":
    """The fault at hand; none is arranged."""
    progress = ecslab.fault_lab.progress(lab)
    return None if progress is None or progress.gone else ecslab.fault(lab, seed=progress.seed)


def public_ip(lab: Connection) -> list[str]:
    """What the fault's service says of public IPs."""
    fault = _open_fault(lab)
    return [fault.network()["assignPublicIp"]] if fault else []


def exit_codes(lab: Connection) -> list[int]:
    """How the containers of the fault's stopped tasks ended."""
    fault = _open_fault(lab)
    if fault is None:
        return []
    cluster = fault.names.cluster
    stopped = lab.ecs.list_tasks(cluster=cluster, desiredStatus="STOPPED")["taskArns"]
    tasks = lab.ecs.describe_tasks(cluster=cluster, tasks=stopped[:100])["tasks"] if stopped else []
    return [ended["exitCode"] for task in tasks for ended in task["containers"] if "exitCode" in ended]


def target_reasons(lab: Connection) -> list[str]:
    """Why the load balancer calls the targets of the fault's service unhealthy."""
    fault = _open_fault(lab)
    if fault is None:
        return []
    names = fault.names
    [service] = lab.ecs.describe_services(cluster=names.cluster, services=[names.service])["services"]
    reasons: list[str] = []
    for entry in service["loadBalancers"]:
        shown = lab.elbv2.describe_target_health(TargetGroupArn=entry["targetGroupArn"])
        states = [target["TargetHealth"] for target in shown["TargetHealthDescriptions"]]
        reasons += [state["Reason"] for state in states if "Reason" in state]
    return reasons
