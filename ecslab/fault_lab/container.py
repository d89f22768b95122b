"""Faults of one container: too little memory, and a command that ends."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab import _goals
from ecslab.fault_lab._case import Case, Clue, WrongFix
from ecslab.fault_lab._scene import Scene
from ecslab.fault_lab._workbench import Workbench

if TYPE_CHECKING:
    from ecslab.fault_lab._fault import Fault

_READS: Final = "echo 'reading the catalogue into memory'; stress --vm 1 --vm-bytes 700M"
_CHECKS: Final = "echo 'checking the configuration'; echo 'the configuration is fine'"


def _arrange_memory(bench: Workbench) -> None:
    bench.foundation()
    recipe = bench.recipe(command=["sh", "-c", _READS], memory=512, portMappings=[])
    bench.service(bench.register(recipe | {"memory": "1024"}))
    bench.lab.pass_time(150)


def _limit(scene: Scene) -> int:
    """MiB that the container may use; the task's own where it has no limit."""
    return int(scene.web.get("memory") or scene.definition.get("memory", 0))


def _memory_hints(scene: Scene) -> list[str]:
    return [
        "The container ran, and was ended from outside. Its `exitCode` and its own `reason` say by whom.",
        f"137 is 128 + 9: SIGKILL. The container may use {_limit(scene)} MiB, the task has "
        f"{scene.definition.get('memory')}.",
        "Register a revision with a higher `memory` in the container definition, or without one there: then "
        "the task's memory is the limit.",
    ]


