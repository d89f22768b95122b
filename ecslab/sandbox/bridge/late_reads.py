"""What clients see late where an account is eventually consistent, and what ECS learns late of a role.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Literal

from moto.backends import get_backend
from moto.logs.models import LogStream

from ecslab.sandbox.bridge.account import Account, current_account
from ecslab.sandbox.bridge.late_backends import backend, backends_in_use
from ecslab.sandbox.wire.operation import Operation
from ecslab.sandbox.wire.signature import Signer
from ecslab.sandbox.world.stale_reads import StaleReads, Watched

SEEN: Final = "change_seen"
ROLE_KNOWN: Final = "role_known"
LOG_SEEN: Final = "log_seen"
_BACKENDS: Final[dict[str, Literal["ec2", "elbv2"]]] = {"ec2": "ec2", "elasticloadbalancing": "elbv2"}
"""moto's backends, by the signing name of the service."""

_CLUSTER: Final = ("status", "settings", "configuration", "capacity_providers", "default_strategy", "tags")
_SERVICE: Final = (
    "status", "desired", "settings", "tags", "deployments", "rollouts", "breaker", "minimum_percent",
    "maximum_percent", "grace", "rebalances",
)  # fmt: skip
_DEPLOYMENT: Final = ("status", "rollout_state", "rollout_reason", "updated_at")
_TASK: Final = (
    "last_status", "desired_status", "stopping_at", "stop_code", "stopped_reason", "version", "tags", "view",
)  # fmt: skip
_ROLE: Final = ("policies", "managed_policies", "assume_role_policy_document")
_POLICY: Final = ("versions", "default_version_id")
_GROUP: Final = ("ingress_rules", "egress_rules")
_BALANCER: Final = ("security_groups", "subnets", "attrs")
_LISTENER: Final = ("port", "protocol", "default_actions", "_non_default_rules")
_TARGET_GROUP: Final = ("attributes", "matcher", "health_check_path", "health_check_interval_seconds",
                        "healthy_threshold_count", "unhealthy_threshold_count")  # fmt: skip


def switch(on: bool) -> None:
    """Let the account be eventually consistent, or not; what was not seen yet is seen at once."""
    account = current_account()
    account.stale_reads = StaleReads(account.clock) if on else None


def answering(signer: Signer, operation: Operation) -> AbstractContextManager[None]:
    """Within this a request of the API is answered, which changes something or only looks."""
    account = current_account()
    stale = account.stale_reads
    if stale is None:
        return nullcontext()
    if not operation.changes:
        return stale.shown(SEEN)
    if signer.service in _BACKENDS:  # the first thing in it is late, too
        get_backend(_BACKENDS[signer.service])[account.id][signer.region]
    return stale.changing(list(_watched(account)))


def roles_as_known() -> AbstractContextManager[None]:
    """Within this the roles are as the rest of AWS knows them."""
    stale = current_account().stale_reads
    return nullcontext() if stale is None else stale.shown(ROLE_KNOWN)


def seen_until(stream: LogStream) -> float | None:
    """The epoch second up to which the lines of a stream can be read; None if all can."""
    account = current_account()
    if account.stale_reads is None:
        return None
    return account.timestamp() - account.clock.durations.of(LOG_SEEN, stream.arn)


def _watched(account: Account) -> Iterator[Watched]:
    backend("iam")  # the first role of an account is late, too
    yield from _of_ecs(account)
    yield from _of_iam()
    yield from _of_ec2()
    yield from _of_elbv2()


def _of_ecs(account: Account) -> Iterator[Watched]:
    for region in account.regions.values():
        yield Watched(region.tasks, SEEN)
        for task in region.tasks.values():
            yield Watched(task, SEEN, task.id, _TASK)
        for cluster in region.clusters.values():
            yield Watched(cluster, SEEN, cluster.arn, _CLUSTER)
            yield Watched(cluster.tasks, SEEN)
            yield Watched(cluster.services, SEEN)
            for service in cluster.services.values():
                yield Watched(service, SEEN, service.arn, _SERVICE)
                for deployment in service.deployments:
                    yield Watched(deployment, SEEN, service.arn, _DEPLOYMENT)


def _of_iam() -> Iterator[Watched]:
    iam = backend("iam")
    yield Watched(iam.roles, ROLE_KNOWN)
    for role in iam.roles.values():
        yield Watched(role, ROLE_KNOWN, role.arn, _ROLE)
        for policy in role.managed_policies.values():
            yield Watched(policy, ROLE_KNOWN, policy.arn, _POLICY)


def _of_ec2() -> Iterator[Watched]:
    for ec2 in backends_in_use("ec2"):
        yield Watched(ec2.tags, SEEN)
        for groups in ec2.groups.values():
            yield Watched(groups, SEEN)
            for group in groups.values():
                yield Watched(group, SEEN, group.id, _GROUP)


def _of_elbv2() -> Iterator[Watched]:
    for elbv2 in backends_in_use("elbv2"):
        yield Watched(elbv2.load_balancers, SEEN)
        yield Watched(elbv2.target_groups, SEEN)
        for group in elbv2.target_groups.values():
            yield Watched(group, SEEN, group.arn, _TARGET_GROUP)
        for balancer in elbv2.load_balancers.values():
            yield Watched(balancer, SEEN, balancer.arn, _BALANCER)
            yield Watched(balancer.listeners, SEEN)
            for listener in balancer.listeners.values():
                yield Watched(listener, SEEN, listener.arn, _LISTENER)
