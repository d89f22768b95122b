"""Faults of ports: the load balancer knocks where nobody listens."""

from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.fault_lab import _goals
from ecslab.fault_lab._case import Case, Clue, WrongFix
from ecslab.fault_lab._scene import Scene
from ecslab.fault_lab._workbench import Workbench
from ecslab.fault_lab.health import FREQUENT, grace

if TYPE_CHECKING:
    from ecslab.fault_lab._fault import Fault

_OTHER_PORT: Final = 8080


def _arrange_port(bench: Workbench) -> None:
    bench.foundation()
    place, balancers = bench.balanced(port=_OTHER_PORT, **FREQUENT)
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


def _repair_port(lab: Connection, fault: "Fault") -> None:
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
            lambda scene: grace(scene) > 0,
            lambda scene: (
                f"With a grace period of {grace(scene)} s nobody stops the tasks for so long. "
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

CASES: Final = (WRONG_PORT,)
