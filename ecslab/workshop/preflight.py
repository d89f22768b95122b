"""Before a class: is everything here that the course needs? Each check is done, not assumed."""

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ecslab.errors import EcslabError
from ecslab.lab import Lab, connect, home_folder
from ecslab.operations import verify
from ecslab.resources import task
from ecslab.sandbox import process
from ecslab.workshop.jupyter import free_port

PACKAGES: Final = ("jupyterlab", "ipykernel", "anywidget", "ipywidgets", "pandas", "boto3", "moto")
SPACE_MB: Final = 300


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
    """Python, packages, room, and a home folder that can be written."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer")
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    seen = f"{', '.join(missing)} missing" if missing else f"all {len(PACKAGES)} are there"
    yield Finding("Packages", not missing, seen, "make lab, or pip install .")
    home = home_folder()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
        free = shutil.disk_usage(home).free // 1_000_000
        yield Finding("Room", free >= SPACE_MB, f"{free:,} MB free at {home}", f"make {SPACE_MB} MB free")
    except OSError as problem:
        yield Finding("Room", False, str(problem), "set ECSLAB_HOME to a folder that you may write to")


def kernel() -> Finding:
    """A Jupyter kernel starts and answers."""
    from jupyter_client.manager import start_new_kernel

    began = time.perf_counter()
    try:
        manager, client = start_new_kernel(startup_timeout=60, stderr=subprocess.DEVNULL)
        try:
            client.execute_interactive("1 + 1", silent=True, timeout=30)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    except Exception as problem:  # whatever a broken installation raises
        return Finding("Kernel", False, str(problem), "python -m ipykernel --version says what is broken")
    return Finding("Kernel", True, f"answered after {time.perf_counter() - began:.1f} s")


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
    slow: tuple[Callable[[], Finding], ...] = (jupyter, kernel, sandbox)
    for check in slow:
        yield check()
