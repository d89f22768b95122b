"""The task definition names an image tag that the repository does not have."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals
from ecslab.fault_lab.engine.application import container_of

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

TAGS: Final = (("v3", "v4"), ("2.1", "v2.1"), ("summer", "sumer"))  # what is pushed, and what is asked for


def arrange(builder: Builder) -> None:
    pushed, wanted = builder.rng.choice(TAGS)
    builder.foundation(pushed)
    builder.service(builder.register(builder.task_definition(wanted)))
    builder.pass_time(150)


def unused_image(app: Application) -> str:
    """The image of a newer revision that the service does not use."""
    return container_of(app.unused_revision, app.names.container).get("image", "")


def repair(lab: Connection, fault: "Fault") -> None:
    images = lab.ecr.describe_images(repositoryName=fault.names.service)["imageDetails"]
    definition = fault.definition()
    web = definition["containerDefinitions"][0]
    web["image"] = web["image"].rpartition(":")[0] + ":" + images[0]["imageTags"][0]
    fault.deploy(definition)


CASE = Case(
    __file__,
    arrange=arrange,
    goal=goals.page,
    repair=repair,
    wrong=(
        WrongFix(
            "unused-revision", lambda app: app.has_image(unused_image(app)) and not app.has_image(app.image)
        ),
        WrongFix("new-revision", lambda app: app.revision > 1 and not app.has_image(app.image)),
        WrongFix("redeployed", lambda app: app.redeployed and not app.has_image(app.image)),
    ),
    values={
        "tag": lambda app: app.image.rpartition(":")[2],
        "image": lambda app: app.image,
        "revision": lambda app: app.revision,
        "unused_revision": lambda app: app.unused_revision["revision"],
    },
)
