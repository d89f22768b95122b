"""Faults of health checks: the wrong question, asked too early, or at the wrong door."""

from typing import TYPE_CHECKING, Final

from ecslab.fault_lab import _goals
from ecslab.fault_lab._case import Case, Clue, WrongFix
from ecslab.fault_lab._scene import Scene
from ecslab.fault_lab._workbench import Workbench
from ecslab.lab import Lab

if TYPE_CHECKING:
    from ecslab.fault_lab._fault import Fault

_FREQUENT: Final = {"HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 5}
_WARM_UP: Final = 120  # seconds until the slow application listens
_SLOWLY: Final = (
    f"echo 'loading the catalogue: this takes about {_WARM_UP} seconds'; sleep {_WARM_UP}; "
    "echo 'the catalogue is loaded'; httpd-foreground"
)
_PATHS: Final = ("/health", "/healthz", "/status")
_OTHER_PORT: Final = 8080


def _arrange_path(bench: Workbench) -> None:
    bench.foundation()
    place, balancers = bench.balanced(HealthCheckPath=bench.rng.choice(_PATHS), **_FREQUENT)
    bench.service(bench.register(bench.recipe()), place, loadBalancers=balancers)
    bench.lab.pass_time(240)


def _grace(scene: Scene) -> int:
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


def _repair_path(lab: Lab, fault: "Fault") -> None:
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
            lambda scene: _path(scene) in _PATHS and _grace(scene) > 0,
            lambda scene: (
                f"With a grace period of {_grace(scene)} s the tasks are left alone for longer. "
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
    place, balancers = bench.balanced(**_FREQUENT)
    slow = bench.recipe(command=["sh", "-c", _SLOWLY])
    bench.service(bench.register(slow), place, loadBalancers=balancers)
    bench.lab.pass_time(240)


def _grace_hints(scene: Scene) -> list[str]:
    return [
        "Did the application ever get as far as listening? Its log says what it was doing when it was "
        "stopped.",
        f"It needs some {_WARM_UP} seconds. The service waits {_grace(scene)} seconds "
        "(`healthCheckGracePeriodSeconds`) before it heeds the health checks.",
        "`fault.deploy(healthCheckGracePeriodSeconds=180)`: longer than the application needs, with a "
        "margin.",
    ]


def _repair_grace(lab: Lab, fault: "Fault") -> None:  # noqa: ARG001
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
            lambda scene: 0 < _grace(scene) < _WARM_UP,
            lambda scene: (
                f"A grace period of {_grace(scene)} s is a beginning. The application needs "
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
            lambda scene: scene.redeployed and not _grace(scene),
            "New tasks are as slow, and are given as little time.",
            "Give the application time.",
        ),
    ),
    hints=_grace_hints,
    answer="healthCheckGracePeriodSeconds of the service: longer than the application needs to start. (Or "
    "more, and rarer, failures until a target counts as unhealthy.)",
    repair=_repair_grace,
)


def _arrange_port(bench: Workbench) -> None:
    bench.foundation()
    place, balancers = bench.balanced(port=_OTHER_PORT, **_FREQUENT)
    recipe = bench.recipe(portMappings=[{"containerPort": _OTHER_PORT, "protocol": "tcp"}])
    bench.service(bench.register(recipe), place, loadBalancers=balancers)
    bench.lab.pass_time(240)


def _port(scene: Scene) -> int:
    return int(scene.balancer["containerPort"]) if scene.balancer else 0


def _unused_ports(scene: Scene) -> list[int]:
    web = scene.container(scene.names.container, scene.unused) if scene.unused else {}
    return [int(one["containerPort"]) for one in web.get("portMappings", [])]


def _port_hints(scene: Scene) -> list[str]:
    return [
        "“Health checks failed”, without a code: no server spoke. Where does the balancer ask, and where "
        "does the program listen?",
        f"The targets are registered with port {_port(scene)}. httpd, the web server in the image, listens "
        "on 80: that is in its own configuration, and `containerPort` does not change it.",
        "A revision whose containerPort is 80; then update the service with it and with "
        "`loadBalancers=[… containerPort 80]` in the same call.",
    ]


