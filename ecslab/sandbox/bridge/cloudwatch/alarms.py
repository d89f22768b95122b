"""The alarms of a Region: put, judged, told of, and what their actions reach."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ecslab.sandbox.bridge.cloudwatch import alarm_history as history
from ecslab.sandbox.world.metrics.alarm import Alarm, State
from ecslab.sandbox.world.metrics.evaluation import Verdict, evaluate
from ecslab.sandbox.world.metrics.metric import Statistics
from ecslab.sandbox.world.metrics.readings import constant, datapoints
from ecslab.sandbox.world.metrics.reasons import reason, reason_data
from ecslab.sandbox.world.metrics.store import MetricStore
from ecslab.sandbox.world.time.clock import Clock

__all__ = ["REPEATED", "Alarms", "Handler"]

REPEATED: Final = "arn:aws:autoscaling:"
"""Actions that are executed each minute for as long as the alarm's state stays: those of scaling policies."""
REPEATS: Final = 60  # seconds
Handler = Callable[[Alarm, str, State], bool | None]
"""Is given the alarm, the action's ARN and the state that executes it.

It answers False if nothing came of it, and nothing would come of the same again unless the metric or
something else changes: then it may be left out.
"""


@dataclass(slots=True)
class _Progress:
    """What is known of an alarm between two evaluations.

    Attributes:
        acted: the epoch second at which its actions were last executed.
        idle: whether nothing came of that.
        settled: what every period held by which it was judged to be in its state; None while that varies.
    """

    acted: float = 0.0
    idle: bool = False
    settled: tuple[Statistics | None, ...] | None = None


