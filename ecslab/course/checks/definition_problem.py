"""What is wrong with a task definition, seen from the lesson."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.display.verdict import Verdict
from ecslab.resources import ecr, log_group
from ecslab.resources import role as roles

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TaskDefinitionTypeDef


def definition_problem(lab: Connection, definition: TaskDefinitionTypeDef) -> Verdict | None:
    """The first thing that keeps a definition from running the learner's page; None if nothing does.

    Its text follows the definition's name.
    """
    return (
        _shape(definition)
        or _container(lab, definition)
        or _image(lab, definition)
        or _surroundings(lab, definition)
    )


def _shape(definition: TaskDefinitionTypeDef) -> Verdict | None:
    if "FARGATE" not in definition.get("requiresCompatibilities", []):
        return verdicts.wrong("03.definition-not-for-fargate")
    if definition.get("networkMode") != "awsvpc":
        return verdicts.wrong("03.network-mode", mode=definition.get("networkMode", "bridge"))
    return None


def _container(lab: Connection, definition: TaskDefinitionTypeDef) -> Verdict | None:
    containers = definition["containerDefinitions"]
    names = [container["name"] for container in containers]
    if lab.names.container not in names:
        return verdicts.wrong("03.container-name", name=names[0], container=lab.names.container)
    ports = [mapping.get("containerPort") for mapping in _lesson_s(lab, definition).get("portMappings", [])]
    if not ports:
        return verdicts.wrong("03.no-port")
    if 80 not in ports:
        return verdicts.wrong("03.container-port", port=ports[0])
    return None


def _image(lab: Connection, definition: TaskDefinitionTypeDef) -> Verdict | None:
    reference = str(_lesson_s(lab, definition)["image"])
    registry = f"{lab.account}.dkr.ecr.{lab.region}.amazonaws.com/"
    if ".dkr.ecr." in reference and not reference.startswith(registry):
        return verdicts.wrong("03.other-registry", registry=reference.split("/")[0], region=lab.region)
    if not reference.startswith(registry):
        return verdicts.wrong("03.other-image", reference=reference)
    name, separator, wanted = _cut(reference.removeprefix(registry))
    if not ecr.repository(lab, name):
        return verdicts.wrong("03.no-repository", name=name)
    held = ecr.images(lab, name)
    digests = {image["imageDigest"] for image in held}
    if wanted in (digests if separator == "@" else ecr.image_tags(held)):
        return None
    others = ", ".join(f"`{tag}`" for tag in ecr.image_tags(held)) or "none"
    kind = "image" if separator == "@" else "tag"
    return verdicts.wrong("03.image-not-there", kind=kind, wanted=wanted, name=name, others=others)


def _surroundings(lab: Connection, definition: TaskDefinitionTypeDef) -> Verdict | None:
    arn = str(definition.get("executionRoleArn", ""))
    name = arn.rsplit("/", 1)[-1]
    if not arn:
        return verdicts.wrong("03.no-execution-role")
    if not roles.find(lab, name):
        return verdicts.wrong("03.execution-role-not-there", name=name)
    options = _lesson_s(lab, definition).get("logConfiguration", {}).get("options", {})
    group = options.get("awslogs-group")
    if group and not log_group.find(lab, group):
        return verdicts.wrong("03.log-group-not-there", group=group)
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
