"""What a load balancer tells CloudWatch of requests, in AWS's names, dimensions and statistics.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
Left out are the dimension AvailabilityZone, and what nobody here has: TLS, Lambda, bytes.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import Account, current_account
from ecslab.sandbox.bridge.cloudwatch.backend import cloudwatch_of
from ecslab.sandbox.bridge.load.names import NETWORK, Dimensions, namespace, of_balancer, of_group
from ecslab.sandbox.bridge.load.streams import Stream
from ecslab.sandbox.world.load.response_times import ResponseTimes
from ecslab.sandbox.world.load.traffic import MINUTE, GroupTally, Period, whole
from ecslab.sandbox.world.metrics.metric import Metric, Statistics, dimensions_of

if TYPE_CHECKING:
    pass

_OWN: Final = {status: f"HTTPCode_ELB_{status}_Count" for status in ("502", "503", "504")}
_RESETS: Final = {"502": "TCP_Target_Reset_Count", "503": "TCP_ELB_Reset_Count", "504": "TCP_ELB_Reset_Count"}
"""U: which of them counts what."""
_PLAIN_REQUEST: Final = 0.01
"""Seconds that a program of this sandbox takes for a request from outside. U"""


def tell(account: Account, stream: Stream, periods: list[Period]) -> None:
    """Record a minute of visitors: its periods, which are over."""
    told = _Teller(account, stream, periods[0].start - periods[0].start % MINUTE)
    groups: dict[str, GroupTally] = {}
    for period in periods:
        for answer, requests in period.answers.items():
            told.answered(answer, requests)
        for arn, tally in period.groups.items():
            _merge(groups.setdefault(arn, GroupTally()), tally)
    for arn, tally in groups.items():
        told.group(arn, tally)


def _merge(into: GroupTally, tally: GroupTally) -> None:
    into.requests += tally.requests
    into.served += tally.served
    for status, requests in tally.errors.items():
        into.errors[status] = into.errors.get(status, 0.0) + requests
    into.times.merge(tally.times)


class _Teller:
    """Records what one stream did in one minute."""

    def __init__(self, account: Account, stream: Stream, minute: float):
        self._store = cloudwatch_of(account, stream.region).store
        self._stream, self._minute = stream, minute
        self._balancer, self._namespace = of_balancer(stream.balancer_arn), namespace(stream.balancer_arn)

    def answered(self, answer: str, requests: float) -> None:
        """What the balancer answered by itself, or refused."""
        kind, _, status = answer.partition(" ")
        if kind in ("fixed", "redirect"):
            self._count(_ACTIONS[kind], requests, self._balancer)
            if kind == "redirect":
                self._count(f"HTTPCode_ELB_{status[0]}XX_Count", requests, self._balancer)
        elif kind != "gone":
            self._refused(kind, requests, [self._balancer])

    def group(self, arn: str, tally: GroupTally) -> None:
        """What targets of a group were sent."""
        group = of_group(arn)
        both = [self._balancer, self._balancer | group]
        for status, requests in tally.errors.items():
            self._refused(status, requests, both)
        if self._stream.network:
            self._flows(tally)
            return
        self._note_requests(arn, self._count("RequestCount", tally.requests, self._balancer))
        self._count("RequestCount", tally.requests, both[1])
        for where in both:
            self._count("HTTPCode_Target_2XX_Count", tally.served, where)
            self._times(tally.times, where)
        if "502" in tally.errors:
            self._count("TargetConnectionErrorCount", tally.errors["502"], both[1])
        targets = sum(1 for place in self._stream.traffic.route.places if place.group == arn and place.share)
        each = tally.requests / max(targets, 1)
        for where in (group, both[1]):
            self._put("RequestCountPerTarget", Statistics(1, each, each, each, "None"), where)
        self._connections(tally)

    def _refused(self, status: str, requests: float, where: list[Dimensions]) -> None:
        if self._stream.network:
            self._count(_RESETS[status], requests, where[0])
            return
        self._count(_OWN[status], requests, where[0])
        for each in where:
            self._count("HTTPCode_ELB_5XX_Count", requests, each)

    def _connections(self, tally: GroupTally) -> None:
        """Each visitor brings a connection; the balancer's own to its targets stay open (U)."""
        self._count("NewConnectionCount", tally.requests, self._balancer)
        self._count("ActiveConnectionCount", 2 * self._at_once(tally), self._balancer)

    def _flows(self, tally: GroupTally) -> None:
        for name in ("NewFlowCount", "NewFlowCount_TCP"):
            self._count(name, tally.requests, self._balancer)
        at_once = self._at_once(tally)
        if at_once:
            for name in ("ActiveFlowCount", "ActiveFlowCount_TCP"):
                self._put(name, Statistics(1, at_once, at_once, at_once, "Count"), self._balancer)

    def _at_once(self, tally: GroupTally) -> float:
        """Requests under way at one moment: Little's law."""
        return round(tally.times.sum / MINUTE, 1)

    def _times(self, times: ResponseTimes, where: Dimensions) -> None:
        if times.count:
            told = Statistics(times.count, times.sum, times.least, times.most, "Seconds", times.histogram())
            self._put("TargetResponseTime", told, where)

    def _note_requests(self, arn: str, requests: int) -> None:
        pool = self._stream.backend.pools.get(arn)
        if pool is not None:
            pool.request_count += requests

    def _count(self, name: str, requests: float, where: Dimensions) -> int:
        left, key = self._stream.left_over, f"{name} {where}"
        count, left[key] = whole(left, key, requests)
        if count:
            self._put(name, counted(count), where)
        return count

    def _put(self, name: str, statistics: Statistics, where: Dimensions) -> None:
        metric = Metric(self._namespace, name, dimensions_of(**where))
        self._store.record(metric, self._minute, int(MINUTE), statistics)


