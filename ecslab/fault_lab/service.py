"""Faults of the service itself: it wants nothing, or it wants for ever what cannot be."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab import _goals
from ecslab.fault_lab._case import Case, Clue, WrongFix
from ecslab.fault_lab._scene import Scene
from ecslab.fault_lab._workbench import Workbench

if TYPE_CHECKING:
    from ecslab.fault_lab._fault import Fault

_WORSE: Final = ("v2-final", "latest-2", "prod")


def _arrange_zero(bench: Workbench) -> None:
    names = bench.names
    bench.foundation()
    bench.service(bench.register(bench.recipe()))
    bench.lab.pass_time(120)
    bench.lab.ecs.update_service(cluster=names.cluster, service=names.service, desiredCount=0)
    bench.lab.pass_time(180)


def _bare_tasks(scene: Scene) -> list[str]:
    """Tasks of the application that run beside the service."""
    family = scene.names.service
    running = scene.lab.ecs.list_tasks(cluster=scene.names.cluster, family=family)["taskArns"]
    return [arn for arn in running if arn not in {task["taskArn"] for task in scene.tasks}]


def _other_services(scene: Scene) -> list[str]:
    arns = scene.lab.ecs.list_services(cluster=scene.names.cluster)["serviceArns"]
    names = [str(arn.rsplit("/", 1)[-1]) for arn in arns]
    return [name for name in names if name != scene.names.service]


def _zero_hints(scene: Scene) -> list[str]:
    return [
        "The service says that it has reached a steady state. Which state is that?",
        f"desiredCount {scene.desired}, runningCount {len(scene.tasks)}: the service has what it wants.",
        "`fault.deploy(desiredCount=1)`.",
    ]


def _repair_zero(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    fault.deploy(desiredCount=1)


DESIRED_ZERO = Case(
    kind="desired-0",
    story="On Friday the {app}'s page was there. On Monday it is not. The service is ACTIVE, its "
    "deployment COMPLETED; no event complains of anything.",
    arrange=_arrange_zero,
    goal=_goals.page,
    tempting={
        "no-execution-role": "Tempting, because no task is there at all. But then the service would say, "
        "again and again, that it failed to launch one; it does not even try.",
        "out-of-memory": "Tempting: the task is gone. But it was not killed: its `stoppedReason` is "
        "“Scaling activity initiated by …”.",
        "wrong-path": "Tempting, because ECS itself stopped the task. But not for its health: no load "
        "balancer asks, and nothing was started in its place.",
        "no-breaker": "Tempting, if it had failed. But a service that fails goes on trying; this one is in "
        "a steady state.",
        "closed-group": "Tempting, because nobody sees the page. But there is no task whose door could be "
        "closed.",
    },
    telling=(
        Clue("describe-services", ("desiredCount",), "0: the service has all the tasks that it wants."),
        Clue(
            "describe-tasks",
            ("stoppedReason",),
            "“Scaling activity initiated by …”: somebody asked for fewer.",
        ),
    ),
    idle=(
        Clue(
            "describe-services",
            ("runningCount", "pendingCount"),
            "0 run: that is the complaint. How many should?",
        ),
        Clue(
            "describe-services",
            ("status", "rolloutState"),
            "ACTIVE, COMPLETED: all is well with what is wanted. What is wanted?",
        ),
        Clue(
            "describe-services",
            ("message", "events"),
            "a task was stopped, and the state is steady. Steady at how many?",
        ),
        Clue(
            "describe-tasks",
            ("stopCode",),
            "ServiceSchedulerInitiated: a failed health check gives it as well.",
        ),
    ),
    wrong=(
        WrongFix(
            lambda scene: not scene.desired and _bare_tasks(scene),
            "A task runs beside the service, by RunTask. It may show the page; when it stops, nobody "
            "brings it back, and the service still wants 0.",
            "Tell the service how many it should want.",
        ),
        WrongFix(
            lambda scene: not scene.desired and _other_services(scene),
            lambda scene: (
                f"There is a second service, `{_other_services(scene)[0]}`. "
                f"`{scene.names.service}` still wants 0 tasks."
            ),
            "Tell the service how many it should want.",
        ),
        WrongFix(
            lambda scene: not scene.desired and scene.redeployed,
            "A new deployment was made: one of 0 tasks.",
            "Tell the service how many it should want.",
        ),
    ),
    hints=_zero_hints,
    answer="update the service with desiredCount 1 (or more).",
    repair=_repair_zero,
)


def _arrange_loop(bench: Workbench) -> None:
    names, lab = bench.names, bench.lab
    bench.foundation()
    bench.service(bench.register(bench.recipe()))
    lab.pass_time(120)
    worse = bench.register(bench.recipe(bench.rng.choice(_WORSE)))
    lab.ecs.update_service(cluster=names.cluster, service=names.service, taskDefinition=worse)
    lab.pass_time(900)


def _breaker(scene: Scene) -> dict[str, bool]:
    settings = (scene.service or {}).get("deploymentConfiguration", {})
    return dict(settings.get("deploymentCircuitBreaker") or {})


def _settled(scene: Scene) -> str:
    """The page is there, the deployment is over, and the next bad one will end by itself."""
    lacking = _goals.page(scene)
    if lacking or _breaker(scene).get("enable"):
        return lacking
    return "The deployment is over, and the next one that cannot start will go on for ever again."


def _loop_hints(scene: Scene) -> list[str]:
    failed = max((int(one["failedTasks"]) for one in scene.deployments), default=0)
    return [
        "The visitors are served by the old revision; that part of ECS works. What should have put an end to "
        "the new one?",
        f"{failed} failed tasks, and rolloutState {scene.primary.get('rolloutState')}. After three of them a "
        "circuit breaker gives up. Is there one? Look at deploymentConfiguration.",
        "`fault.deploy(deploymentConfiguration={'deploymentCircuitBreaker': {'enable': True, "
        "'rollback': True}})` "
        "ends it now, and the next one too.",
    ]


def _repair_loop(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    breaker = {"enable": True, "rollback": True}
    fault.deploy(deploymentConfiguration={"deploymentCircuitBreaker": breaker})


def back_and_guarded(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    """The other fix: back to the revision that works, and a breaker for the next time."""
    breaker = {"enable": True, "rollback": False}
    settings = {"deploymentCircuitBreaker": breaker}
    fault.deploy(taskDefinition=f"{fault.names.service}:1", deploymentConfiguration=settings)


NO_BREAKER = Case(
    kind="no-breaker",
    story="The {app}'s visitors notice nothing: the page is there. But the release of this morning is "
    "still “in progress”, and the team's pager has not been silent since. “We know that this revision is "
    "bad. Who stops it? It will be with us until Christmas!”",
    arrange=_arrange_loop,
    goal=_settled,
    tempting={
        "desired-0": "Tempting, because nothing of the new revision runs. But one task is wanted, and it "
        "is tried again and again.",
        "subnet-full": "Tempting: there is no room for old and new together? The reason says "
        "CannotPullContainerError; an interface, and its address, it had.",
        "short-grace": "Tempting, if health checks ended the new tasks. But they never start, and no load "
        "balancer asks.",
        "no-execution-role": "Tempting, because the new tasks do not start. But the pull got as far as the "
        "registry's answer, so the role was assumed.",
        "no-public-ip": "Tempting, because the image is not fetched. But the registry answered: not found. "
        "And the old task, in the same network, has the page up.",
    },
    telling=(
        Clue(
            "describe-services",
            ("deploymentCircuitBreaker", "enable", "rollback", "deploymentConfiguration"),
            "the breaker is off, which is the API's default.",
        ),
        Clue(
            "describe-services",
            ("failedTasks",),
            "it grows, and the rolloutState stays IN_PROGRESS: nobody counts to three.",
        ),
    ),
    idle=(
        Clue(
            "describe-services",
            ("rolloutState", "rolloutStateReason"),
            "IN_PROGRESS is the complaint. What could have made it FAILED?",
        ),
        Clue(
            "describe-services",
            ("message", "events"),
            "that, and why, the new tasks do not start, is known. The question is who ends it.",
        ),
        Clue(
            "describe-tasks",
            ("stoppedReason",),
            "that the new image cannot be pulled is known. The question is who ends it.",
        ),
        Clue(
            "describe-images",
            ("imageTags",),
            "that the tag is missing is known. The question is who ends it.",
        ),
    ),
    wrong=(
        WrongFix(
            lambda scene: not _breaker(scene).get("enable") and scene.steady,
            "The deployment is over, and the page is there. The next revision that cannot start will go on "
            "for ever again: the breaker is still off.",
            "deploymentConfiguration, deploymentCircuitBreaker.",
            works=True,
        ),
        WrongFix(
            lambda scene: (
                _breaker(scene).get("enable")
                and not _breaker(scene).get("rollback")
                and scene.primary.get("rolloutState") == "FAILED"
            ),
            "The breaker has ended the attempts, and left the service there: its newest deployment is "
            "FAILED, and still the one that it wants. Nobody told it to roll back.",
            "`rollback: True`, or deploy a revision that works.",
        ),
        WrongFix(
            lambda scene: (
                not _breaker(scene).get("enable")
                and scene.definition.get("revision", 1) > 1
                and scene.desired > 1
            ),
            "More tasks are wanted now; so more of them are tried for ever.",
            "Who should put an end to it?",
        ),
        WrongFix(
            lambda scene: (
                not _breaker(scene).get("enable")
                and scene.definition.get("revision", 1) > 1
                and len(scene.deployments) > 1
            ),
            "The service was updated, and goes on trying a revision that cannot start; nothing counts the "
            "failures.",
            "Who should put an end to it?",
        ),
    ),
    hints=_loop_hints,
    answer="turn on the deployment circuit breaker, with rollback: it ends this deployment and returns to "
    "the last one that was COMPLETED.",
    repair=_repair_loop,
)

CASES: Final = (DESIRED_ZERO, NO_BREAKER)
