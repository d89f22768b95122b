"""Stage 02: what its checks say of states that are not what was asked for."""

import pytest
from course_rig import HTTP, PUBLIC_IMAGE, default_vpc, make_group, run_public, said, subnet

BLUE = "adgu-blue"
OFF = [{"name": "containerInsights", "value": "disabled"}]
ON = [{"name": "containerInsights", "value": "enabled"}]


def cluster(name, **settings):
    return lambda lab: lab.ecs.create_cluster(clusterName=name, **settings)


def deleted(lab, name="adgu-cluster"):
    lab.ecs.create_cluster(clusterName=name)
    lab.ecs.delete_cluster(cluster=name)


def switched_off(lab):
    lab.ecs.create_cluster(clusterName=BLUE, settings=ON)
    lab.ecs.update_cluster_settings(cluster=BLUE, settings=OFF)


def the_wrong_one_deleted(lab):
    lab.ecs.create_cluster(clusterName=BLUE)
    deleted(lab)


def blue_with_a_task(status):
    def prepare(lab):
        lab.ecs.create_cluster(clusterName=BLUE)
        run_public(lab, cluster=BLUE, wait=status)

    return prepare


def blue_with_a_service(lab):
    lab.ecs.create_cluster(clusterName=BLUE)
    definition = lab.ecs.register_task_definition(
        family="any", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        containerDefinitions=[{"name": "web", "image": PUBLIC_IMAGE}],
    )["taskDefinition"]["taskDefinitionArn"]  # fmt: skip
    network = {"subnets": [subnet(lab, default_vpc(lab))], "securityGroups": [make_group(lab, HTTP)]}
    lab.ecs.create_service(
        cluster=BLUE, serviceName="any", taskDefinition=definition, desiredCount=1, launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": network},
    )  # fmt: skip


def misnamed(name):
    return f"There is a cluster `{name}`, but the lesson's is called `adgu-cluster`, letter by letter."


def blue_misnamed(name):
    return f"There is a cluster `{name}`; the exercise asks for `adgu-blue`, letter by letter."


NO_INSIGHTS = "`adgu-blue` is ACTIVE, but its setting containerInsights is disabled."

# The name of a wrong state: the step, what makes it, and what the check says of it.
WRONG = {
    "the cluster's name in capitals": ("02.cluster", cluster("ADGU-cluster"), misnamed("ADGU-cluster")),
    "an underscore for the dash": ("02.cluster", cluster("adgu_cluster"), misnamed("adgu_cluster")),
    "the cluster's first word is missing": ("02.cluster", cluster("cluster"), misnamed("cluster")),
    "the cluster was given no name": (
        "02.cluster",
        lambda lab: lab.ecs.create_cluster(),
        "There is a cluster `default`: that is what CreateCluster makes when it is given no name. The "
        "lesson's is called `adgu-cluster`.",
    ),
    "the cluster was deleted": (
        "02.cluster",
        deleted,
        "`adgu-cluster` is INACTIVE: it was deleted, and AWS shows it for a while longer.",
    ),
    "Container Insights was not asked for": ("02.yours-1", cluster(BLUE), NO_INSIGHTS),
    "Container Insights was refused": ("02.yours-1", cluster(BLUE, settings=OFF), NO_INSIGHTS),
    "Container Insights was switched off again": ("02.yours-1", switched_off, NO_INSIGHTS),
    "no capacity provider was attached": (
        "02.yours-1",
        cluster(BLUE, settings=ON),
        "`adgu-blue` is ACTIVE, but has no capacity provider `FARGATE` and no `FARGATE_SPOT`.",
    ),
    "Spot was not attached": (
        "02.yours-1",
        cluster(BLUE, settings=ON, capacityProviders=["FARGATE"]),
        "`adgu-blue` is ACTIVE, but has no capacity provider `FARGATE_SPOT`.",
    ),
    "the blue cluster's name in capitals": (
        "02.yours-1",
        cluster("Adgu-Blue", settings=ON),
        blue_misnamed("Adgu-Blue"),
    ),
    "the blue cluster's first word is missing": (
        "02.yours-1",
        cluster("blue", settings=ON),
        blue_misnamed("blue"),
    ),
    "the lesson's cluster was deleted, not the blue one": (
        "02.yours-2",
        the_wrong_one_deleted,
        "You deleted `adgu-cluster`, which the lesson needs; `adgu-blue` is still ACTIVE.",
    ),
    "a task runs in the blue cluster": (
        "02.yours-2",
        blue_with_a_task("RUNNING"),
        "`adgu-blue` is still ACTIVE, and holds 1 task: AWS deletes none in use.",
    ),
    "a task starts in the blue cluster": (
        "02.yours-2",
        blue_with_a_task("PENDING"),
        "`adgu-blue` is still ACTIVE, and holds 1 task: AWS deletes none in use.",
    ),
    "a service is in the blue cluster": (
        "02.yours-2",
        blue_with_a_service,
        "`adgu-blue` is still ACTIVE, and holds 1 service: AWS deletes none in use.",
    ),
    "the cluster to delete has another name": (
        "02.yours-2",
        cluster("adgu_blue"),
        "There is a cluster `adgu_blue`, but no `adgu-blue`, which is the one to delete.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(lab, name):
    step, prepare, message = WRONG[name]
    prepare(lab)
    assert said(lab, step) == ("Look again", message)


def test_blue_with_enhanced_insights(lab):
    settings = [{"name": "containerInsights", "value": "enhanced"}]
    lab.ecs.create_cluster(clusterName=BLUE, settings=settings, capacityProviders=["FARGATE_SPOT", "FARGATE"])
    assert said(lab, "02.yours-1") == (
        "Done", "`adgu-blue` is ACTIVE, with both Fargate providers and Container Insights enhanced."
    )  # fmt: skip


def test_blue_made_and_deleted(lab):
    assert said(lab, "02.yours-2") == (
        "Not yet", "There is no cluster `adgu-blue` to delete: make it first (exercise 1)."
    )  # fmt: skip
    lab.ecs.create_cluster(clusterName=BLUE)
    assert said(lab, "02.yours-2") == ("Not yet", "`adgu-blue` is still ACTIVE.")
    lab.ecs.delete_cluster(cluster=BLUE)
    assert said(lab, "02.yours-1") == (
        "Not yet", "`adgu-blue` is INACTIVE: it was there, and was deleted (that is exercise 2)."
    )  # fmt: skip
