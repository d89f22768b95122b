"""Stage 13: document 004's service, mended until it answers, and the one that document 002's wizard made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks import service_page
from ecslab.display.verdict import Verdict, not_yet, wrong
from ecslab.resources import cluster as clusters
from ecslab.resources import task_definition
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef


@dataclass(frozen=True)
class Written:
    """The names that a document gives, before the lab's prefix."""

    cluster: str
    family: str
    service: str
    container: str


GUIDE = Written("my-ecs-cluster", "my-task-def", "my-ecs-service", "my-container")


WIZARD = Written("node-demo-cluster", "node-demo", "node-demo-service", "node-demo")


def repaired(lab: Connection) -> Verdict:
    """The service of document 004 keeps a task running, and its page answers."""
    name = lab.name(GUIDE.service)
    service = service_reader.describe(lab, name, lab.name(GUIDE.cluster))
    if not service or service["status"] != "ACTIVE":
        return _absent(lab, GUIDE, service) or verdicts.not_yet("13.no-service", name=name)
    return _mistaken(lab, GUIDE, service) or service_page.verdict(lab, service)


def wizard(lab: Connection) -> Verdict:
    """The service of document 002 keeps a task of `node-demo` running, and its page answers."""
    name = lab.name(WIZARD.service)
    service = service_reader.describe(lab, name, lab.name(WIZARD.cluster))
    if not service or service["status"] != "ACTIVE":
        return _absent(lab, WIZARD, service) or verdicts.not_yet("13.no-wizard-service", name=name)
    return _mistaken(lab, WIZARD, service) or _balanced(service) or service_page.verdict(lab, service)


def _absent(lab: Connection, names: Written, service_seen: ServiceTypeDef | None) -> Verdict | None:
    """Why the service is not there, if that can be said."""
    service, cluster, family = lab.name(names.service), lab.name(names.cluster), lab.name(names.family)
    if service_seen and service_seen["status"] == "DRAINING":
        return verdicts.wrong("13.draining", service=service)
    for astray in clusters.names(lab):
        seen = service_reader.describe(lab, service, astray)
        if seen and seen["status"] == "ACTIVE":
            return verdicts.wrong("13.other-cluster", service=service, astray=astray, cluster=cluster)
    if service_seen:
        return wrong(f"`{service}` is INACTIVE: it was deleted, and nothing is kept running.")
    if cluster not in clusters.names(lab):
        return not_yet(f"There is no ACTIVE cluster `{cluster}`.")
    if family not in task_definition.families(lab):
        return not_yet(f"There is no ACTIVE task definition `{family}`: a service needs one.")
    return None


def _mistaken(lab: Connection, names: Written, service: ServiceTypeDef) -> Verdict | None:
    """Whether the service runs what the document's does."""
    definition = task_definition.find(lab, service["taskDefinition"]) or {}
    family, runs = lab.name(names.family), definition.get("family", "nothing")
    if runs != family:
        return verdicts.wrong("13.other-definition", name=service["serviceName"], runs=runs, family=family)
    called = [container["name"] for container in definition["containerDefinitions"]]
    if names.container not in called:
        return verdicts.wrong(
            "13.other-container", family=family, called=called[0], container=names.container
        )
    return None


def _balanced(service: ServiceTypeDef) -> Verdict | None:
    if not service.get("loadBalancers"):
        return None
    return verdicts.wrong("13.balanced", name=service["serviceName"])
