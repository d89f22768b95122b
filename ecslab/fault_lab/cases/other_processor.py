"""The image was built for another processor than the one that the task gets."""

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault


def arrange(builder: Builder) -> None:
    builder.foundation()
    builder.push("v1", architecture="arm64")
    builder.service(builder.register(builder.task_definition()))
    builder.pass_time(150)


def other_image_pushed(app: Application) -> bool:
    """Whether the tag now means another image than the one that the deployment's tasks pulled."""
    repository, _, tag = app.image.partition("/")[2].rpartition(":")
    response = app.lab.ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    digest = response["imageDetails"][0]["imageDigest"]
    pulled = {
        container.get("imageDigest") for task in app.stopped_tasks[:1] for container in task["containers"]
    }
    return bool(app.stopped_tasks) and digest not in pulled and not app.redeployed


def repair(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    definition = fault.definition()
    definition["runtimePlatform"] = {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}
    fault.deploy(definition)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.page,
    repair=repair,
    wrong=(
        WrongFix(
            "same-processor",
            lambda app: app.task_definition.get("runtimePlatform", {}).get("cpuArchitecture") == "X86_64",
        ),
        WrongFix("image-only", other_image_pushed),
        WrongFix("other-command", lambda app: app.web.get("command") or app.web.get("entryPoint")),
    ),
)
