"""Names, tokens and clusters."""

import uuid
from typing import Any

from tests.recorded.scene import Scene, setup, tags, unique


@setup
def name(scene: Scene) -> None:
    scene["name"] = unique()


@setup
def token(scene: Scene) -> None:
    scene.update(token=str(uuid.uuid4()), token2=str(uuid.uuid4()))


@setup
def cluster(scene: Scene) -> None:
    _create(scene, tags=tags({"owner": "stackd", "phase": "initial"}))


@setup
def cluster_plain(scene: Scene) -> None:
    _create(scene)


@setup
def cluster_config(scene: Scene) -> None:
    no_logs = {"executeCommandConfiguration": {"logging": "NONE"}}
    scene.call("ecs", "update_cluster", cluster=scene["cluster"], configuration=no_logs)


@setup
def cluster_gone(scene: Scene) -> None:
    scene.call("ecs", "delete_cluster", cluster=scene["cluster"])


@setup
def cluster_recreated(scene: Scene) -> None:
    scene.call(
        "ecs", "create_cluster", clusterName=scene["cluster"], capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
        tags=tags({"phase": "recreated"}),
    )  # fmt: skip


def _create(scene: Scene, **members: Any) -> None:
    scene["cluster"] = unique()
    answer = scene.call("ecs", "create_cluster", clusterName=scene["cluster"], **members)
    scene["cluster_arn"] = answer["cluster"]["clusterArn"]
    scene.undo.append(lambda: scene.call("ecs", "delete_cluster", cluster=scene["cluster"]))
