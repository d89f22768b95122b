"""What is wrong with a task definition, seen from the lesson."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.resources import ecr, log_group
from ecslab.resources import role as roles

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TaskDefinitionTypeDef

Problem = tuple[str, str]  # what is wrong, as words that follow the definition's name; and what to do


def definition_problem(lab: Connection, definition: TaskDefinitionTypeDef) -> Problem | None:
    """The first thing that keeps a definition from running the learner's page; None if nothing does."""
    return (
        _shape(definition)
        or _container(lab, definition)
        or _image(lab, definition)
        or _surroundings(lab, definition)
    )


def _shape(definition: TaskDefinitionTypeDef) -> Problem | None:
    if "FARGATE" not in definition.get("requiresCompatibilities", []):
        return ("was not registered for Fargate.", "Register it with `requiresCompatibilities=['FARGATE']`.")
    if definition.get("networkMode") != "awsvpc":
        return (
            f"uses network mode {definition.get('networkMode', 'bridge')}; Fargate knows awsvpc alone.",
            "Register a new revision with `networkMode='awsvpc'`.",
        )
    return None


def _container(lab: Connection, definition: TaskDefinitionTypeDef) -> Problem | None:
    containers = definition["containerDefinitions"]
    names = [container["name"] for container in containers]
    if lab.names.container not in names:
        return (
            f"names its container `{names[0]}`, not `{lab.names.container}`.",
            "Register a new revision with the lesson's name.",
        )
    ports = [mapping.get("containerPort") for mapping in _lesson_s(lab, definition).get("portMappings", [])]
    if not ports:
        return (
            "maps no port: nobody could tell from it that the web server listens on 80.",
            "Give the container `portMappings=[{'containerPort': 80}]`.",
        )
    if 80 not in ports:
        return (
            f"maps container port {ports[0]}, but the web server in your image listens on 80.",
            "Register a new revision with `port=80`.",
        )
    return None


def _image(lab: Connection, definition: TaskDefinitionTypeDef) -> Problem | None:
    reference = str(_lesson_s(lab, definition)["image"])
    registry = f"{lab.account}.dkr.ecr.{lab.region}.amazonaws.com/"
    if ".dkr.ecr." in reference and not reference.startswith(registry):
        return (
            f"takes its image from {reference.split('/')[0]}, which is not your registry in {lab.region}.",
            "Account id and Region are part of an image's name: `ecslab.ecr.image_uri(lab)` spells yours.",
        )
    if not reference.startswith(registry):
        return (
            f"runs `{reference}`, not the image you pushed.",
            "Register a new revision with `image=ecslab.ecr.image_uri(lab)`.",
        )
    name, separator, wanted = _cut(reference.removeprefix(registry))
    if not ecr.repository(lab, name):
        return (f"names the repository `{name}`, which does not exist.", "Stage 01 makes it.")
    held = ecr.images(lab, name)
    digests = {image["imageDigest"] for image in held}
    if wanted in (digests if separator == "@" else ecr.image_tags(held)):
        return None
    others = ", ".join(f"`{tag}`" for tag in ecr.image_tags(held)) or "none"
    kind = "image" if separator == "@" else "tag"
    return (
        f"names the {kind} `{wanted}`, which is not in the repository `{name}` (its tags: {others}).",
        "Push the image with that tag, or register a revision that names one that is there.",
    )


def _surroundings(lab: Connection, definition: TaskDefinitionTypeDef) -> Problem | None:
    arn = str(definition.get("executionRoleArn", ""))
    name = arn.rsplit("/", 1)[-1]
    if not arn:
        return ("names no execution role.", "Register a new revision with `executionRoleArn`.")
    if not roles.find(lab, name):
        return (f"names the execution role `{name}`, which does not exist.", "Make it, or name another.")
    options = _lesson_s(lab, definition).get("logConfiguration", {}).get("options", {})
    group = options.get("awslogs-group")
    if group and not log_group.find(lab, group):
        return (
            f"sends its log to `{group}`, which does not exist: a task would stop before it starts.",
            "Make the log group, or register a revision that names one that is there.",
        )
    return None


def _lesson_s(lab: Connection, definition: TaskDefinitionTypeDef) -> ContainerDefinitionOutputTypeDef:
    containers = definition["containerDefinitions"]
    return next((c for c in containers if c["name"] == lab.names.container), containers[0])


def _cut(name: str) -> tuple[str, str, str]:
    """`adgu/web:latest` into repository, separator and tag; a missing tag means latest."""
    for separator in ("@", ":"):
        if separator in name:
            return name.partition(separator)
    return name, ":", "latest"
