"""Faults of several containers: a helper that takes the task with it."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab import _goals
from ecslab.fault_lab._case import Case, Clue, WrongFix
from ecslab.fault_lab._scene import Scene
from ecslab.fault_lab._workbench import Workbench

if TYPE_CHECKING:
    from ecslab.fault_lab._fault import Fault

_FETCHES: Final = "echo 'fetching the price list'; sleep 20; echo 'the price list is up to date'"


def _arrange_sidecar(bench: Workbench) -> None:
    bench.foundation()
    recipe = bench.recipe()
    web = recipe["containerDefinitions"][0]
    helper = {key: web[key] for key in ("image", "logConfiguration")}
    helper |= {"name": bench.names.sidecar, "command": ["sh", "-c", _FETCHES]}
    bench.service(bench.register(recipe | {"containerDefinitions": [web, helper]}))
    bench.lab.pass_time(180)


def _helper(scene: Scene) -> dict[str, object]:
    return scene.container(scene.names.sidecar)


def _sidecar_hints(scene: Scene) -> list[str]:
    return [
        "Two containers, one task. Which of them ended first, and with which exit code?",
        f"`{scene.names.sidecar}` ends with 0: it has done its work. In the definition its `essential` is "
        f"{_helper(scene).get('essential', True)}.",
        f"Register a revision in which `{scene.names.sidecar}` has `essential: False`. Then it may end, and "
        "the task goes on.",
    ]


def _repair_sidecar(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    definition = fault.definition()
    helper = next(one for one in definition["containerDefinitions"] if one["name"] == fault.names.sidecar)
    helper["essential"] = False
    fault.deploy(definition)


SIDECAR_EXITS = Case(
    kind="sidecar-exits",
    story="The {app}'s page now has prices: a second container fetches the list when the task starts. It "
    "does so, every time. “But the page is there for twenty seconds, then it is gone, and a minute later "
    "it is back.”",
    arrange=_arrange_sidecar,
    goal=_goals.page,
    tempting={
        "command-exits": "Tempting: a program ends with code 0. But the web server's command is the "
        "image's own; it was stopped after the other container had ended.",
        "out-of-memory": "Tempting, because the web server is taken down in mid-work. But nobody has exit "
        "code 137 and a `reason`.",
        "short-grace": "Tempting, because the page lives for a short time only. But nobody stops the task "
        "from outside: the `stopCode` is EssentialContainerExited.",
        "wrong-path": "Tempting: that, too, ends tasks that work. But no load balancer asks here, and ECS "
        "would say “Task failed ELB health checks”.",
        "task-role": "Tempting, because the helper fetches something. But it says that it got it, and "
        "ended with 0.",
    },
    telling=(
        Clue(
            "describe-tasks",
            ("exitCode", "containers"),
            "the helper ended with 0, by itself; the web server was stopped after it.",
        ),
        Clue(
            "describe-task-definition",
            ("essential",),
            "the helper is essential (so is every container that says nothing else).",
        ),
        Clue("get-log-events", ("message", "events"), "the helper's last line says that it is done."),
    ),
    idle=(
        Clue(
            "describe-tasks", ("stoppedReason",), "“Essential container in task exited” does not say which."
        ),
        Clue("describe-tasks", ("stopCode",), "EssentialContainerExited: true, of which of the two?"),
        Clue("describe-services", ("message", "events"), "the service only says that it starts tasks."),
    ),
    wrong=(
        WrongFix(
            lambda scene: bool(scene.definition) and not _helper(scene),
            "The helper is gone from the definition. The page stays, without prices.",
            "The helper has work to do. It may end; the task should not.",
            works=True,
        ),
        WrongFix(
            lambda scene: scene.web.get("essential") is False,
            "The web server is not essential now, but the helper still is, and it still ends.",
            "`essential` of the other container.",
        ),
        WrongFix(
            lambda scene: _helper(scene).get("restartPolicy"),
            "A restart policy starts a container again that ran for at least a minute; the helper is done "
            "after twenty seconds.",
            "Let it end, without the task.",
        ),
        WrongFix(
            lambda scene: scene.redeployed,
            "The service was updated, and the helper is still essential, and still ends.",
            "Read `essential` of both containers in the definition that is in use.",
        ),
    ),
    hints=_sidecar_hints,
    answer="`essential: False` for the helper, in a new revision. (Or let it go on running.)",
    repair=_repair_sidecar,
)

CASES: Final = (SIDECAR_EXITS,)