def _repair_memory(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    definition = fault.definition()
    definition["containerDefinitions"][0]["memory"] = 1024
    fault.deploy(definition)


OUT_OF_MEMORY = Case(
    kind="out-of-memory",
    story="The {app}'s worker reads its catalogue when it starts. The catalogue has grown; since last week "
    "the worker never gets past that line. “It just goes away, without an error of its own.”",
    arrange=_arrange_memory,
    goal=_goals.worker,
    tempting={
        "command-exits": "Tempting, because the container ends soon after its start. But a program that "
        "ends by itself has an exit code of its own; 137 means that it was killed.",
        "sidecar-exits": "Tempting: “Essential container in task exited”. But there is one container only, "
        "and it did not exit by itself.",
        "other-processor": "Tempting, because it dies at once. But then it could not have written its "
        "first line, and the log would say “exec format error”.",
        "short-grace": "Tempting: a slow start that somebody cuts short. But no load balancer asks after "
        "this worker, and ECS would say that it stopped the task.",
        "no-log-group": "Tempting, because the program says nothing about its end. But its first line is "
        "in the log; what is killed has no last words.",
    },
    telling=(
        Clue("describe-tasks", ("reason",), "OutOfMemoryError: container killed due to memory usage."),
        Clue(
            "describe-tasks",
            ("exitCode",),
            "137: killed with SIGKILL, by the kernel here, for want of memory.",
        ),
    ),
    idle=(
        Clue(
            "describe-tasks",
            ("stoppedReason",),
            "“Essential container in task exited” does not say why "
            "it did; the container's own `reason` does.",
        ),
        Clue(
            "get-log-events",
            ("message", "events"),
            "the last line says what it was doing, not what ended it.",
        ),
        Clue(
            "describe-task-definition",
            ("memory",),
            "a limit alone is no fault; whether it was reached is said elsewhere.",
        ),
        Clue("describe-services", ("message", "events"), "the service only says that it starts tasks."),
    ),
    wrong=(
        WrongFix(
            lambda scene: int(scene.definition.get("memory", 0)) > 1024 and _limit(scene) <= 700,
            lambda scene: (
                f"The task has {scene.definition['memory']} MiB now, but the container's own "
                f"limit is still {_limit(scene)}: that is what it was killed at."
            ),
            "`memory` stands in the definition twice: for the task, and for the container.",
        ),
        WrongFix(
            lambda scene: scene.web.get("memoryReservation") and _limit(scene) <= 700,
            "`memoryReservation` is what is kept free for the container, not what it may use; its hard "
            "limit `memory` is what it was.",
            "Raise `memory` of the container.",
        ),
        WrongFix(
            lambda scene: scene.definition.get("revision", 1) > 1 and _limit(scene) <= 700,
            lambda scene: (
                f"The service uses a new revision, whose container may still use {_limit(scene)} MiB only."
            ),
            "It wants about 700 MiB.",
        ),
        WrongFix(
            lambda scene: scene.redeployed,
            "New tasks of the same revision need as much memory, and may use as little.",
            "The definition has to change.",
        ),
    ),
    hints=_memory_hints,
    answer="raise the container's `memory` (or take that limit away: the task has 1024 MiB) in a new "
    "revision.",
    repair=_repair_memory,
)


def _arrange_command(bench: Workbench) -> None:
    bench.foundation()
    bench.service(bench.register(bench.recipe(command=["sh", "-c", _CHECKS])))
    bench.lab.pass_time(150)


def _command_hints(scene: Scene) -> list[str]:
    return [
        "The container ran and ended, and nobody killed it: look at its `exitCode`, and at what it wrote.",
        f"A task lasts as long as its program. The image starts a web server by itself; the definition says: "
        f"{scene.web.get('command')}.",
        "Register a revision without `command` (or with one that ends in `httpd-foreground`).",
    ]


def _repair_command(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    definition = fault.definition()
    del definition["containerDefinitions"][0]["command"]
    fault.deploy(definition)


COMMAND_EXITS = Case(
    kind="command-exits",
    story="The {app}'s team added a check of its configuration to the definition. The check says that all "
    "is well. “And yet the tasks come and go, every minute another one, and no page.”",
    arrange=_arrange_command,
    goal=_goals.page,
    tempting={
        "out-of-memory": "Tempting, because the container is gone after a moment. But it would have exit "
        "code 137 and a `reason`; here the exit code is 0: it was done.",
        "other-processor": "Tempting: it ends at once. But then it could not have written a line, and "
        "would not have exit code 0.",
        "sidecar-exits": "Tempting: an essential container ends with code 0. But there is no helper here: "
        "the one container is the application.",
        "short-grace": "Tempting, because tasks are replaced again and again. But nobody stops them: the "
        "`stopCode` is EssentialContainerExited, not ServiceSchedulerInitiated.",
        "closed-group": "Tempting, because nobody sees the page. But a closed group stops no task.",
    },
    telling=(
        Clue(
            "describe-tasks",
            ("exitCode",),
            "0: the program did what it was told, and ended; with it the task.",
        ),
        Clue("describe-task-definition", ("command",), "it replaces what the image would start, and ends."),
        Clue(
            "get-log-events",
            ("message", "events"),
            "the check is all that ran; no server says that it has started.",
        ),
    ),
    idle=(
        Clue(
            "describe-tasks",
            ("stoppedReason",),
            "“Essential container in task exited” is true of every program that ends, or dies.",
        ),
        Clue(
            "describe-tasks",
            ("stopCode",),
            "EssentialContainerExited: that it ended is plain; why is not said.",
        ),
        Clue("describe-services", ("message", "events"), "the service only says that it starts tasks."),
    ),
    wrong=(
        WrongFix(
            lambda scene: scene.steady and not scene.page,
            lambda scene: (
                f"The task stays now, and serves nobody: a visitor gets {scene.visit}. What "
                "keeps it alive is no web server."
            ),
            "The image has a server; let it start.",
        ),
        WrongFix(
            lambda scene: scene.web.get("restartPolicy", {}).get("enabled"),
            "A restart policy starts the same command again, which ends again. (Within the first minute it "
            "does not even do that.)",
            "Look at what is started.",
        ),
        WrongFix(
            lambda scene: scene.desired > 1,
            lambda scene: f"{scene.desired} tasks are wanted now: {scene.desired} that end at once.",
            "Look at what is started.",
        ),
        WrongFix(
            lambda scene: scene.redeployed,
            "The service was updated, and what it starts still ends at once.",
            "Read the container's `command` in the definition that is in use.",
        ),
    ),
    hints=_command_hints,
    answer="take `command` out of the definition, so that the image's own (httpd-foreground) runs; or end "
    "it with the server.",
    repair=_repair_command,
)


CASES: Final = (OUT_OF_MEMORY, COMMAND_EXITS)
