"""Faults of the image: a tag that is not there, and a processor that is another."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab import _goals
from ecslab.fault_lab._case import Case, Clue, WrongFix
from ecslab.fault_lab._scene import Scene
from ecslab.fault_lab._workbench import Workbench
from ecslab.resources import image

if TYPE_CHECKING:
    from ecslab.fault_lab._fault import Fault

_TAGS: Final = (("v3", "v4"), ("2.1", "v2.1"), ("summer", "sumer"))  # what is there, and what is asked for


def _arrange_wrong_tag(bench: Workbench) -> None:
    there, wanted = bench.rng.choice(_TAGS)
    bench.foundation(there)
    bench.service(bench.register(bench.recipe(wanted)))
    bench.lab.pass_time(150)


def _image(scene: Scene) -> str:
    return str(scene.web.get("image", ""))


def _unused_image(scene: Scene) -> str:
    return str(scene.container(scene.names.container, scene.unused).get("image", "")) if scene.unused else ""


def _wrong_tag_hints(scene: Scene) -> list[str]:
    tag = _image(scene).rpartition(":")[2]
    return [
        "The task never runs, so what is inside the container cannot be to blame. Read the `stoppedReason` "
        "to its end.",
        f"The definition asks for the tag `{tag}`. Which tags does the repository have? `aws ecr "
        f"describe-images --repository-name {scene.names.service}` lists them.",
        "Register a revision whose image has a tag that is there, and update the service to it. Or give the "
        "image that is there the tag that is asked for.",
    ]


def _repair_wrong_tag(lab: Connection, fault: "Fault") -> None:
    there = lab.ecr.describe_images(repositoryName=fault.names.service)["imageDetails"]
    definition = fault.definition()
    web = definition["containerDefinitions"][0]
    web["image"] = web["image"].rpartition(":")[0] + ":" + there[0]["imageTags"][0]
    fault.deploy(definition)


WRONG_TAG = Case(
    kind="wrong-tag",
    story="The {app}'s new page was to go live this morning. The team says: “We made the service, and it "
    "never came up. On Ana's laptop the image works.”",
    arrange=_arrange_wrong_tag,
    goal=_goals.page,
    tempting={
        "no-execution-role": "Tempting, because the execution role does the pull. But a role that cannot be "
        "assumed gives “ECS was unable to assume the role”; here the registry was asked, and it answered.",
        "no-way-out": "Tempting, because a private subnet stops a pull too. But then nobody answers (“i/o "
        "timeout”, after five minutes). Here the registry answered within seconds: “not found”.",
        "no-public-ip": "Tempting: without a public IP the image cannot be fetched either. But “not found” "
        "is an answer, and an answer means that the way out is there.",
        "other-processor": "Tempting, because that is the image's fault as well. But an image for another "
        "processor is found, or says “does not contain descriptor matching platform”.",
        "no-log-group": "Tempting, because that also stops a task before it runs. But its `stoppedReason` "
        "begins with ResourceInitializationError and names CloudWatch; this one begins with "
        "CannotPullContainerError.",
    },
    telling=(
        Clue(
            "describe-tasks",
            ("stoppedReason",),
            "CannotPullContainerError … not found: the registry was reached, and has no such image.",
        ),
        Clue("describe-services", ("message", "events"), "the event repeats the reason: … not found."),
        Clue(
            "describe-images", ("imageTags", "imageDetails"), "the tag that the definition names is missing."
        ),
        Clue("list-images", ("imageTag", "imageIds"), "the tag that the definition names is missing."),
    ),
    idle=(
        Clue(
            "describe-task-definition", ("image",), "the name looks as good as any; only the registry knows."
        ),
        Clue("describe-tasks", ("stopCode",), "TaskFailedToStart covers a dozen causes."),
        Clue("describe-tasks", ("lastStatus", "desiredStatus"), "that it is STOPPED is the complaint."),
    ),
    wrong=(
        WrongFix(
            lambda scene: scene.has_image(_unused_image(scene)) and not scene.has_image(_image(scene)),
            lambda scene: (
                f"Revision {scene.unused['revision']} names an image that is there, but the "
                f"service still uses revision {scene.definition['revision']}: registering a revision changes "
                "no service."
            ),
            "`fault.deploy(taskDefinition=…)`, or `aws ecs update-service --task-definition`.",
        ),
        WrongFix(
            lambda scene: scene.definition.get("revision", 1) > 1 and not scene.has_image(_image(scene)),
            lambda scene: (
                f"The service uses a new revision, and its image is not there either: {_image(scene)}."
            ),
            "Compare with what `aws ecr describe-images` lists, letter by letter.",
        ),
        WrongFix(
            lambda scene: scene.redeployed and not scene.has_image(_image(scene)),
            "A new deployment of the same revision asks for the same image, and gets the same answer.",
            "The definition has to change, or the repository.",
        ),
    ),
    hints=_wrong_tag_hints,
    answer="register a revision whose image tag is in the repository, and update the service to it; or "
    "push the missing tag.",
    repair=_repair_wrong_tag,
)


def _arrange_other_processor(bench: Workbench) -> None:
    bench.foundation()
    bench.push("v1", architecture="arm64")
    bench.service(bench.register(bench.recipe()))
    bench.lab.pass_time(150)


def _platform(scene: Scene) -> str:
    return str(scene.definition.get("runtimePlatform", {}).get("cpuArchitecture", ""))


def _other_image_pushed(scene: Scene) -> bool:
    """Whether the tag now means another image than the one that the deployment's tasks pulled."""
    repository, _, tag = _image(scene).partition("/")[2].rpartition(":")
    details = scene.lab.ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    digest = details["imageDetails"][0]["imageDigest"]
    pulled = {one.get("imageDigest") for task in scene.stopped[:1] for one in task["containers"]}
    return bool(scene.stopped) and digest not in pulled and not scene.redeployed


