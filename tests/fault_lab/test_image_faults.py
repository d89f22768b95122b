"""Faults of the image."""

from fault_rig import again, changed, edited, event, judged, reasons, table

import ecslab

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


def test_a_missing_tag_is_not_found(bay):
    fault = bay("wrong-tag")
    [reason] = reasons(fault)
    image = fault.definition()["containerDefinitions"][0]["image"]
    assert reason == (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
        f"{image}: {image}: not found"
    )
    assert event(fault, f"was unable to place a task. Reason: {reason}.")


def _tagged(lab, fault):
    wanted = fault.definition()["containerDefinitions"][0]["image"].rpartition(":")[2]
    name = fault.names.service
    digest = lab.ecr.describe_images(repositoryName=name)["imageDetails"][0]["imageDigest"]
    image = lab.ecr.batch_get_image(repositoryName=name, imageIds=[{"imageDigest": digest}])["images"][0]
    lab.ecr.put_image(repositoryName=name, imageManifest=image["imageManifest"], imageTag=wanted)


def _registered_only(lab, fault):
    tag = lab.ecr.describe_images(repositoryName=fault.names.service)["imageDetails"][0]["imageTags"][0]
    lab.ecs.register_task_definition(**edited(fault, image=f"{ECR}/{fault.names.service}:{tag}"))


@table(
    {"the tag pushed": _tagged},
    {
        "registered only": (
            _registered_only,
            "Revision 2 names an image that is there, but the service still uses revision 1: registering a "
            "revision changes no service.",
        ),
        "another missing tag": (
            changed(image=f"{ECR}/fault-theatre:nope"),
            f"The service uses a new revision, and its image is not there either: {ECR}/fault-theatre:nope.",
        ),
        "deployed again": (
            again,
            "A new deployment of the same revision asks for the same image, and gets the same answer.",
        ),
    },
)
def test_attempts_at_a_missing_tag(bay, attempt, text):
    judged(bay("wrong-tag"), attempt, text)


def test_an_image_for_another_processor_cannot_be_executed(bay):
    fault = bay("other-processor")
    assert reasons(fault) == {"Essential container in task exited"}
    assert {
        container["exitCode"]
        for task in fault._application().stopped_tasks
        for container in task["containers"]
    } == {255}
    assert repr(fault.log()) == "exec httpd-foreground: exec format error"


def _pushed_only(lab, fault):
    """An image for the processor that the task has, under the same tag."""
    page = ecslab.image.build("<h1>Open as usual.</h1>", lab=lab, architecture="amd64")
    ecslab.image.push(lab, page, fault.names.service, "v1")


def _rebuilt(lab, fault):
    _pushed_only(lab, fault)
    again(lab, fault)


@table(
    {"built for the task's": _rebuilt},
    {
        "the same processor": (
            changed({"runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}}),
            "`runtimePlatform` now says X86_64. That is what the task got before, too.",
        ),
        "pushed, not deployed": (
            _pushed_only,
            "The tag now means another image, but this deployment keeps the digest that its first task "
            "pulled.",
        ),
        "another command": (
            changed(command=["httpd", "-D", "FOREGROUND"]),
            "The definition has a command of its own now. No program in this image can be run by this "
            "processor, whatever it is called.",
        ),
    },
)
def test_attempts_at_another_processor(bay, attempt, text):
    judged(bay("other-processor"), attempt, text)
