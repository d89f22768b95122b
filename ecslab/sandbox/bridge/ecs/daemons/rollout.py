"""How a daemon's deployment goes on: it drains instances by batches, bakes, and is rolled back if it fails.

Nothing happens while no instance changes, but for one look a minute at a deployment's alarms, if it has some.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-daemons-deployments.html
"""

from collections.abc import Iterator
from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.capacity import look
from ecslab.sandbox.bridge.ecs.daemons import definitions, view
from ecslab.sandbox.bridge.ecs.daemons.sentences import sentence
from ecslab.sandbox.bridge.ecs.managed_instances import fleet
from ecslab.sandbox.world.daemon.daemon import Daemon, DaemonRevision
from ecslab.sandbox.world.daemon.deployment import Deployment
from ecslab.sandbox.world.managed_instances.provider import ManagedInstance

MINUTE: Final = 60.0


def begin(daemon: Daemon, deployment: Deployment) -> None:
    """Let a new deployment of a daemon begin in a moment; it stops the one before that is not over."""
    clock, before = current_account().clock, daemon.deployment
    if before is not deployment and not before.ended:
        before.move("replaced", sentence("replaced"))
        _close(daemon, before, stopped=True)
    daemon.deployment = deployment
    state.of(daemon.region).daemon_deployments[deployment.arn] = deployment
    deployment.ignored = frozenset(_in_alarm(daemon, deployment))
    delay = clock.durations.of("daemon_deployment_started", deployment.arn)
    deployment.plan = clock.after(delay, lambda: _start(daemon, deployment))
    look.soon(daemon.region, state.of(daemon.region).clusters[daemon.cluster])  # what waits for it need not


def _start(daemon: Daemon, deployment: Deployment) -> None:
    deployment.plan = None
    deployment.move("started")
    deployment.started_at = _now()
    deployment.instances = len(list(_scope(daemon)))
    if deployment.configuration.watches:
        _watch(daemon, deployment)
    go_on(daemon)


def go_on(daemon: Daemon) -> None:
    """Drain the next batch of instances when the one before is gone; end the deployment when none is left."""
    deployment = daemon.deployment
    if not deployment.rolls:
        return
    stale = [managed for managed in _scope(daemon) if not _is_right(daemon, managed)]
    if not stale:
        _reach(daemon, deployment)
        return
    if deployment.plan:  # it has baked too early
        deployment.plan.cancel()
        deployment.plan = None
    statuses = [(managed, fleet.container_instance(managed)) for managed in stale]
    if any(instance is None or instance.status in ("DRAINING", "DEREGISTERING") for _, instance in statuses):
        return
    active = [managed for managed, instance in statuses if instance and instance.status == "ACTIVE"]
    for managed in active[: deployment.configuration.batch(max(deployment.instances, len(stale)))]:
        fleet.drain(managed)


def _scope(daemon: Daemon) -> Iterator[ManagedInstance]:
    """The instances that have registered and run the daemon, or are to."""
    for managed in list(state.of(daemon.region).managed_instances.values()):
        ours = managed.cluster == daemon.cluster and managed.provider in daemon.providers
        if daemon.arn in managed.daemons or (ours and managed.registered):
            yield managed


def _is_right(daemon: Daemon, managed: ManagedInstance) -> bool:
    """Whether an instance has what it is to have of the daemon."""
    hosted = managed.daemons.get(daemon.arn)
    if daemon.target is None or managed.provider not in daemon.providers:
        return hosted is None
    if hosted is None or hosted.revision is not daemon.target:
        return False
    return hosted.ready or (hosted.lost and not daemon.target.settings.critical)


def _reach(daemon: Daemon, deployment: Deployment) -> None:
    """Every instance has what it is to have: bake, if that is asked for, and end."""
    minutes = deployment.configuration.bake_minutes
    if deployment.plan:
        return
    if minutes and deployment.status == "IN_PROGRESS" and deployment.target:
        deployment.plan = current_account().clock.after(
            minutes * MINUTE, lambda: _complete(daemon, deployment)
        )
    else:
        _complete(daemon, deployment)


def _complete(daemon: Daemon, deployment: Deployment) -> None:
    deployment.move("completed", "" if deployment.rollback else sentence("successful"))
    _close(daemon, deployment)
    if daemon.target is None:
        del state.of(daemon.region).daemons[daemon.arn]
        definitions.forget_unused(daemon.region)
    else:
        daemon.settled = daemon.target, list(daemon.providers)


def _close(daemon: Daemon, deployment: Deployment, stopped: bool = False) -> None:
    """What a deployment came to stays as it is now."""
    deployment.forget_plans()
    deployment.finished_at = _now()
    if stopped:
        deployment.stopped_at = _now()
    deployment.final = view.reached(daemon, deployment)


# Failing ----------------------------------------------------------------------------------------------------


def count_failure(daemon: Daemon, revision: DaemonRevision) -> None:
    """A task of this revision has not started; so many of the target trip the circuit breaker."""
    deployment = daemon.deployment
    if deployment.status != "IN_PROGRESS" or revision is not deployment.target:
        return
    deployment.failures += 1
    if deployment.failures >= deployment.threshold:
        deployment.tripped = True
        _fail(daemon, deployment, sentence("breaker"))


def _fail(daemon: Daemon, deployment: Deployment, reason: str) -> None:
    """Let a deployment not go on: new instances have the revision before from now on."""
    clock = current_account().clock
    deployment.move("failed", reason)
    deployment.forget_plans()
    if daemon.settled:
        daemon.target, daemon.providers = daemon.settled[0], list(daemon.settled[1])
    delay = clock.durations.of("daemon_rolled_back", deployment.arn)
    deployment.plan = clock.after(delay, lambda: _roll_back(daemon, deployment))


def _roll_back(daemon: Daemon, deployment: Deployment) -> None:
    deployment.plan = None
    if daemon.settled is None or daemon.target is None:
        deployment.move("no_candidate", sentence("no_candidate"))
        _close(daemon, deployment)
        return
    deployment.rollback = deployment.reason, _now(), daemon.target
    deployment.move("rolled_back")
    go_on(daemon)


def _watch(daemon: Daemon, deployment: Deployment) -> None:
    deployment.look = current_account().clock.after(MINUTE, lambda: _look(daemon, deployment))


def _look(daemon: Daemon, deployment: Deployment) -> None:
    deployment.look = None
    deployment.triggered = [each for each in _in_alarm(daemon, deployment) if each not in deployment.ignored]
    if deployment.triggered:
        _fail(daemon, deployment, sentence("alarmed", names=", ".join(deployment.triggered)))
    else:
        _watch(daemon, deployment)


def _in_alarm(daemon: Daemon, deployment: Deployment) -> list[str]:
    if not deployment.configuration.watches:
        return []
    alarms = cloudwatch_of(current_account(), daemon.region).alarms
    alarms_named = [(name, alarms.get(name)) for name in deployment.configuration.alarms]
    return [name for name, alarm in alarms_named if alarm is not None and alarm.state == "ALARM"]


def _now() -> float:
    return current_account().clock.timestamp()
