"""What CloudWatch holds of an account, by Region."""

from dataclasses import dataclass, field

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.cloudwatch.alarms import Alarms
from ecslab.sandbox.bridge.cloudwatch.evaluator import Evaluator
from ecslab.sandbox.world.metrics.store import MetricStore

__all__ = ["CloudWatch", "RegionalCloudWatch", "cloudwatch_of"]


@dataclass(slots=True, eq=False)
class RegionalCloudWatch:
    """Metrics and alarms of a Region."""

    store: MetricStore
    alarms: Alarms


@dataclass(slots=True, eq=False)
class CloudWatch:
    """An account's: each Region's, and what judges all alarms as time goes on."""

    evaluator: Evaluator
    regions: dict[str, RegionalCloudWatch] = field(default_factory=dict)


def cloudwatch_of(account: Account, region: str) -> RegionalCloudWatch:
    """The metrics and alarms of a Region, made when they are first asked for."""
    if account.cloudwatch is None:
        account.cloudwatch = CloudWatch(Evaluator(account.clock))
    held = account.cloudwatch
    if region not in held.regions:
        store = MetricStore(account.clock.timestamp)
        alarms = Alarms(account.clock, account.id, region, store, held.evaluator.begin)
        held.evaluator.judged.append(alarms)
        held.regions[region] = RegionalCloudWatch(store, alarms)
    return held.regions[region]
