"""What a task says about itself, in words: the cause of its `stoppedReason`, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.resources import ecr, network
from ecslab.resources.task import network_interface

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import FailureTypeDef, TaskTypeDef


@dataclass(frozen=True)
class _Cause:
    """Applies when every one of `parts` is in the task's reasons, letter by letter."""

    parts: tuple[str, ...]
    why: str | Callable[[Connection, TaskTypeDef], str]
    next: str


def of_task(lab: Connection, task: TaskTypeDef) -> str:
    """Two lines, `why:` and `next:`, for a task in any status."""
    if task["lastStatus"] == "RUNNING" and task["desiredStatus"] == "RUNNING":
        return _lines(
            "it is RUNNING: its containers were started.", "verify.page(lab, task) asks for its page"
        )
    if task["desiredStatus"] == "RUNNING":
        return _on_its_way(lab, task)
    reasons = " ".join([str(task.get("stoppedReason", "")), *_container_reasons(task)])
    for cause in _CAUSES:
        if all(part in reasons for part in cause.parts):
            return _lines(cause.why if isinstance(cause.why, str) else cause.why(lab, task), cause.next)
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


def _lines(why: str, then: str) -> str:
    return f"  why:  {why}\n  next: {then}"


def _container_reasons(task: TaskTypeDef) -> list[str]:
    return [str(container["reason"]) for container in task.get("containers", []) if container.get("reason")]


_STATUS: Final = {
    "PROVISIONING": "its network interface is being made in your subnet.",
    "PENDING": "Fargate has a place for it, and fetches the image.",
    "ACTIVATING": "the image is there; its containers are being created and started.",
}


def _on_its_way(lab: Connection, task: TaskTypeDef) -> str:
    choice = network_interface.choice_of(lab, task)
    for problem in network.problems(lab, choice) if choice else []:
        if "pulled" in problem or "address" in problem:
            return _lines(problem, "stop it, choose another network, and run it again")
    status = task["lastStatus"]
    return _lines(
        f"it is {status}: {_STATUS.get(status, 'it is on its way.')}", "run the cell again to go on waiting"
    )


_EXITS: Final = {
    0: "its program ended without an error (exit code 0), and a task lasts no longer than its container",
    126: "its command was found but could not be run (exit code 126)",
    127: "its command was not found in the image (exit code 127)",
    137: "it was killed (exit code 137): it used too much memory, or did not heed SIGTERM in time",
    139: "its program crashed (exit code 139, a memory fault)",
    143: "it ended on SIGTERM (exit code 143)",
    255: "it could not be executed (exit code 255), perhaps for want of the right CPU architecture",
}


def _exited(task: TaskTypeDef) -> str:
    ended = [container for container in task["containers"] if container.get("exitCode") is not None]
    if not ended:
        return _lines("its essential container ended.", "verify.logs(lab, task) shows its last words")
    first = next((container for container in ended if container["exitCode"]), ended[0])
    code = first["exitCode"]
    why = _EXITS.get(code, f"its program ended with exit code {code}, which means an error of its own")
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


_NETWORK = "choose a public subnet with a public IP (network.default_choice(lab)), then task.run(lab, choice)"
_ROLE = "lab.check('03') says what is wrong with the execution role"
_REGISTER = "push that tag, or register a definition with an image that is there; then task.run(lab)"
_CAUSES: Final = (
    _Cause(("unable to pull secrets or registry auth", "connection issue"), _no_way_out, _NETWORK),
    _Cause(
        ("AccessDenied", "ecr:GetAuthorizationToken"),
        "the execution role may not sign in to ECR (ecr:GetAuthorizationToken).",
        _ROLE,
    ),
    _Cause(
        ("log group does not exist",),
        "the log group that the definition names does not exist, and the execution role may not make one.",
        "log_group.create(lab), then task.run(lab)",
    ),
    _Cause(("AccessDenied", "logs:Create"), "the execution role may not write to the log group.", _ROLE),
    _Cause(("Amazon CloudWatch", "connection issue"), _no_way_out, _NETWORK),
    _Cause(("403 Forbidden",), "the execution role may sign in to ECR, but not pull this image.", _ROLE),
    _Cause(
        ("matching platform",),
        "the image was built for another CPU architecture than the task asks for.",
        "build it for linux/amd64, or set runtimePlatform in the definition to the image's architecture",
    ),
    _Cause(
        ("exec format error",),
        "the image was built for another CPU architecture than the task asks for.",
        "build it for linux/amd64, or set runtimePlatform in the definition to the image's architecture",
    ),
    _Cause(("CannotPullContainerError", "i/o timeout"), _no_way_out, _NETWORK),
    _Cause(
        ("toomanyrequests",),
        "Docker Hub limits how often an address may pull without signing in.",
        "take the image from public.ecr.aws/docker/library/…, or push it to your own repository",
    ),
    _Cause(
        ("pull access denied",),
        "Docker Hub has no public image of that name: a name without a registry means Docker Hub.",
        "write the whole address, ecr.image_uri(lab), in the definition",
    ),
    _Cause(("CannotPull", "not found"), _no_image, _REGISTER),
    _Cause(("CannotPull", "does not exist"), _no_image, _REGISTER),
    _Cause(
        ("unable to assume the role",),
        "ECS may not put on a role that the definition names: it is gone, or its trust policy does not say "
        "ecs-tasks.amazonaws.com.",
        _ROLE,
    ),
    _Cause(
        ("Create Network Interface",),
        "no network interface could be made: the subnet has no free address.",
        "choose another subnet; network.subnets(lab, vpc_id) counts the free addresses",
    ),
    _Cause(
        ("OutOfMemoryError",),
        "its program used more memory than the definition gives it, and was killed.",
        "register a revision with more memory, then task.run(lab)",
    ),
    _Cause(
        ("CannotStartContainerError",),
        "the image was fetched, but its command could not be started.",
        "check command and entryPoint in the definition; then register it again",
    ),
)  # fmt: skip
