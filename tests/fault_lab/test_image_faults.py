"""Faults of the image."""

import pytest
from fault_rig import after, changed, deployed

from ecslab.fault_lab import images

FIXED = ("Done", "Fixed: the application does again what it is there for.")


def _tagged(lab, fault):
    wanted = fault.definition()["containerDefinitions"][0]["image"].rpartition(":")[2]
    name = fault.names.service
    there = lab.ecr.describe_images(repositoryName=name)["imageDetails"][0]["imageDigest"]
    image = lab.ecr.batch_get_image(repositoryName=name, imageIds=[{"imageDigest": there}])["images"][0]
    lab.ecr.put_image(repositoryName=name, imageManifest=image["imageManifest"], imageTag=wanted)


def _registered_only(lab, fault):
    definition = fault.definition()
    web = definition["containerDefinitions"][0]
    there = lab.ecr.describe_images(repositoryName=fault.names.service)["imageDetails"][0]
    web["image"] = web["image"].rpartition(":")[0] + ":" + there["imageTags"][0]
    lab.ecs.register_task_definition(**definition)


def test_a_tag_that_is_not_there(bay):
    fault = bay("wrong-tag")
    [reason] = {task["stoppedReason"] for task in fault._scene().stopped}
    image = fault.definition()["containerDefinitions"][0]["image"]
    assert reason == (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
        f"{image}: {image}: not found"
    )
    assert f"(service {fault.names.service}) was unable to place a task. Reason: {reason}." in (
        fault._scene().events
    )


@pytest.mark.parametrize("fix", [images.WRONG_TAG.repair, _tagged], ids=["another tag", "the tag pushed"])
def test_a_tag_that_is_not_there_can_be_put_right(bay, fix):
    assert after(bay("wrong-tag"), fix) == FIXED


@pytest.mark.parametrize(
    ("attempt", "text"),
    [
        (
            _registered_only,
            "Revision 2 names an image that is there, but the service still uses revision 1: registering a "
            "revision changes no service.",
        ),
        (
            changed(image="123456789012.dkr.ecr.us-east-1.amazonaws.com/fault-ferry:nope"),
            "The service uses a new revision, and its image is not there either: "
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/fault-ferry:nope.",
        ),
        (
            deployed(forceNewDeployment=True),
            "A new deployment of the same revision asks for the same image, and gets the same answer.",
        ),
    ],
    ids=["registered only", "another missing tag", "deployed again"],
)
def test_a_tag_that_is_not_there_stays_so(bay, attempt, text):
    assert after(bay("wrong-tag"), attempt) == ("Look again", text)
