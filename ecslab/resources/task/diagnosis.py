"""What a task says about itself, in words: the cause of its `stoppedReason`, and what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.display.texts import Entry, read
from ecslab.resources import ecr, network
from ecslab.resources.task import network_interface

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import FailureTypeDef, TaskTypeDef


def of_task(lab: Connection, task: TaskTypeDef) -> str:
    """Two lines, `why:` and `next:`, for a task in any status."""
    if task["lastStatus"] == "RUNNING" and task["desiredStatus"] == "RUNNING":
        return _lines(
            "it is RUNNING: its containers were started.", "verify.page(lab, task) asks for its page"
        )
    if task["desiredStatus"] == "RUNNING":
        return _on_its_way(lab, task)
    reasons = " ".join([str(task.get("stoppedReason", "")), *_container_reasons(task)])
    for cause in _words().rows("causes"):
        if all(part in reasons for part in cause.texts("parts")):
            look = {"no-way-out": _no_way_out, "no-image": _no_image}.get(cause.text("look", ""))
            return _lines(look(lab, task) if look else cause.text("why"), cause.text("next"))
    if task.get("stopCode") == "EssentialContainerExited":
        return _exited(task)
    if task.get("stopCode") == "UserInitiated" and str(task.get("group", "")).startswith("service:"):
        return _lines(
            "somebody stopped it (StopTask). It stays stopped; its service starts another in its place.",
            "service.tasks(lab) shows the new one",
        )
    if task.get("stopCode") == "UserInitiated":
        return _lines("somebody stopped it (StopTask). A bare task stays stopped.", "task.run(lab)")
    return _lines("see the reason above, in ECS's own words.", "put right what it names, then task.run(lab)")


def of_failure(failure: FailureTypeDef) -> str:
    """The message for an entry of RunTask's `failures`."""
    reason = failure.get("reason", "no reason given")
    advice = "wait a minute, or choose a subnet in another zone" if "apacity" in reason else "lab.check('04')"
    return f"RunTask started nothing.\n  it said: {reason}\n  next:    {advice}"


def _words() -> Entry:
    return read(Path(__file__).parent, "diagnosis")


def _lines(why: str, then: str) -> str:
    return f"  why:  {why}\n  next: {then}"


def _container_reasons(task: TaskTypeDef) -> list[str]:
    return [str(container["reason"]) for container in task.get("containers", []) if container.get("reason")]


def _on_its_way(lab: Connection, task: TaskTypeDef) -> str:
    choice = network_interface.choice_of(lab, task)
    for problem in network.problems(lab, choice) if choice else []:
        if "pulled" in problem or "address" in problem:
            return _lines(problem, "stop it, choose another network, and run it again")
    status = task["lastStatus"]
    meanwhile = _words().entry("on-its-way").text(status, "it is on its way.")
    return _lines(f"it is {status}: {meanwhile}", "run the cell again to go on waiting")


def _exited(task: TaskTypeDef) -> str:
    ended = [container for container in task["containers"] if container.get("exitCode") is not None]
    if not ended:
        return _lines("its essential container ended.", "verify.logs(lab, task) shows its last words")
    first = next((container for container in ended if container["exitCode"]), ended[0])
    code = first["exitCode"]
    other = f"its program ended with exit code {code}, which means an error of its own"
    why = _words().entry("exits").text(str(code), other)
    return _lines(f"container {first['name']}: {why}.", "verify.logs(lab, task) shows its last words")


def _no_way_out(lab: Connection, task: TaskTypeDef) -> str:
    """Which of the reasons it is, as far as it can still be seen: the task's interface is gone."""
    target = "CloudWatch Logs" if "CloudWatch" in str(task.get("stoppedReason")) else "the image's registry"
    subnet = network_interface.subnet_of(lab, task)
    if not subnet:
        return f"the task had no way out to {target}."
    if subnet.way_out:
        rest = "it had no public IP" if subnet.public else f"what {subnet.way_out} leads to is closed"
        return (
            f"the task had no way out to {target}. Its subnet {subnet.id} leads to {subnet.way_out}; so "
            f"{rest}, or its security group or network ACL lets nothing out to port 443."
        )
    return (
        f"the task had no way out to {target}: its subnet {subnet.id} is private, without a NAT gateway or "
        "VPC endpoints."
    )


def _no_image(lab: Connection, task: TaskTypeDef) -> str:
    """Which part of the image's name is wrong: repository or tag."""
    for container in task["containers"]:
        registry, _, rest = str(container.get("image", "")).partition("/")
        repository, _, tag = rest.rpartition(":")
        if not registry.startswith(f"{lab.account}.dkr.ecr.{lab.region}."):
            continue
        if not ecr.repository(lab, repository):
            return f"there is no repository {repository} in this account and Region."
        if not ecr.image(lab, tag, repository):
            return f"repository {repository} has no image tagged {tag}. RunTask does not look; the pull does."
    return "the registry has no image of that name and tag. RunTask does not look; the pull does."
