"""Alarms on a clock of their own, over metrics that a trace tells minute by minute."""

from ecslab.sandbox.bridge.cloudwatch.alarms import Alarms
from ecslab.sandbox.bridge.cloudwatch.evaluator import Evaluator
from ecslab.sandbox.world.metrics.alarm import Alarm
from ecslab.sandbox.world.metrics.metric import Metric, Statistics, dimensions_of
from ecslab.sandbox.world.metrics.store import MetricStore
from ecslab.sandbox.world.time.clock import Clock
from ecslab.sandbox.world.time.timeline import Timeline

START = 1_800_000_000.0  # a full minute
METRIC = Metric("AWS/ECS", "CPUUtilization", dimensions_of(ClusterName="blue", ServiceName="web"))
POLICY = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:x"


class Rig:
    """A store, its alarms and what judges them; `period` is the metric's."""

    def __init__(self, period=60):
        self.period, self.clock = period, Clock(timeline=Timeline(START))
        self.evaluator = Evaluator(self.clock)
        self.store = MetricStore(self.clock.timestamp)
        self.alarms = Alarms(self.clock, "123456789012", "us-east-1", self.store, self.evaluator.begin)
        self.evaluator.judged.append(self.alarms)

    def follow(self, values):
        """Let the metric be told lazily: of each period its value, None where there is none."""
        recorded = [0]

        def catch_up(until):
            while recorded[0] < len(values) and START + (recorded[0] + 1) * self.period <= until:
                if values[recorded[0]] is not None:
                    at = START + recorded[0] * self.period
                    self.store.record(
                        METRIC, at, self.period, Statistics.of([values[recorded[0]]], "Percent")
                    )
                recorded[0] += 1

        self.store.sources.append(catch_up)

    def stay(self, value):
        """Let the metric be the same for ever."""
        recorded_until = [START]

        def catch_up(until):
            end = until // self.period * self.period
            if end > recorded_until[0]:
                self.store.record_run(
                    METRIC, recorded_until[0], end, self.period, Statistics.of([value], "Percent")
                )
                recorded_until[0] = end

        self.store.sources.append(catch_up)

    def put(self, name="a", comparison="GreaterThanThreshold", threshold=50.0, periods=3, **settings):
        alarm_settings = {"metric": METRIC, "period": self.period} | settings
        alarm = Alarm(name, self.alarms.arn(name), comparison, threshold, periods, **alarm_settings)
        self.alarms.put(alarm)
        return alarm

    def to(self, minutes):
        """Let time pass to so many minutes after the start, and all that is due."""
        return self.clock.run(minutes * 60, most=10**9)
