"""Task definitions: a family with two revisions, and those that tasks and services use."""

from typing import Any

from tests.recorded.scene import Scene, setup, tags, unique

BUSYBOX = "public.ecr.aws/docker/library/busybox:latest"
HTTPD = "public.ecr.aws/docker/library/httpd:2.4"
PYTHON = "public.ecr.aws/lambda/python:3.12"
APP = [{"name": "app", "image": BUSYBOX, "memory": 64}]
WEB = [{"name": "app", "image": HTTPD, "essential": True}]
FARGATE = {"networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512"}
SLEEPER = {
    "image": PYTHON, "essential": True, "entryPoint": ["python", "-c"],
    "command": ["import time; time.sleep(300)"],
}  # fmt: skip


@setup
def family(scene: Scene) -> None:
    scene["family"] = unique() + "-main"


@setup
def main1(scene: Scene) -> None:
    _register(scene, "td1", APP, tags=tags({"owner": "stackd", "revision": "one"}))


@setup
def main2(scene: Scene) -> None:
    _register(scene, "td2", APP)


@setup
def main1_retagged(scene: Scene) -> None:
    scene.call("ecs", "tag_resource", resourceArn=scene["td1"], tags=tags({"revision": "one-updated"}))


@setup
def main2_gone(scene: Scene) -> None:
    scene.call("ecs", "deregister_task_definition", taskDefinition=scene["td2"])


@setup
def main1_gone(scene: Scene) -> None:
    scene.call("ecs", "deregister_task_definition", taskDefinition=scene["td1"])


@setup
def main2_tagged_inactive(scene: Scene) -> None:
    scene.call("ecs", "tag_resource", resourceArn=scene["td2"], tags=tags({"inactive": "yes"}))


@setup
def main_deleted(scene: Scene) -> None:
    scene.call("ecs", "delete_task_definitions", taskDefinitions=[scene["td1"], scene["td2"]])


@setup
def bridge_td(scene: Scene) -> None:
    never_run = {"name": "never-run", "image": BUSYBOX, "memory": 128, "essential": True}
    _register(scene, "td", [never_run], networkMode="bridge")


@setup
def tagged_td(scene: Scene) -> None:
    tag_values = {
        "definition-only": "definition-initial", "overlap": "definition-wins-question",
        "stackd-probe": "stackd-ecs-tags",
    }  # fmt: skip
    _register(scene, "td", [{"name": "probe", **SLEEPER}], tags=tags(tag_values), **FARGATE)


@setup
def plain_td(scene: Scene) -> None:
    _register(scene, "td", [{"name": "probe", **SLEEPER}], **FARGATE)


@setup
def two_td(scene: Scene) -> None:
    first = {"name": "init", **SLEEPER, "essential": False}
    then = {"name": "dependent", **SLEEPER, "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]}
    _register(scene, "td", [first, then], **FARGATE)


@setup
def fargate_td(scene: Scene) -> None:
    _register(scene, "td", WEB, **FARGATE)


@setup
def fargate_td_2(scene: Scene) -> None:
    _register(scene, "td2", WEB, **FARGATE)


def _register(scene: Scene, symbol: str, containers: list[dict[str, Any]], **members: Any) -> None:
    scene.setdefault("family", unique() + "-main")
    answer = scene.call(
        "ecs", "register_task_definition", family=scene["family"], containerDefinitions=containers, **members
    )
    scene[symbol] = answer["taskDefinition"]["taskDefinitionArn"]
