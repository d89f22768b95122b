"""Stage 05: the page answers at the task's public IP; if not, what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab
from ecslab.course import verdicts
from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.display.verdict import Outcome, Verdict, done, not_yet, wrong
from ecslab.errors import Unreachable
from ecslab.resources import ecr
from ecslab.resources.network import network_reader
from ecslab.resources.network import rules as network_rules
from ecslab.resources.task import task_reader
from ecslab.resources.task.network_interface import interface_of, public_ip_of
from ecslab.resources.task.task_reader import task_family

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import NetworkInterfaceTypeDef
    from mypy_boto3_ecr.type_defs import ImageDetailTypeDef
    from mypy_boto3_ecs.type_defs import TaskTypeDef


def answers(lab: Connection) -> Verdict:
    """A visitor from outside gets the page."""
    family, name = lab.names.family, lab.names.cluster
    ours = [task for task in task_reader.of_cluster(lab, name) if task_family(task) == family]
    alive = [task for task in ours if task["lastStatus"] == "RUNNING"]
    if not alive:
        return not_yet(f"No task of `{family}` is RUNNING in `{name}`: stage 04 runs one.")
    interfaces = [interface for task in alive if (interface := interface_of(lab, task))]
    public = [interface for interface in interfaces if public_ip_of(interface)]
    if not public:
        return verdicts.wrong("05.no-public-ip")
    visits = [_visit(lab, interface) for interface in public]
    return next((visit for visit in visits if visit.outcome is Outcome.DONE), visits[0])


def _visit(lab: Connection, interface: NetworkInterfaceTypeDef) -> Verdict:
    url = lab.url(str(public_ip_of(interface)))
    try:
        status = lab.http("GET", url).status
    except Unreachable:
        status = None
    if status is not None and 200 <= status < 300:
        return done("Your page answers at the task's public IP.")
    if closed := _closed(lab, interface):
        return closed
    if status is None or status in (502, 504):
        return verdicts.wrong("05.not-listening")
    return verdicts.wrong("05.other-status", status=status)


def _closed(lab: Connection, interface: NetworkInterfaceTypeDef) -> Verdict | None:
    """Which rule of the network keeps a visitor out, if one does."""
    groups = network_reader.security_groups(lab, [group["GroupId"] for group in interface["Groups"]])
    sources = [source for group in groups for source in network_rules.admitted_ranges(group, 80)]
    names = ", ".join(f"`{group['GroupName']}`" for group in groups)
    if "0.0.0.0/0" not in sources:
        if sources:
            return verdicts.wrong("05.other-sources", names=names, sources=", ".join(sources))
        if any(group["GroupName"] == "default" for group in groups):
            return verdicts.wrong("05.default-group")
        return verdicts.wrong("05.port-80-closed", names=names)
    if not _has_way_in(lab, interface):
        return verdicts.wrong("05.no-route", subnet_id=interface["SubnetId"])
    if entry := _acl_refusal(lab, interface):
        return verdicts.wrong("05.acl-refuses", entry=entry)
    return None


def _has_way_in(lab: Connection, interface: NetworkInterfaceTypeDef) -> bool:
    tables = network_reader.route_tables(lab, interface["VpcId"])
    own = [t for t in tables if any(a.get("SubnetId") == interface["SubnetId"] for a in t["Associations"])]
    main = [t for t in tables if any(a.get("Main") for a in t["Associations"])]
    return any(
        str(route.get("GatewayId", "")).startswith("igw-") and route.get("State") != "blackhole"
        for table in (own or main)
        for route in table["Routes"]
    )


def _acl_refusal(lab: Connection, interface: NetworkInterfaceTypeDef) -> str | None:
    """The id of the subnet's network ACL, if the first of its rules for TCP port 80 inbound denies."""
    for acl in network_reader.network_acls(lab, interface["SubnetId"]):
        if network_rules.acl_refuses(acl, egress=False, ports=(80, 80)):
            return acl["NetworkAclId"]
    return None


def second_edition(lab: Connection) -> Verdict:
    """Exercise: a changed page under the same tag, served by a new task."""
    name = lab.names.repository
    ours = [t for t in task_reader.of_cluster(lab, lab.names.cluster) if task_family(t) == lab.names.family]
    held = ecr.images(lab, name)
    latest = next((i for i in held if "latest" in i.get("imageTags", [])), None)
    if not latest:
        if any(task["lastStatus"] == "RUNNING" for task in ours):
            return wrong(f"`{name}:latest` is gone from ECR: what runs goes on, but no new task could start.")
        return not_yet(f"There is no image `{name}:latest`.")
    digests = [
        (t["lastStatus"], c["imageDigest"]) for t in ours for c in t["containers"] if "imageDigest" in c
    ]
    older = [status for status, digest in digests if digest != latest["imageDigest"]]
    newest = [status for status, digest in digests if digest == latest["imageDigest"]]
    if older and "RUNNING" in newest:
        return done("The new task serves the new page: same tag, other digest.")
    if older and newest:
        return verdicts.wrong("05.new-task-ended")
    if "RUNNING" in older:
        return verdicts.wrong("05.old-task-runs")
    if older:
        return wrong("`latest` is a new image, and the old task is stopped: now run a new one.")
    if tag := _pushed_under(held, ours):
        return verdicts.wrong("05.other-tag", tag=tag)
    return not_yet("The task runs what `latest` names: no changed page was pushed since it started.")


def _pushed_under(held: list[ImageDetailTypeDef], ours: list[TaskTypeDef]) -> str | None:
    """The tag under which an image was pushed since the newest task was run."""
    run = max((task["createdAt"] for task in ours), default=None)
    newest = held[0] if held else {}
    if run is None or "imagePushedAt" not in newest or newest["imagePushedAt"] <= run:
        return None
    return next(iter(newest.get("imageTags", [])), None)


def _ask_for_the_page(lab: Connection) -> None:
    task = ecslab.task.wait_until_running(lab, ecslab.task.find(lab))
    ecslab.verify.page(lab, task)


def _second_edition(lab: Connection) -> None:
    site = ecslab.image.site("<h1>The second edition</h1>")
    ecslab.image.push(lab, ecslab.image.build(site, lab=lab))
    while old := ecslab.task.find(lab):
        ecslab.task.stop(lab, old)
    task = ecslab.task.wait_until_running(lab, ecslab.task.run(lab))
    ecslab.verify.page(lab, task)


STAGE = Stage(
    notebook="05-verify.ipynb",
    needs=(*FOUNDATION, "04"),
    minutes=Minutes(reading=15, waiting=1),
    part="page",
    steps=(
        Step("05.page", 6, answers, _ask_for_the_page),
        Step("05.yours-1", 8, second_edition, _second_edition),
    ),
)
