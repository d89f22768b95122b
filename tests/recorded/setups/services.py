"""Services, most of them of no task at all."""

from typing import Any

from tests.recorded.scene import Scene, setup, tags
from tests.recorded.setups.networks import awsvpc

PROBE = tags({"probe": "stackd-ecs-svc"})


@setup
def zero_service(scene: Scene) -> None:
    answer = _zero(scene)
    scene["revision"] = answer["currentServiceRevisions"][0]["arn"]
    scene["revision_number"] = scene["revision"].rsplit("/", 1)[-1]


@setup
def zero_recreated(scene: Scene) -> None:
    _zero(scene)


@setup
def zero_completed(scene: Scene) -> None:
    def is_completed() -> bool:
        return bool(_described(scene)["deployments"][0]["rolloutState"] == "COMPLETED")

    scene.wait("deployment COMPLETED", is_completed, seconds=500)


@setup
def zero_updated(scene: Scene) -> None:
    monitoring = {"metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 20}]}
    answer = scene.call(
        "ecs", "update_service", cluster=scene["cluster"], service="zero", monitoring=monitoring
    )
    scene["revision2"] = answer["service"]["currentServiceRevisions"][0]["arn"]


@setup
def zero_deleted(scene: Scene) -> None:
    _delete(scene, "zero", force=True)


@setup
def zero_inactive(scene: Scene) -> None:
    scene.wait("service INACTIVE", lambda: _described(scene)["status"] == "INACTIVE", seconds=500)


@setup
def svc_defaults(scene: Scene) -> None:
    _create(
        scene, "defaults", taskDefinition=scene["td"], desiredCount=0, clientToken=scene["token"], tags=PROBE
    )


@setup
def svc_defaults_deleted(scene: Scene) -> None:
    _delete(scene, "defaults")


@setup
def svc_fargate(scene: Scene) -> None:
    _create(
        scene, "fargate", taskDefinition=scene["family"], desiredCount=0, clientToken=scene["token"],
        launchType="FARGATE", networkConfiguration=awsvpc(scene, "ENABLED"), tags=PROBE,
    )  # fmt: skip


@setup
def svc_other(scene: Scene) -> None:
    _create(
        scene, "other", taskDefinition=scene["td"], desiredCount=0, launchType="FARGATE",
        networkConfiguration=awsvpc(scene, "ENABLED"),
    )  # fmt: skip


@setup
def svc_settled(scene: Scene) -> None:
    scene.wait(
        "currentServiceDeployment",
        lambda: "currentServiceDeployment" in _described(scene),
        seconds=75,
        must=False,
    )


@setup
def svc_scaled(scene: Scene) -> None:
    scene.call("ecs", "update_service", cluster=scene["cluster"], service="fargate", desiredCount=1)


@setup
def svc_running(scene: Scene) -> None:
    scene.wait("one task running", lambda: _described(scene)["runningCount"] == 1, seconds=1000)


@setup
def svc_forced(scene: Scene) -> None:
    _delete(scene, "fargate", force=True)


def _zero(scene: Scene) -> Any:
    answer = _create(scene, "zero", taskDefinition=scene["td"], desiredCount=0, launchType="EC2")
    scene["deployment"] = answer["deployments"][0]["id"]
    return answer


def _create(scene: Scene, name: str, **members: Any) -> Any:
    scene["service"] = name
    answer = scene.call("ecs", "create_service", cluster=scene["cluster_arn"], serviceName=name, **members)
    scene.undo.append(lambda: _delete(scene, name, force=True))
    return answer["service"]


def _delete(scene: Scene, name: str, **members: Any) -> None:
    scene.call("ecs", "delete_service", cluster=scene["cluster"], service=name, **members)


def _described(scene: Scene) -> Any:
    answer = scene.call("ecs", "describe_services", cluster=scene["cluster"], services=[scene["service"]])
    return answer["services"][0]