@dataclass(slots=True, eq=False)
class Alarms:
    """The alarms of a Region.

    Attributes:
        clock: says what time it is; nothing is planned on it here.
        account: twelve digits.
        store: the metrics that alarms look at.
        changed: called when alarms were put or deleted, so that somebody judges them.
        past: what became of alarms that are gone, by their names.
    """

    clock: Clock
    account: str
    region: str
    store: MetricStore
    changed: Callable[[], None]
    past: dict[str, list[history.HistoryItem]] = field(default_factory=dict)
    _alarms: dict[str, Alarm] = field(default_factory=dict)
    _progress: dict[str, _Progress] = field(default_factory=dict)
    _handlers: dict[str, Handler] = field(default_factory=dict)

    def arn(self, name: str) -> str:
        """The ARN of an alarm of that name."""
        return f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm:{name}"

    def put(self, alarm: Alarm) -> None:
        """Make an alarm, or let one of that name have other settings: its state stays until it is judged."""
        now, before = self.clock.timestamp(), self._alarms.get(alarm.name)
        alarm.configured = now
        if before is None:
            alarm.state_updated = alarm.state_changed = now
            alarm.history = self.past.pop(alarm.name, [])
            alarm.history.append(history.created(alarm, now))
        else:
            for name in (
                "state",
                "reason",
                "reason_data",
                "state_updated",
                "state_changed",
                "history",
                "tags",
            ):
                setattr(alarm, name, getattr(before, name))
            alarm.history.append(history.updated(alarm, now))
        self._alarms[alarm.name] = alarm
        self._progress[alarm.name] = _Progress()
        self.changed()

    def delete(self, names: Iterable[str]) -> None:
        """Delete alarms; a name that there is not is passed over. What became of them stays for a time."""
        for name in names:
            alarm = self._alarms.pop(name, None)
            self._progress.pop(name, None)
            if alarm is not None:
                alarm.history.append(history.deleted(alarm, self.clock.timestamp()))
                self.past[name] = alarm.history
        self.changed()

    def get(self, name: str) -> Alarm | None:
        """The alarm of that name, or None."""
        return self._alarms.get(name)

    def all(self) -> list[Alarm]:
        """Every alarm, in the order of their names."""
        return [self._alarms[name] for name in sorted(self._alarms)]

    def enable(self, names: Iterable[str], on: bool) -> None:
        """Let changes of these alarms execute their actions, or not; unknown names are passed over."""
        for name in names:
            alarm = self._alarms.get(name)
            if alarm is not None and alarm.actions_enabled is not on:
                alarm.actions_enabled = on
                alarm.configured = self.clock.timestamp()
                alarm.history.append(history.updated(alarm, alarm.configured))

    def on_action(self, arn_prefix: str, handler: Handler) -> None:
        """Let actions whose ARN begins so be executed by `handler`; the same prefix again replaces it."""
        self._handlers[arn_prefix] = handler

    def set_state(
        self, alarm: Alarm, state: State, why: str, data: str | None = None, moment: float | None = None
    ) -> bool:
        """Put an alarm into a state, and execute that state's actions if it is another one.

        Args:
            moment: the epoch second that it was judged at; None is now.

        Returns:
            Whether anything is other than before.
        """
        now, before = self.clock.timestamp(), alarm.state
        old = (alarm.state, alarm.reason, alarm.reason_data)
        alarm.state, alarm.reason, alarm.reason_data = state, why, data
        alarm.state_updated = now
        if state == before:
            return old != (alarm.state, alarm.reason, alarm.reason_data)
        alarm.state_changed = now
        alarm.history.append(history.changed(alarm, old, now))
        history.forget(alarm.history, now)
        self._progress[alarm.name] = _Progress()
        self._act(alarm, now if moment is None else moment)
        return True

    def judge(self, moment: float) -> bool:
        """Judge every alarm that is due at this epoch second, a full minute or a part of one.

        Returns:
            Whether anything is other than before.
        """
        anything = False
        for alarm in [alarm for alarm in self._alarms.values() if is_due(alarm, moment)]:
            verdict = self._verdict(alarm, moment)
            if verdict.state not in (None, alarm.state):
                now = self.clock.timestamp()
                why, data = reason(alarm, verdict), reason_data(alarm, verdict, now, moment)
                anything |= self.set_state(alarm, verdict.state or alarm.state, why, data, moment)
            elif self._repeats(alarm, moment):
                anything |= self._act(alarm, moment, again=True)
                self._progress[alarm.name].settled = constant(self.store, alarm, moment)
        return anything

    def is_quiet(self, moment: float) -> bool:
        """Whether judging at this epoch second, which may lie ahead, would leave everything as it is.

        The store must know what has been until then.
        """
        for alarm in self._alarms.values():
            if not is_due(alarm, moment):
                continue
            content, progress = constant(self.store, alarm, moment), self._progress[alarm.name]
            is_known = content is not None and content == progress.settled
            if self._repeats(alarm, moment) and not (progress.idle and is_known):
                return False
            if not is_known:
                if self._verdict(alarm, moment).state not in (None, alarm.state):
                    return False
                if not self._is_acting(alarm):  # what nothing comes of is known when it was tried
                    progress.settled = content
        return True

    def pass_quietly(self, moments: Sequence[float]) -> None:
        """Let these epoch seconds pass, at all of which it is quiet."""
        for name, progress in self._progress.items():
            if progress.acted and self._alarms[name].state == "ALARM":
                progress.acted += (moments[-1] - progress.acted) // REPEATS * REPEATS

    def _verdict(self, alarm: Alarm, moment: float) -> Verdict:
        return evaluate(alarm, datapoints(self.store, alarm, moment))

    def _repeats(self, alarm: Alarm, moment: float) -> bool:
        """Whether actions are due that are executed for as long as the alarm is in ALARM."""
        return moment - self._progress[alarm.name].acted >= REPEATS and self._is_acting(alarm)

    def _is_acting(self, alarm: Alarm) -> bool:
        if alarm.state != "ALARM" or not alarm.actions_enabled:
            return False
        return any(action.startswith(REPEATED) for action in alarm.actions.get("ALARM", ()))

    def _act(self, alarm: Alarm, moment: float, *, again: bool = False) -> bool:
        """Execute the actions of the alarm's state: whether anything may have come of it."""
        anything, progress = False, self._progress[alarm.name]
        progress.acted = moment
        for action in alarm.actions.get(alarm.state, ()) if alarm.actions_enabled else ():
            prefix = max((each for each in self._handlers if action.startswith(each)), key=len, default=None)
            if prefix is None or (again and not action.startswith(REPEATED)):
                continue
            if not again:
                alarm.history.append(history.executed(alarm, action, self.clock.timestamp()))
            anything |= self._handlers[prefix](alarm, action, alarm.state) is not False
        progress.idle = not anything
        return anything


def is_due(alarm: Alarm, moment: float) -> bool:
    """Whether an alarm is judged at this epoch second: those of short periods oftener than each minute."""
    return moment % min(alarm.period, 60) == 0
