"""Faults of health checks: the wrong question, and one that is asked too early."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab import _goals
from ecslab.fault_lab._case import Case, Clue, WrongFix
from ecslab.fault_lab._scene import Scene
from ecslab.fault_lab._workbench import Workbench

if TYPE_CHECKING:
    from ecslab.fault_lab._fault import Fault

FREQUENT: Final = {"HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 5}
_WARM_UP: Final = 120  # seconds until the slow application listens
_SLOWLY: Final = (
    f"echo 'loading the catalogue: this takes about {_WARM_UP} seconds'; sleep {_WARM_UP}; "
    "echo 'the catalogue is loaded'; httpd-foreground"
)
_PATHS: Final = ("/health", "/healthz", "/status")


def _arrange_path(bench: Workbench) -> None:
    bench.foundation()
    place, balancers = bench.balanced(HealthCheckPath=bench.rng.choice(_PATHS), **FREQUENT)
    bench.service(bench.register(bench.recipe()), place, loadBalancers=balancers)
    bench.lab.pass_time(240)


def grace(scene: Scene) -> int:
    """Seconds for which the service forgives failed health checks."""
    return int((scene.service or {}).get("healthCheckGracePeriodSeconds", 0))


def _path(scene: Scene) -> str:
    return str(scene.target_group.get("HealthCheckPath", ""))


def _path_hints(scene: Scene) -> list[str]:
    return [
        "ECS stops a task that runs well. On whose word? The `stoppedReason` names a target group.",
        f"The target group asks every task for `{_path(scene)}`, and wants "
        f"{scene.target_group.get('Matcher', {}).get('HttpCode', '200')}. What does the web server say to "
        "that? Its log has every request.",
        "`lab.elbv2.modify_target_group(TargetGroupArn=…, HealthCheckPath='/')`: a path that the application "
        "has.",
    ]


def _repair_path(lab: Connection, fault: "Fault") -> None:
    group = lab.elbv2.describe_target_groups(Names=[fault.names.service])["TargetGroups"][0]
    lab.elbv2.modify_target_group(TargetGroupArn=group["TargetGroupArn"], HealthCheckPath="/")


WRONG_PATH = Case(
    kind="wrong-path",
    story="The {app}'s page got a load balancer. “Behind it our tasks live for a minute. Without it they "
    "lived for weeks! And sometimes, between two of them, one even sees the page.”",
    arrange=_arrange_path,
    goal=_goals.balanced,
    tempting={
        "wrong-port": "Tempting: the health check fails. But something answers: the reason gives a code, "
        "[404], and a code comes from a server.",
        "short-grace": "Tempting, because tasks are stopped soon after their start. But the server answers "
        "from its first second on; it says 404, and would say so for ever.",
        "closed-group": "Tempting: does the balancer get through? It does: a closed group gives “Request "
        "timed out”, not a 404.",
        "command-exits": "Tempting, because tasks come and go. But none of them ends by itself: the "
        "`stopCode` is ServiceSchedulerInitiated.",
        "out-of-memory": "Tempting, because tasks die again and again. But nobody is killed for memory: "
        "there is no exit code 137 with a `reason`.",
    },
    telling=(
        Clue(
            "describe-target-health",
            ("Description", "Reason", "TargetHealth"),
            "Health checks failed with these codes: [404]: the server answers, and has no such page.",
        ),
        Clue(
            "describe-services",
            ("message", "events"),
            "“is unhealthy in (target-group …) due to (reason "
            "Health checks failed with these codes: [404])”.",
        ),
        Clue("describe-target-groups", ("HealthCheckPath",), "the application has no page of that name."),
        Clue(
            "get-log-events",
            ("message", "events"),
            "the balancer's requests are in the web server's log, each with its 404.",
        ),
    ),
    idle=(
        Clue(
            "describe-tasks", ("stoppedReason",), "“Task failed ELB health checks” says who decided, not why."
        ),
        Clue("describe-tasks", ("stopCode",), "ServiceSchedulerInitiated: so it was ECS. On whose word?"),
        Clue(
            "describe-target-health", ("State",), "`unhealthy` is the complaint; the reason stands beside it."
        ),
        Clue(
            "describe-target-groups",
            ("Matcher", "HttpCode"),
            "200 is what one wants to hear from a page that is there.",
        ),
    ),
    wrong=(
        WrongFix(
            lambda scene: _path(scene) in _PATHS and grace(scene) > 0,
            lambda scene: (
                f"With a grace period of {grace(scene)} s the tasks are left alone for longer. "
                "The target is unhealthy all the same, and when the period is over they go."
            ),
            "The question is wrong, not its time.",
        ),
        WrongFix(
            lambda scene: (
                _path(scene) in _PATHS and int(scene.target_group.get("UnhealthyThresholdCount", 2)) > 2
            ),
            lambda scene: (
                f"It takes {scene.target_group['UnhealthyThresholdCount']} failures now until a "
                "target counts as unhealthy. They all come."
            ),
            "The question is wrong, not how often it is asked.",
        ),
        WrongFix(
            lambda scene: _path(scene) in _PATHS and scene.definition.get("revision", 1) > 1,
            lambda scene: (
                f"The service uses a new revision, and the target group still asks it for `{_path(scene)}`."
            ),
            "The path stands in the target group.",
        ),
        WrongFix(
            lambda scene: _path(scene) in _PATHS and scene.redeployed,
            lambda scene: f"New tasks have no page `{_path(scene)}` either.",
            "The path stands in the target group.",
        ),
    ),
    hints=_path_hints,
    answer="let the target group ask for a page that the application has: HealthCheckPath `/`.",
    repair=_repair_path,
)


def _arrange_grace(bench: Workbench) -> None:
    bench.foundation()
    place, balancers = bench.balanced(**FREQUENT)
    slow = bench.recipe(command=["sh", "-c", _SLOWLY])
    bench.service(bench.register(slow), place, loadBalancers=balancers)
    bench.lab.pass_time(240)


def _grace_hints(scene: Scene) -> list[str]:
    return [
        "Did the application ever get as far as listening? Its log says what it was doing when it was "
        "stopped.",
        f"It needs some {_WARM_UP} seconds. The service waits {grace(scene)} seconds "
        "(`healthCheckGracePeriodSeconds`) before it heeds the health checks.",
        "`fault.deploy(healthCheckGracePeriodSeconds=180)`: longer than the application needs, with a "
        "margin.",
    ]


def _repair_grace(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    fault.deploy(healthCheckGracePeriodSeconds=180)


SHORT_GRACE = Case(
    kind="short-grace",
    story="The {app}'s application reads its whole catalogue before it opens its door. Behind the new load "
    "balancer it never gets so far: “Every task is stopped before it is ready. We did nothing to them!”",
    arrange=_arrange_grace,
    goal=_goals.balanced,
    tempting={
        "wrong-path": "Tempting: the health check fails. But a wrong path gives a code such as [404] from "
        "a server that answers; here nobody answers yet.",
        "wrong-port": "Tempting, because the checks find nobody on the port. Nobody yet: the log says that "
        "the application is loading, and it is stopped before it is done.",
        "command-exits": "Tempting, because of the command in the definition. But it did not end: ECS "
        "stopped the task (`stopCode` ServiceSchedulerInitiated), in mid-work.",
        "out-of-memory": "Tempting: a big catalogue. But no container has a `reason` that says "
        "OutOfMemoryError; ECS stopped the task, as its `stopCode` says.",
        "closed-group": "Tempting: the balancer gets no answer. But a closed group gives “Request timed "
        "out”; these checks fail at once.",
    },
    telling=(
        Clue(
            "get-log-events",
            ("message", "events"),
            "it was still loading when it was stopped; it says itself how long it needs.",
        ),
        Clue(
            "describe-services",
            ("healthCheckGracePeriodSeconds",),
            "0: failed checks count from the task's first second on.",
        ),
        Clue(
            "describe-tasks",
            ("startedAt", "stoppingAt"),
            "the time between the two is shorter than the application needs.",
        ),
    ),
    idle=(
        Clue(
            "describe-tasks", ("stoppedReason",), "“Task failed ELB health checks” says who decided, not why."
        ),
        Clue("describe-tasks", ("exitCode",), "it was stopped; how it took that does not matter."),
        Clue(
            "describe-target-health",
            ("Reason", "Description", "State"),
            "“Health checks failed”: nobody listens. Nobody yet, or nobody ever?",
        ),
        Clue(
            "describe-services",
            ("message", "events"),
            "the checks failed, and the task was replaced. That they came too early is not said.",
        ),
        Clue(
            "describe-target-groups",
            ("HealthCheckIntervalSeconds", "UnhealthyThresholdCount"),
            "so quickly is a target given up. For how long may a new one be forgiven? That stands elsewhere.",
        ),
    ),
    wrong=(
        WrongFix(
            lambda scene: 0 < grace(scene) < _WARM_UP,
            lambda scene: (
                f"A grace period of {grace(scene)} s is a beginning. The application needs "
                f"about {_WARM_UP} s until it listens."
            ),
            "Longer than the application needs, with a margin.",
        ),
        WrongFix(
            lambda scene: any(
                one.get("healthCheck") for one in scene.definition.get("containerDefinitions", [])
            ),
            "The container has a health check of its own now, maybe with a `startPeriod`. The load "
            "balancer does not know of it, and goes on asking.",
            "The grace period is a setting of the service.",
        ),
        WrongFix(
            lambda scene: _path(scene) != "/",
            "The health check asks for another page now. Nobody listens yet, whatever the page.",
            "Give the application time.",
        ),
        WrongFix(
            lambda scene: scene.redeployed and not grace(scene),
            "New tasks are as slow, and are given as little time.",
            "Give the application time.",
        ),
    ),
    hints=_grace_hints,
    answer="healthCheckGracePeriodSeconds of the service: longer than the application needs to start. (Or "
    "more, and rarer, failures until a target counts as unhealthy.)",
    repair=_repair_grace,
)


CASES: Final = (WRONG_PATH, SHORT_GRACE)