def _repair_port(lab: Lab, fault: "Fault") -> None:
    definition = fault.definition()
    definition["containerDefinitions"][0]["portMappings"] = [{"containerPort": 80, "protocol": "tcp"}]
    group = lab.elbv2.describe_target_groups(Names=[fault.names.service])["TargetGroups"][0]
    to = {"targetGroupArn": group["TargetGroupArn"], "containerName": "web", "containerPort": 80}
    fault.deploy(definition, loadBalancers=[to])


WRONG_PORT = Case(
    kind="wrong-port",
    story="The {app}'s old application was replaced by a plain web server; image and page are new, the "
    "rest of the definition was kept. “The tasks start well, and after a minute ECS takes them away.”",
    arrange=_arrange_port,
    goal=_goals.balanced,
    tempting={
        "wrong-path": "Tempting: the health check fails. But a wrong path gives a code such as [404]; here "
        "there is none, because no server answers there.",
        "closed-group": "Tempting: does the balancer get through? A closed group gives “Request timed "
        "out”. Here the packet arrived, and was refused at once: nothing listens.",
        "short-grace": "Tempting, because tasks are stopped soon after their start. But the log says that "
        "the server has started, within a second: it is ready, on another port.",
        "command-exits": "Tempting, because nothing answers. But the server runs, until ECS stops it "
        "(`stopCode` ServiceSchedulerInitiated).",
        "no-public-ip": "Tempting, because nobody gets through. But the balancer comes over the private "
        "address; and without a public IP here the image could not have been fetched.",
    },
    telling=(
        Clue(
            "describe-target-health",
            ("Port", "Description", "Reason", "TargetHealth", "Target"),
            "the target is asked on port 8080, and the checks fail without a code: nothing listens there.",
        ),
        Clue(
            "describe-task-definition",
            ("containerPort", "portMappings"),
            "8080; the web server in the image listens on 80.",
        ),
        Clue(
            "describe-services",
            ("containerPort", "loadBalancers"),
            "8080; the web server in the image listens on 80.",
        ),
        Clue(
            "describe-services",
            ("message", "events"),
            "“(port 8080) is unhealthy … (reason Health checks failed)”: no code, so nobody answered.",
        ),
    ),
    idle=(
        Clue(
            "describe-tasks", ("stoppedReason",), "“Task failed ELB health checks” says who decided, not why."
        ),
        Clue("describe-tasks", ("stopCode",), "ServiceSchedulerInitiated: so it was ECS. On whose word?"),
        Clue(
            "describe-target-groups",
            ("HealthCheckPath",),
            "`/` is there, for whoever knocks at the right door.",
        ),
        Clue(
            "describe-target-groups",
            ("HealthCheckPort",),
            "`traffic-port`: the check asks where the visitors are sent. That is as it should be.",
        ),
        Clue(
            "get-log-events",
            ("message", "events"),
            "the server has started; that nobody ever asks it for anything is a silence easily overlooked.",
        ),
    ),
    wrong=(
        WrongFix(
            lambda scene: (
                scene.target_group.get("HealthCheckPort", "traffic-port") != "traffic-port" and not scene.page
            ),
            lambda scene: (
                f"The health check asks on port {scene.target_group['HealthCheckPort']} now, and "
                f"is content. The visitors are still sent to {_port(scene)}."
            ),
            "Check and visitors should go by the same door: HealthCheckPort traffic-port.",
        ),
        WrongFix(
            lambda scene: 80 in _unused_ports(scene),
            lambda scene: (
                f"Revision {scene.unused['revision']} has port 80, but the service uses revision "
                f"{scene.definition['revision']}, and sends to {_port(scene)}."
            ),
            "Update the service: taskDefinition and loadBalancers in one call.",
        ),
        WrongFix(
            lambda scene: _grace(scene) > 0,
            lambda scene: (
                f"With a grace period of {_grace(scene)} s nobody stops the tasks for so long. "
                f"Nothing listens on port {_port(scene)} all the same."
            ),
            "It is no matter of time.",
        ),
        WrongFix(
            lambda scene: _port(scene) == _OTHER_PORT and scene.redeployed,
            "The service was updated, and still sends to port 8080.",
            "containerPort stands in the definition and in the service's loadBalancers.",
        ),
    ),
    hints=_port_hints,
    answer="containerPort 80 in a new revision, and in the service's `loadBalancers`, in one update. (Or a "
    "server that listens on 8080.)",
    repair=_repair_port,
)

CASES: Final = (WRONG_PATH, SHORT_GRACE, WRONG_PORT)