_ACTIONS: Final = {"fixed": "HTTP_Fixed_Response_Count", "redirect": "HTTP_Redirect_Count"}


def counted(times: int) -> Statistics:
    """Something that came so often: "Minimum, Maximum, and Average all return 1"."""
    return Statistics(times, times, 1, 1, "Count")


def visited(balancer_arn: str, group_arn: str | None, status: int, by_target: bool) -> None:
    """Record one request that really came, through the gateway or from a container.

    Args:
        group_arn: the target group that it was sent to, if it was.
        status: what was answered; 0 for a connection that was broken off.
        by_target: whether a target answered, and not the balancer.
    """
    account = current_account()
    if account.visitors is not None and account.visitors.asking:
        return  # one of the visitors, who are counted
    store = cloudwatch_of(account, balancer_arn.split(":")[3]).store
    minute = account.timestamp() // MINUTE * MINUTE
    for metric, statistics in _of_visit(balancer_arn, group_arn, status, by_target):
        store.record(metric, minute, int(MINUTE), statistics)


def _of_visit(
    balancer_arn: str, group_arn: str | None, status: int, by_target: bool
) -> "Iterator[tuple[Metric, Statistics]]":
    space, balancer = namespace(balancer_arn), of_balancer(balancer_arn)
    both = [balancer, *([balancer | of_group(group_arn)] if group_arn else [])]
    if space == NETWORK:
        yield from ((Metric(space, name, dimensions_of(**balancer)), counted(1)) for name in
                    ("NewFlowCount", "NewFlowCount_TCP"))  # fmt: skip
        return
    names = [f"HTTPCode_{'Target' if by_target else 'ELB'}_{status // 100}XX_Count"]
    if group_arn:
        names.append("RequestCount")
    for where in both:
        yield from ((Metric(space, name, dimensions_of(**where)), counted(1)) for name in names)
        if by_target:
            took = Statistics.of([_PLAIN_REQUEST], "Seconds")
            yield Metric(space, "TargetResponseTime", dimensions_of(**where)), took
    if not by_target and str(status) in _OWN:
        yield Metric(space, _OWN[str(status)], dimensions_of(**balancer)), counted(1)
    yield Metric(space, "NewConnectionCount", dimensions_of(**balancer)), counted(1)
