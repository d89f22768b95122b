"""Stage 02: a cluster, which is a name to keep tasks under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab
from ecslab.course import verdicts
from ecslab.course.checks.similar_name import similar_name
from ecslab.course.stage import Minutes, Stage, Step
from ecslab.course.words import counted
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources import cluster as clusters

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ClusterTypeDef


PROVIDERS: Final = ("FARGATE", "FARGATE_SPOT")


def exists(lab: Connection) -> Verdict:
    """The lesson's cluster is ACTIVE."""
    name = lab.names.cluster
    cluster = clusters.describe(lab, name)
    if cluster and cluster["status"] == "ACTIVE":
        return done(f"`{name}` is ACTIVE.")
    if cluster:
        return verdicts.wrong("02.deleted", name=name, status=cluster["status"])
    names = clusters.names(lab)
    if other := similar_name(lab, name, names):
        return verdicts.wrong("02.other-name", other=other, name=name)
    if "default" in names and lab.where == "sandbox":  # in a real account it may be anybody's
        return verdicts.wrong("02.default-cluster", name=name)
    return not_yet(f"There is no cluster `{name}` in {lab.region}.")


def blue(lab: Connection) -> Verdict:
    """Exercise: a second cluster, with Fargate's capacity providers and Container Insights."""
    name = lab.name("adgu-blue")
    cluster = clusters.describe(lab, name)
    if not cluster:
        if other := similar_name(lab, name, clusters.names(lab)):
            return wrong(f"There is a cluster `{other}`; the exercise asks for `{name}`, letter by letter.")
        return not_yet(f"There is no cluster `{name}`.")
    if cluster["status"] != "ACTIVE":
        return verdicts.not_yet("02.blue-deleted", name=name, status=cluster["status"])
    settings = {setting["name"]: setting["value"] for setting in cluster.get("settings", [])}
    if settings.get("containerInsights", "disabled") == "disabled":
        return verdicts.wrong("02.no-insights", name=name)
    attached = cluster.get("capacityProviders", [])
    if missing := [f"`{provider}`" for provider in PROVIDERS if provider not in attached]:
        return verdicts.wrong("02.no-providers", name=name, missing=" and no ".join(missing))
    insights = settings["containerInsights"]
    return done(f"`{name}` is ACTIVE, with both Fargate providers and Container Insights {insights}.")


def blue_deleted(lab: Connection) -> Verdict:
    """Exercise: the second cluster is deleted again."""
    name = lab.name("adgu-blue")
    cluster = clusters.describe(lab, name)
    if not cluster:
        if other := similar_name(lab, name, clusters.names(lab)):
            return wrong(f"There is a cluster `{other}`, but no `{name}`, which is the one to delete.")
        return not_yet(f"There is no cluster `{name}` to delete: make it first (exercise 1).")
    if cluster["status"] == "ACTIVE":
        return _still_there(lab, cluster)
    return done(f"`{name}` is {cluster['status']}: deleted, and still described for a while.")


def _still_there(lab: Connection, cluster: ClusterTypeDef) -> Verdict:
    """What keeps a cluster from being deleted, or what was deleted in its place."""
    name = cluster["clusterName"]
    if services := cluster.get("activeServicesCount", 0):
        return verdicts.wrong("02.holds-services", name=name, services=counted(services, "service"))
    if tasks := len(lab.ecs.list_tasks(cluster=name)["taskArns"]):  # the cluster's own counts lag
        return verdicts.wrong("02.holds-tasks", name=name, tasks=counted(tasks, "task"))
    lesson = clusters.describe(lab, lab.names.cluster)
    if lesson and lesson["status"] != "ACTIVE":
        return verdicts.wrong("02.lesson-deleted", cluster=lab.names.cluster, name=name)
    return not_yet(f"`{name}` is still ACTIVE.")


def _make_cluster(lab: Connection) -> object:
    return ecslab.cluster.create(lab)


def _make_blue(lab: Connection) -> None:
    lab.ecs.create_cluster(
        clusterName=lab.name("adgu-blue"),
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        settings=[{"name": "containerInsights", "value": "enabled"}],
        tags=lab.tags("ecs"),
    )


def _delete_blue(lab: Connection) -> None:
    name = lab.name("adgu-blue")
    for blue in lab.ecs.describe_clusters(clusters=[name])["clusters"]:
        if blue["status"] == "ACTIVE":
            lab.ecs.delete_cluster(cluster=name)


def _provider_count(lab: Connection) -> list[int]:
    cluster = clusters.find(lab)
    return [len(cluster["capacityProviders"])] if cluster else []


def _reason(lab: Connection) -> list[str]:
    failures = lab.ecs.describe_clusters(clusters=["nobody"])["failures"]
    return [failure["reason"] for failure in failures]


STAGE = Stage(
    notebook="02-cluster.ipynb",
    needs=("00", "01"),
    minutes=Minutes(reading=19, waiting=0),
    part="page",
    steps=(
        Step("02.cluster", 3, exists, _make_cluster),
        Step("02.yours-1", 4, blue, _make_blue),
        Step("02.yours-2", 2, blue_deleted, _delete_blue),
    ),
    answers={"providers": _provider_count, "nobody": _reason},
)
