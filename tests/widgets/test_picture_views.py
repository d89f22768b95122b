"""Pictures of the account that are drawn anew: the view of a cluster's container instances."""

import pytest
from node_page import needs_node, run_view
from task_moments import ByHand

from ecslab import cluster
from ecslab.errors import NotThere
from ecslab.widgets import InstancesView
from ecslab.workshop.stills import still

BEGAN = "Cluster adgu-cluster: 0 container instances, 0 tasks on Fargate"


@pytest.fixture
def watch(lab):
    """A view whose looks are done by hand: `look()` does one."""
    cluster.create(lab)

    def build(wall=lambda: 0.0):
        feeder = ByHand()
        return InstancesView(lab, feeder=lambda: feeder, wall=wall), feeder

    return build


def started(lab):
    """A task on Fargate."""
    lab.ecs.register_task_definition(
        family="page", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        containerDefinitions=[{"name": "web", "image": "public.ecr.aws/docker/library/httpd:2.4"}],
    )  # fmt: skip
    subnet = lab.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    vpc = {"subnets": [subnet], "assignPublicIp": "ENABLED"}
    lab.ecs.run_task(
        cluster=lab.names.cluster, taskDefinition="page", launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": vpc},
    )  # fmt: skip


def test_it_is_drawn_anew_when_the_account_changes_and_only_then(lab, watch):
    view, feeder = watch()
    assert view.heading == BEGAN and view.words.startswith("No container instance")
    before, calls = view.source, len(lab.calls())
    assert feeder.look() and view.source == before
    assert len(lab.calls()) == calls, "its looks are not the learner's"
    started(lab)
    assert feeder.look()
    assert view.heading.endswith("1 task on Fargate") and view.source != before
    assert "page:1" in view.words and "PROVISIONING" in view.words
    assert view.text().startswith(view.heading)


def test_saved_as_html_it_is_the_picture_with_its_words(watch):
    view, _ = watch()
    data, _ = view._repr_mimebundle_()
    assert data["text/html"].startswith(f'<img alt="{BEGAN}. No container instance')
    assert "data:image/svg+xml" in data["text/html"] and "<script" not in data["text/html"]
    assert data["text/plain"].startswith(BEGAN)
    drawn = still(view.get_state())
    assert f'<img alt="{BEGAN}. No container' in drawn
    assert f'src="{view.source}"' in str(drawn).replace("&gt;", ">")
    assert "<img" not in still(view.get_state() | {"source": "https://192.0.2.1/i.svg"})


def test_it_ends_when_nothing_changes_and_can_be_asked_again(watch):
    now = [0.0]
    view, feeder = watch(wall=lambda: now[0])
    assert feeder.look()
    now[0] = 1000.0
    assert feeder.look() is None and not view.live
    view.asked += 1
    assert view.live and feeder.look()


def test_where_a_look_takes_long_it_looks_less_often(watch):
    _, quick = watch()
    ticks = iter(range(0, 1000, 3))
    _, slow = watch(wall=lambda: float(next(ticks)))
    assert quick.look() < 3 < slow.look() == 12


def test_a_cluster_that_is_deleted_is_said(lab, watch):
    view, feeder = watch()
    lab.ecs.delete_cluster(cluster=lab.names.cluster)
    with pytest.raises(NotThere):
        InstancesView(lab, "none", feeder=ByHand)
    assert feeder.look() is not None
    assert view.heading == BEGAN or "no cluster" in view.trouble


@needs_node
def test_it_draws_the_picture_with_its_words_and_no_markup(watch):
    view, _ = watch()
    with view.hold_sync():
        view.heading, view.words, view.live = "Cluster <b>: 1", "<i> & more", False
    run_view(
        view,
        """
        const root = el.only("section");
        assert.equal(root.getAttribute("aria-label"), "Cluster <b>");
        const [picture] = el.tags("img");
        assert.ok(picture.getAttribute("alt").includes("<i> & more"));
        assert.ok(picture.getAttribute("src").startsWith("data:image/svg+xml"));
        assert.ok(picture.getAttribute("style").includes("max-width: 100%"));
        const [, again] = el.tags("button");
        assert.equal(again.hidden, false);
        again.fire("click");
        assert.deepEqual(model.saved, [{ asked: 1 }]);
        model.change({ live: true, heading: "Cluster c: 2", source: "data:image/svg+xml;charset=utf-8,x" });
        assert.equal(again.hidden, true);
        assert.ok(root.textContent.includes("Cluster c: 2"));
        assert.ok(el.tags("img")[0].getAttribute("src").endsWith(",x"));
        """,
    )
