"""The visitors of an account: who comes, as time goes on, and what that does to the tasks that serve them.

A stream of visitors is not sent: it is reckoned each minute (each 20 seconds, where a service is measured so
often), and whenever the targets that serve change. Each minute one of them really asks, so that there are
lines in the container's log, and a program that fails does.
"""

import math
from typing import Final

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.load import balancer_metrics, routes, usage
from ecslab.sandbox.bridge.load.meters import used_in
from ecslab.sandbox.bridge.load.streams import Stream
from ecslab.sandbox.bridge.open_ports import listener_of, program_of
from ecslab.sandbox.http_message import INTERNET, HttpRequest
from ecslab.sandbox.runtime.job import OUT_OF_MEMORY
from ecslab.sandbox.world.load.traffic import MINUTE, Period, Route
from ecslab.sandbox.world.load_balancing.target_group import Target
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.clock import Event

BUSY: Final = 0.9
"""Share of a task's capacity above which its health checks are looked at one by one."""
LOOKED_AGAIN: Final = 300.0
"""Seconds after which is looked where visitors go though nothing is known to have changed."""
_NOTICED: Final = 0.1
"""Seconds after which a program without memory is killed, at least: nothing happens within the moment of
a request, as a replay knows none."""
_SHORT: Final = 20.0
_AGENT: Final = "Mozilla/5.0 (compatible; visitor)"


