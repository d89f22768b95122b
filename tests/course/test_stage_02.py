import pytest
from course_rig import said


@pytest.mark.parametrize("name", ["ADGU-cluster", "adgu_cluster", "cluster"])
def test_a_cluster_of_another_name(lab, name):
    lab.ecs.create_cluster(clusterName=name)
    assert said(lab, "02.cluster") == (
        "Look again",
        f"There is a cluster `{name}`, but the lesson's is called `adgu-cluster`, letter by letter.",
    )


def test_a_cluster_without_a_name(lab):
    lab.ecs.create_cluster()
    assert said(lab, "02.cluster") == (
        "Look again",
        "There is a cluster `default`: that is what CreateCluster makes when it is given no name. The "
        "lesson's is called `adgu-cluster`.",
    )


def test_a_deleted_cluster(lab):
    lab.ecs.create_cluster(clusterName="adgu-cluster")
    lab.ecs.delete_cluster(cluster="adgu-cluster")
    assert said(lab, "02.cluster") == (
        "Look again", "`adgu-cluster` is INACTIVE: it was deleted, and AWS shows it for a while longer."
    )  # fmt: skip


def test_blue_without_insights(lab):
    lab.ecs.create_cluster(clusterName="adgu-blue")
    assert said(lab, "02.yours-1") == (
        "Look again", "`adgu-blue` is ACTIVE, but its setting containerInsights is disabled."
    )  # fmt: skip
    lab.ecs.update_cluster_settings(
        cluster="adgu-blue", settings=[{"name": "containerInsights", "value": "enhanced"}]
    )
    assert said(lab, "02.yours-1") == ("Done", "`adgu-blue` is ACTIVE, with Container Insights enhanced.")


def test_blue_of_another_name(lab):
    lab.ecs.create_cluster(clusterName="Adgu-Blue")
    assert said(lab, "02.yours-1") == (
        "Look again", "There is a cluster `Adgu-Blue`; the exercise asks for `adgu-blue`, letter by letter."
    )  # fmt: skip


def test_blue_made_and_deleted(lab):
    assert said(lab, "02.yours-2") == (
        "Not yet", "There is no cluster `adgu-blue` to delete: make it first (exercise 1)."
    )  # fmt: skip
    lab.ecs.create_cluster(clusterName="adgu-blue")
    assert said(lab, "02.yours-2") == ("Not yet", "`adgu-blue` is still ACTIVE.")
    lab.ecs.delete_cluster(cluster="adgu-blue")
    assert said(lab, "02.yours-1") == (
        "Not yet", "`adgu-blue` is INACTIVE: it was there, and was deleted (that is exercise 2)."
    )  # fmt: skip