def _other_processor_hints(scene: Scene) -> list[str]:
    return [
        "The task ran, for a moment. What a program says on its way down is in its log: fault.log().",
        "“exec format error” is what Linux says of a program made for another processor.",
        "Either the task gets the image's processor (`runtimePlatform` in the definition, ARM64), or the "
        f"image is built for X86_64 and pushed to {scene.names.service}. Then a new deployment.",
    ]


def _repair_other_processor(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    definition = fault.definition()
    definition["runtimePlatform"] = {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}
    fault.deploy(definition)


def rebuilt(lab: Connection, fault: "Fault") -> None:
    """The other fix: an image for the processor that the task has, under the same tag."""
    page = image.build("<h1>Open as usual.</h1>", lab=lab, architecture="amd64")
    image.push(lab, page, fault.names.service, "v1")
    fault.deploy(forceNewDeployment=True)


OTHER_PROCESSOR = Case(
    kind="other-processor",
    story="Ben built the {app}'s page on his new laptop and pushed it. “It runs here! On Fargate the tasks "
    "come and go, and nobody sees the page.”",
    arrange=_arrange_other_processor,
    goal=_goals.page,
    tempting={
        "command-exits": "Tempting: a task whose program ends at once looks just like it. But the "
        "definition has no command of its own, and the exit code is 255, not 0; the log says why.",
        "out-of-memory": "Tempting, because the container dies soon after its start. But killed for memory "
        "it would have exit code 137 and a `reason` that says OutOfMemoryError.",
        "wrong-tag": "Tempting: an image is to blame. But it was found and pulled (`pullStoppedAt` is "
        "set), and the task even ran.",
        "sidecar-exits": "Tempting, because the reason is “Essential container in task exited”. But this "
        "definition has one container only.",
        "no-execution-role": "Tempting, because it often is a role. But without it nothing is pulled and "
        "no log is written; here both happened.",
    },
    telling=(
        Clue(
            "get-log-events",
            ("message", "events"),
            "“exec format error”: the program is for another processor.",
        ),
        Clue("filter-log-events", ("message", "events"), "“exec format error”: made for another processor."),
    ),
    idle=(
        Clue(
            "describe-tasks",
            ("stoppedReason",),
            "“Essential container in task exited” does not say why it did.",
        ),
        Clue("describe-tasks", ("exitCode",), "255 is an unhappy end; a program of its own can give it too."),
        Clue("describe-services", ("message", "events"), "the service only says that it starts tasks."),
        Clue(
            "describe-task-definition",
            ("runtimePlatform", "cpuArchitecture"),
            "that the task gets X86_64 is one half; what the image was built for is not written here.",
        ),
    ),
    wrong=(
        WrongFix(
            lambda scene: _platform(scene) == "X86_64",
            "`runtimePlatform` now says X86_64. That is what the task got before, too.",
            "The image was built for the other one.",
        ),
        WrongFix(
            _other_image_pushed,
            "The tag now means another image, but this deployment keeps the digest that its first task "
            "pulled.",
            "A new deployment looks the tag up again: fault.deploy(forceNewDeployment=True).",
        ),
        WrongFix(
            lambda scene: scene.web.get("command") or scene.web.get("entryPoint"),
            "The definition has a command of its own now. No program in this image can be run by this "
            "processor, whatever it is called.",
            "Look at the processor, not at the command.",
        ),
    ),
    hints=_other_processor_hints,
    answer="say `runtimePlatform: ARM64` in a new revision, or build the image for X86_64 and deploy anew.",
    repair=_repair_other_processor,
)

CASES: Final = (WRONG_TAG, OTHER_PROCESSOR)