class Visitors:
    """All streams of an account, by load balancer and port.

    Attributes:
        asking: one of the visitors asks a container's program at this moment.
        asked: the target that it was sent to.
    """

    def __init__(self, account: Account):
        self._account = account
        self.streams: dict[tuple[str, int], Stream] = {}
        self.asking = False
        self.asked: Target | None = None
        self._tick: Event | None = None
        self._next = 0.0

    def now(self) -> float:
        """Epoch seconds, to the millisecond."""
        return round(self._account.timestamp(), 3)

    def add(self, stream: Stream) -> None:
        """Let a stream begin at this moment."""
        stream.traffic.period = self._period()
        self.streams[stream.balancer_arn, stream.port] = stream
        self.refresh()
        self._plan_tick()

    def remove(self, stream: Stream) -> None:
        """Let a stream end at this moment; what its minute had so far is told."""
        stream.traffic.pass_time(self.now())
        if stream.overrun:
            stream.overrun.cancel()
        self._take(stream, stream.traffic.end())
        if stream.minute:
            balancer_metrics.tell(self._account, stream, stream.minute)
        del self.streams[stream.balancer_arn, stream.port]
        self.refresh()
        self._plan_tick()

    def catch_up(self, until: float) -> None:
        """Tell of the periods that are over at this epoch second.

        None is divided for it, so that whoever reads may ask as often as they want.
        """
        for stream in self.streams.values():
            traffic = stream.traffic
            over = math.floor(until / traffic.period) * traffic.period
            if over > traffic.now:
                traffic.pass_time(over)
                self._take(stream, traffic.take())

    def refresh(self) -> bool:
        """Send visitors where they are to go now; whether that is elsewhere than before."""
        if not self.streams:
            return False
        now = self.now()
        current = {"/".join(map(str, key)): routes.route_of(stream) for key, stream in self.streams.items()}
        changed = False
        for name, route in routes.shared(current).items():
            stream = self.streams[_key(name)]
            if route != stream.traffic.route:
                changed = True
                self.catch_up(now)
                stream.traffic.pass_time(now)
                stream.traffic.reroute(route)
                self._plan_overrun(stream)
        return changed

    def container_ended(self, task: Task) -> None:
        """Note that a program has ended: who waited for it waits in vain."""
        for stream in self.streams.values():
            for key in [key for key in stream.traffic.backlogs if usage.task_id(key) == task.id]:
                self.catch_up(self.now())
                stream.traffic.pass_time(self.now())
                stream.traffic.lose(key)
        self.refresh()

    def target_health(self, *_: object) -> None:
        """Note that a target's state has changed; `LoadBalancing.listeners` are told so."""
        self.refresh()

    def response(self, ip: str, port: int) -> float:
        """Seconds until a target answers who asks it now, because of its visitors; 0 if it has none."""
        longest, now = 0.0, self.now()
        for stream in self.streams.values():
            for place in stream.traffic.route.places:
                if place.trouble is None and place.key.startswith(f"{ip}:{port} "):
                    moment = stream.traffic.at(place.key, now)
                    longest = max(longest, moment.response if moment else 0.0)
        return longest

    def calm(self) -> bool:
        """Whether no target's visitors wait so long that its health checks could fail."""
        return not any(stream.traffic.busy(BUSY) for stream in self.streams.values())

    # As time goes on

    def _period(self) -> float:
        """Seconds of a period: as often as the services behind are measured."""
        meters = self._account.meters
        measured = meters.services.values() if meters else ()
        return _SHORT if any(metered.finest < MINUTE for metered in measured) else MINUTE

    def _plan_tick(self) -> None:
        if self._tick:
            self._tick.cancel()
            self._tick = None
        if not self.streams:
            return
        now = self.now()
        period = min(stream.traffic.period for stream in self.streams.values())
        self._next = (math.floor(now / period) + 1) * period
        self._tick = self._account.clock.check(self._next - self._account.timestamp(), self._pass)

    def _pass(self) -> bool:
        """A period is over. False if all that others rest upon is as it was."""
        self._tick, now = None, self._next
        self.catch_up(now)
        full = now % MINUTE == 0
        if full:
            for stream in self.streams.values():
                stream.traffic.period = self._period()
        troubled = any(_is_troubled(stream.traffic.route) for stream in self.streams.values())
        changed = self.refresh() if troubled or now % LOOKED_AGAIN == 0 else False
        for stream in self.streams.values():
            self._plan_overrun(stream)
        if self._account.meters is not None:
            self._account.meters.catch_up(now)
        asked = [self._ask(stream) for stream in self.streams.values()] if full else []
        self._plan_tick()
        return changed or any(asked) or not self.calm()

    def _take(self, stream: Stream, periods: list[Period]) -> None:
        """Tell of periods that are over."""
        cost = stream.traffic.cost
        for period in periods:
            if period.cpu and self._account.meters is not None:
                amounts = (
                    (usage.task_id(key), seconds, period.in_flight[key] * cost.memory)
                    for key, seconds in period.cpu.items()
                )
                self._account.meters.use(used_in(period.start, period.seconds, amounts))
            stream.minute.append(period)
            if (period.start + period.seconds) % MINUTE == 0:
                balancer_metrics.tell(self._account, stream, stream.minute)
                stream.minute = []

    def _ask(self, stream: Stream) -> bool:
        """Let one visitor really ask; whether that may concern others than the program that answers."""
        balancer, load_balancing = stream.balancer, self._account.load_balancing
        served = any(place.share and place.trouble is None for place in stream.traffic.route.places)
        if not served or not stream.traffic.rate() or balancer is None or load_balancing is None:
            return False
        door = load_balancing.open_door(balancer, stream.port, INTERNET)
        if door.answer is None:
            return False
        headers = {"host": balancer.dns_name, "user-agent": _AGENT, "accept": "*/*"}
        self.asking, self.asked = True, None
        try:
            door.answer(HttpRequest("GET", stream.path, "", headers, b"", INTERNET))
        except ConnectionError:
            return True  # it has ended of it
        finally:
            self.asking = False
        return self._disturbs(stream, self.asked)

    def _disturbs(self, stream: Stream, target: Target | None) -> bool:
        """Whether a request may have left more than a line in the log of the program that answered."""
        if target is None:
            return False
        address = f"{target.ip}:{target.port} "
        places = [place for place in stream.traffic.route.places if place.key.startswith(address)]
        task = self._task(places[0].key) if places else None
        listener = listener_of(task, target.port) if task else None
        program = program_of(listener[0]) if listener else None
        return listener is None or program is None or not program.alone(listener[1])

    def _plan_overrun(self, stream: Stream) -> None:
        """Be there when a task's memory will be full, if that is in this period."""
        if stream.overrun:
            stream.overrun.cancel()
            stream.overrun = None
        overrun = stream.traffic.overrun()
        if overrun:
            when, key = overrun
            delay = max(_NOTICED, when - self._account.timestamp())
            stream.overrun = self._account.clock.after(delay, lambda: self._run_out(stream, key))

    def _run_out(self, stream: Stream, key: str) -> None:
        """A task's requests hold more memory than it has: the container that serves them is killed."""
        stream.overrun = None
        task, address = self._task(key), key.partition(" ")[0]
        container = usage.container_on(task, int(address.rpartition(":")[2])) if task else None
        program = program_of(container) if container else None
        if program is not None:
            program.finish(137, OUT_OF_MEMORY)
        self._plan_overrun(stream)

    def _task(self, key: str) -> Task | None:
        """The task that a place of a route stands for, unless it is forgotten already."""
        task_id, regions = usage.task_id(key), self._account.regions.values()
        return next((region.tasks[task_id] for region in regions if task_id in region.tasks), None)


def _is_troubled(route: Route) -> bool:
    """Whether a target, or all of a group, answers nothing: it may do so without anybody being told."""
    return bool(route.answers) or any(place.trouble for place in route.places)


def _key(name: str) -> tuple[str, int]:
    arn, _, port = name.rpartition("/")
    return arn, int(port)
