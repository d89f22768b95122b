"""Tasks that were run, and how far they have come."""

from typing import Any

from tests.recorded.scene import Scene, setup, tags
from tests.recorded.setups.networks import awsvpc


@setup
def run_tagged(scene: Scene) -> None:
    _run(
        scene, scene["cluster"], clientToken=scene["name"] + "-original", propagateTags="TASK_DEFINITION",
        networkConfiguration=awsvpc(scene, "DISABLED"),
        tags=tags({"overlap": "request-initial", "request-only": "request-initial",
                   "remove-me": "remove-initial"}),
    )  # fmt: skip


@setup
def run_token(scene: Scene) -> None:
    _run(
        scene, scene["cluster_arn"], clientToken=scene["name"] + "-token",
        networkConfiguration=awsvpc(scene, "DISABLED"),
        tags=tags({"stackd-probe": "stackd-ecs-token", "purpose": "token-equivalence"}),
    )  # fmt: skip


@setup
def run_two(scene: Scene) -> None:
    _run(
        scene, scene["cluster_arn"], platformVersion="1.4.0", clientToken=scene["name"],
        startedBy=scene["name"], networkConfiguration=awsvpc(scene, "ENABLED"),
        tags=tags({"stackd-probe": "stackd-ecs-deps"}),
    )  # fmt: skip


@setup
def task_retagged(scene: Scene) -> None:
    tag_values = {"overlap": "task-mutated", "request-only": "task-mutated", "task-added": "task-added-value"}
    scene.call("ecs", "tag_resource", resourceArn=scene["task"], tags=tags(tag_values))
    scene.call("ecs", "untag_resource", resourceArn=scene["task"], tagKeys=["remove-me"])


@setup
def task_pending(scene: Scene) -> None:
    _until(scene, "PENDING")


@setup
def task_stop(scene: Scene) -> None:
    _stop(scene, "bounded tag control sequence complete")


@setup
def token_stop(scene: Scene) -> None:
    _stop(scene, "Owned token probe immediate cleanup")


@setup
def task_deprovisioning(scene: Scene) -> None:
    _until(scene, "DEPROVISIONING")


@setup
def task_stopped(scene: Scene) -> None:
    _until(scene, "STOPPED")


def _run(scene: Scene, cluster: str, **members: Any) -> None:
    answer = scene.call(
        "ecs", "run_task", cluster=cluster, taskDefinition=scene["td"], launchType="FARGATE", count=1,
        **members,
    )  # fmt: skip
    scene["task"] = answer["tasks"][0]["taskArn"]
    scene.undo.append(lambda: _stop(scene, "the case is over"))


def _stop(scene: Scene, reason: str) -> None:
    scene.call("ecs", "stop_task", cluster=scene["cluster"], task=scene["task"], reason=reason)


def _until(scene: Scene, status: str) -> None:
    def is_there() -> bool:
        answer = scene.call("ecs", "describe_tasks", cluster=scene["cluster"], tasks=[scene["task"]])
        return bool(answer["tasks"][0]["lastStatus"] == status)

    scene.wait(f"task {status}", is_there, seconds=300, step=0.5)
