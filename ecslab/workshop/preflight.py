"""Before a class: is everything here that the course needs? Each check is done, not assumed."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ecslab.errors import EcslabError
from ecslab.lab import Lab, connect, home_folder
from ecslab.operations import verify
from ecslab.resources import task
from ecslab.sandbox import process
from ecslab.workshop import folders, jupyter_folders, learner_copy, proxies
from ecslab.workshop.jupyter import free_port

PACKAGES: Final = ("jupyterlab", "ipykernel", "anywidget", "ipywidgets", "pandas", "boto3", "moto")
SPACE_MB: Final = 300
ELSEWHERE: Final = "name a folder that you may write to: ECSLAB_HOME=/path/to/folder ecslab lab"


@dataclass(frozen=True)
class Finding:
    """One check.

    Attributes:
        what: what was looked at.
        fine: whether it is as it should be.
        seen: what was found, in words.
        next: what to do if it is not fine.
    """

    what: str
    fine: bool
    seen: str
    next: str = ""


def machine() -> Iterator[Finding]:
    """Python, packages, room on the disk, and a proxy if there is one."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer")
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    seen = f"{', '.join(missing)} missing" if missing else f"all {len(PACKAGES)} are there"
    yield Finding("Packages", not missing, seen, "make lab, or pip install .")
    home = home_folder().absolute()
    folder = next(part for part in (home, *home.parents) if part.is_dir())
    free = shutil.disk_usage(folder).free // 1_000_000
    yield Finding("Room", free >= SPACE_MB, f"{free:,} MB free at {home}", f"make {SPACE_MB} MB free")
    if variables := proxies.named(os.environ):
        yield Finding("Proxy", True, f"{', '.join(variables)} set; the sandbox is reached without it")


def writable() -> Iterator[Finding]:
    """The folders in which something will be kept: a file is written into each, and removed."""
    home, notebooks = home_folder().absolute(), learner_copy.FOLDER.absolute()
    problem = folders.state_obstacle(home)
    yield Finding("State", not problem, problem or f"{home} can be written to", ELSEWHERE)
    why = folders.obstacle(notebooks)
    seen = f"{notebooks}: {why}" if why else f"{notebooks} can be written to"
    yield Finding("Notebooks", not why, seen, "name a folder that you may write to: ecslab lab FOLDER")
    moved = ", ".join(name for name in jupyter_folders.replaced(home) if name.endswith("DIR"))
    if not moved:
        yield Finding("Jupyter", True, "its own folders can be written to")
    elif problem:
        yield Finding("Jupyter", False, f"{moved}: cannot be written to, nor can {home}", ELSEWHERE)
    else:
        yield Finding("Jupyter", True, f"{moved}: cannot be written to; folders in {home} take their place")


def kernel() -> Finding:
    """A Jupyter kernel starts and answers."""
    from jupyter_client.manager import start_new_kernel

    began = time.perf_counter()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="ecslab-preflight-", ignore_cleanup_errors=True) as folder,
            _environment(jupyter_folders.made(Path(folder))),
        ):
            manager, client = start_new_kernel(startup_timeout=60, stderr=subprocess.DEVNULL)
            try:
                client.execute_interactive("1 + 1", silent=True, timeout=30)
            finally:
                client.stop_channels()
                manager.shutdown_kernel(now=True)
    except Exception as problem:  # whatever a broken installation raises
        return Finding("Kernel", False, str(problem), "python -m ipykernel --version says what is broken")
    return Finding("Kernel", True, f"answered after {time.perf_counter() - began:.1f} s")


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Within this, the environment has these variables too."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        for name in variables:
            os.environ.pop(name, None)
        os.environ.update(before)


def sandbox() -> Finding:
    """A sandbox of its own starts, and a page comes back from a task in it: the first part of the course."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="ecslab-preflight-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        try:
            with connect("sandbox", home=home, clock="stepped") as lab:
                lab.goto("05")
                status = verify.page(lab, task.find(lab) or {}).status
        except EcslabError as problem:
            return Finding("Sandbox", False, str(problem), "ecslab sandbox start; its log is in ECSLAB_HOME")
        finally:
            process.stop(home)
    seconds = time.perf_counter() - began
    seen = f"a page came back from a task after {seconds:.1f} s, start included"
    return Finding("Sandbox", status == 200, seen)


def jupyter() -> Finding:
    """A port is free for JupyterLab."""
    try:
        return Finding("JupyterLab", True, f"port {free_port()} is free")
    except EcslabError as problem:
        return Finding("JupyterLab", False, str(problem), "close one that still runs")


def account(lab: Lab) -> Iterator[Finding]:
    """A real account: network, the role that ECS itself needs, and every action the course asks for."""
    default = lab.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    vpc = default[0]["VpcId"] if default else "none in this Region"
    instead = "aws ec2 create-default-vpc, or choose a VPC in notebook 04"
    yield Finding("Default VPC", bool(default), vpc, instead)
    caller = str(lab.sts.get_caller_identity()["Arn"])
    denied = _denied(lab, caller)
    if denied is None:
        seen = f"{caller}: could not be simulated"
        yield Finding("Rights", False, seen, "ask for iam:SimulatePrincipalPolicy")
    else:
        seen = f"missing: {', '.join(denied)}" if denied else f"all {len(ACTIONS)} actions are allowed"
        yield Finding("Rights", not denied, seen, "have them added to your role")


ACTIONS: Final = (
    "ecr:CreateRepository", "ecr:PutImage", "ecs:CreateCluster", "ecs:CreateService", "ecs:DeleteCluster",
    "ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:StopTask", "ecs:UpdateService", "iam:PassRole",
    "iam:CreateRole", "iam:PutRolePolicy", "iam:CreateServiceLinkedRole", "logs:CreateLogGroup",
    "ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupIngress", "elasticloadbalancing:CreateLoadBalancer",
    "elasticloadbalancing:CreateTargetGroup", "secretsmanager:CreateSecret",
    "application-autoscaling:RegisterScalableTarget", "cloudwatch:PutMetricAlarm",
    "ec2:CreateLaunchTemplate", "ec2:RunInstances", "ec2:TerminateInstances", "iam:CreateInstanceProfile",
    "iam:AddRoleToInstanceProfile", "autoscaling:CreateAutoScalingGroup", "autoscaling:CreateOrUpdateTags",
    "autoscaling:UpdateAutoScalingGroup", "autoscaling:DeleteAutoScalingGroup", "ecs:CreateCapacityProvider",
    "ecs:PutClusterCapacityProviders", "ecs:DeregisterContainerInstance", "ssm:CreateActivation",
    "ssm:DeregisterManagedInstance",
)  # fmt: skip
"""What the notebooks do that a restricted user is most often refused."""


def _denied(lab: Lab, caller: str) -> list[str] | None:
    """The actions the caller may not do; None if that cannot be found out."""
    from botocore.exceptions import ClientError

    principal = caller
    if ":assumed-role/" in caller:  # what is simulated is the role, not its session
        role = caller.split("/")[1]
        principal = f"arn:aws:iam::{lab.account}:role/{role}"
    try:
        pages = lab.iam.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=principal, ActionNames=list(ACTIONS)
        )
        results = [result for page in pages for result in page["EvaluationResults"]]
    except ClientError:
        return None
    return [r["EvalActionName"] for r in results if r["EvalDecision"] != "allowed"]


def here() -> Iterator[Finding]:
    """All checks of this machine, one after the other; the slow ones last."""
    yield from machine()
    yield from writable()
    slow: tuple[Callable[[], Finding], ...] = (jupyter, kernel, sandbox)
    for check in slow:
        yield check()
