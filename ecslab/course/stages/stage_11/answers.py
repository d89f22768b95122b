"""What stage 11 asks of the learner's own account, and how it is read there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from ecslab.connection.connection import Connection
from ecslab.operations.capacity import (
    CPU,
    MANAGED,
    MEMORY,
    MIXED,
    PAGE,
    instance_hour,
    reservation_metric,
    task_hour,
)
from ecslab.resources import container_instance, metrics
from ecslab.resources.container_instance.instance_reader import attribute, registered, remaining
from ecslab.resources.instance_group import TYPE
from ecslab.resources.service import service_reader
from ecslab.resources.task import task_reader

_REASON: Final = re.compile(r"Reason: (.+?)\. ")
_WITHIN: Final = timedelta(hours=6)


def placement_reason(lab: Connection) -> Iterator[object]:
    """The sentence after `Reason:` in the event that says why no task was placed; or with its full stop."""
    service = service_reader.describe(lab, lab.name(PAGE))
    for event in service["events"] if service else []:
        if reason := _REASON.search(event["message"]):
            yield from (reason[1], f"{reason[1]}.")


def registered_memory(lab: Connection) -> Iterator[object]:
    """MiB that an instance of the lesson's type has registered; with a comma in it, too."""
    for instance in container_instance.of_cluster(lab):
        if attribute(instance, "ecs.instance-type") == TYPE:
            memory = registered(instance, "MEMORY")
            yield from (memory, f"{memory:,}")


def highest_reservation(lab: Connection) -> Iterator[object]:
    """The highest value of CapacityProviderReservation of the last hours, if it was ever above 100."""
    end = metrics.now(lab)
    points = metrics.read(lab, {"reservation": reservation_metric(lab)}, end - _WITHIN, end)["reservation"]
    if points and (most := max(value for _, value in points)) > 100:
        yield round(most)


def managed_share(lab: Connection) -> Iterator[object]:
    """Percent of the CPU of the lesson's Managed Instances that its tasks have, if they have any."""
    instances = container_instance.of_provider(lab, lab.name(MANAGED))
    whole = sum(registered(each, "CPU") for each in instances)
    free = sum(remaining(each, "CPU") for each in instances)
    if whole > free:
        percent = 100 * (whole - free) / whole
        yield from {int(percent), round(percent), round(percent, 1)}


def spot_stop_code(lab: Connection) -> Iterator[object]:
    """The stop code of the tasks that Fargate Spot took back."""
    tasks = task_reader.of_service(task_reader.of_cluster(lab, lab.names.cluster), lab.name(MIXED))
    yield from {task["stopCode"] for task in tasks if task.get("stopCode") == "SpotInterruption"}


def break_even_percent(lab: Connection) -> Iterator[object]:
    """How full the lesson's instance has to be to be cheaper than Fargate, in percent; rounded either way."""
    for instance in container_instance.of_cluster(lab):
        if attribute(instance, "ecs.instance-type") == TYPE:
            fits = min(registered(instance, "CPU") // CPU, registered(instance, "MEMORY") // MEMORY)
            percent = 100 * instance_hour() / (fits * task_hour())
            yield from {int(percent), round(percent), round(percent, 1), int(percent) + 1}
            return
