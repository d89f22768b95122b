"""A revision that cannot start is tried again for ever: the deployment has no circuit breaker."""

from typing import TYPE_CHECKING, Final, Literal

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine import Application, Builder, Case, WrongFix, goals
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

WORSE: Final = ("v2-final", "latest-2", "prod")  # tags that nobody pushed


def arrange(builder: Builder) -> None:
    names, lab = builder.names, builder.lab
    builder.foundation()
    builder.service(builder.register(builder.task_definition()))
    builder.pass_time(120)
    worse = builder.register(builder.task_definition(builder.rng.choice(WORSE)))
    lab.ecs.update_service(cluster=names.cluster, service=names.service, taskDefinition=worse)
    builder.pass_time(900)


def has_breaker(app: Application, part: Literal["enable", "rollback"] = "enable") -> bool:
    return bool(app.service and service_reader.circuit_breaker_of(app.service)[part])


def is_guarded(app: Application) -> str:
    """The page is there, the deployment is over, and the next bad one will end by itself."""
    return goals.page(app) or ("" if has_breaker(app) else "unguarded")


def goes_on(app: Application) -> bool:
    """Whether a newer revision is in use, and nothing counts its failures."""
    return not has_breaker(app) and app.revision > 1


def repair(lab: Connection, fault: "Fault") -> None:  # noqa: ARG001
    breaker = {"enable": True, "rollback": True}
    fault.deploy(deploymentConfiguration={"deploymentCircuitBreaker": breaker})


CASE = Case(
    __file__,
    arrange=arrange,
    goal=is_guarded,
    repair=repair,
    wrong=(
        WrongFix("breaker-still-off", lambda app: not has_breaker(app) and app.steady, works=True),
        WrongFix(
            "no-rollback",
            lambda app: (
                has_breaker(app)
                and not has_breaker(app, "rollback")
                and app.primary.get("rolloutState") == "FAILED"
            ),
        ),
        WrongFix("scaled-out", lambda app: goes_on(app) and app.desired_count > 1),
        WrongFix("updated", lambda app: goes_on(app) and len(app.deployments) > 1),
    ),
    values={
        "failed": lambda app: max((each["failedTasks"] for each in app.deployments), default=0),
        "rollout_state": lambda app: app.primary.get("rolloutState"),
    },
)
