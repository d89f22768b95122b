"""Faults of the log: a group that is not there."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab import _goals
from ecslab.fault_lab._case import Case, Clue, WrongFix
from ecslab.fault_lab._scene import Scene
from ecslab.fault_lab._workbench import Workbench
from ecslab.resources import log_group

if TYPE_CHECKING:
    from ecslab.fault_lab._fault import Fault

_ENDINGS: Final = ("-web", "/web", "-live")


def _arrange(bench: Workbench) -> None:
    bench.foundation()
    recipe = bench.recipe()
    options = recipe["containerDefinitions"][0]["logConfiguration"]["options"]
    options["awslogs-group"] = bench.names.log_group + bench.rng.choice(_ENDINGS)
    bench.service(bench.register(recipe))
    bench.lab.pass_time(150)


def _options(scene: Scene) -> dict[str, str]:
    return dict(scene.web.get("logConfiguration", {}).get("options", {}))


def _wanted(scene: Scene) -> str:
    return _options(scene).get("awslogs-group", "")


def _lost(scene: Scene) -> bool:
    return bool(_wanted(scene)) and log_group.find(scene.lab, _wanted(scene)) is None


def _others(scene: Scene) -> list[str]:
    """Log groups that were made under another name, for this application."""
    everything = [group["logGroupName"] for group in scene.lab.logs.describe_log_groups()["logGroups"]]
    app = scene.names.app
    return [
        name for name in everything if app in name and name not in (scene.names.log_group, _wanted(scene))
    ]


def _hints(scene: Scene) -> list[str]:
    return [
        "The task gets its network and its image, and then something is checked before the container may "
        "start. The `stoppedReason` says what.",
        f"The definition sends the log to `{_wanted(scene)}`. Is it there? `aws logs describe-log-groups` "
        "lists what is.",
        f"`lab.logs.create_log_group(logGroupName='{_wanted(scene)}')`, or a revision that names "
        f"`{scene.names.log_group}`.",
    ]


def _repair(lab: Connection, fault: "Fault") -> None:
    web = fault.definition()["containerDefinitions"][0]
    lab.logs.create_log_group(logGroupName=web["logConfiguration"]["options"]["awslogs-group"])
    fault.deploy(forceNewDeployment=True)


NO_LOG_GROUP = Case(
    kind="no-log-group",
    story="Somebody tidied up the {app}'s definition and gave its things better names. “Only names! And "
    "now no task starts, and there is no log to say why.”",
    arrange=_arrange,
    goal=_goals.page,
    tempting={
        "secret-denied": "Tempting: ResourceInitializationError as well. But it would go on “unable to "
        "retrieve secret”, and this definition asks for none.",
        "no-execution-role": "Tempting, because writing logs takes the execution role. But the role was "
        "assumed, and CloudWatch's answer is not AccessDenied: it is ResourceNotFoundException.",
        "no-way-out": "Tempting: without a way out the log service cannot be reached. But it was, and "
        "answered with status code 400 within seconds.",
        "wrong-tag": "Tempting, because names were changed. But a missing tag gives "
        "CannotPullContainerError; this text begins with “failed to validate logger args”.",
        "command-exits": "Tempting, because there is no line in the log. But the container never started: "
        "it has no exitCode.",
    },
    telling=(
        Clue(
            "describe-tasks",
            ("stoppedReason",),
            "ResourceNotFoundException: The specified log group does not exist.",
        ),
        Clue(
            "describe-services",
            ("message", "events"),
            "the event repeats it: The specified log group does not exist.",
        ),
        Clue(
            "describe-log-groups",
            ("logGroups", "logGroupName"),
            "the group that the definition names is not among them.",
        ),
    ),
    idle=(
        Clue(
            "describe-task-definition",
            ("logConfiguration", "options", "logDriver"),
            "the name looks as good as any; only CloudWatch Logs knows whether it has it.",
        ),
        Clue("describe-tasks", ("stopCode",), "TaskFailedToStart covers a dozen causes."),
        Clue("get-log-events", ("events", "message"), "where nothing was written there is nothing to read."),
    ),
    wrong=(
        WrongFix(
            lambda scene: bool(scene.definition) and not scene.web.get("logConfiguration"),
            "The definition has no log configuration any more. The task starts, and when it next stops "
            "nobody will be able to say why.",
            "Keep the log, and give it a group to go to.",
            works=True,
        ),
        WrongFix(
            lambda scene: _lost(scene) and _options(scene).get("awslogs-create-group") == "true",
            "`awslogs-create-group` lets Fargate make the group, but the execution role may not: "
            "AmazonECSTaskExecutionRolePolicy has no logs:CreateLogGroup.",
            "Give the role that right too, or make the group yourself.",
        ),
        WrongFix(
            lambda scene: _lost(scene) and _others(scene),
            lambda scene: (
                f"There is a new log group `{_others(scene)[0]}`, but the definition names "
                f"`{_wanted(scene)}`."
            ),
            "Letter by letter, with the slash at the beginning.",
        ),
        WrongFix(
            lambda scene: _lost(scene) and scene.redeployed,
            lambda scene: (
                f"The service was updated, and its definition still names `{_wanted(scene)}`, "
                "which does not exist."
            ),
            "Make the group, or name one that is there.",
        ),
    ),
    hints=_hints,
    answer="make the log group that the definition names, or register a revision that names one that is "
    "there.",
    repair=_repair,
)

CASES: Final = (NO_LOG_GROUP,)
