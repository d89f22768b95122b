"""Availability Zone rebalancing: a better spread of a service's tasks.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
"""

from collections.abc import Mapping
from typing import Final

from ecslab.sandbox.world.service import events
from ecslab.sandbox.world.service.account import CannotPlace
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.passes.scale_out import launch
from ecslab.sandbox.world.service.service_pass import ServicePass

ON_INSTANCES: Final = 8
"""The behaviour from which on tasks on container instances are moved too."""


def rebalance(look: ServicePass) -> None:
    """Move one task at a time from the fullest zone to the emptiest, if they differ by more than one."""
    service, primary = look.service, look.service.primary
    on_instances = not primary.revision.fargate and look.behaviour >= ON_INSTANCES
    if not service.rebalances or service.maximum <= service.desired:
        return
    counts = look.account.zone_counts(primary) if on_instances else primary.zone_counts()
    if len(counts) < 2:
        return
    if max(counts.values()) - min(counts.values()) <= 1:
        if service.unbalanced:
            service.unbalanced = False
            look.say("balanced", zones=events.zones(counts))
        return
    (_move_on_instances if on_instances else _move_on_fargate)(look, counts)


def instances_changed(look: ServicePass) -> None:
    """The cluster has other instances: a service that is at rest looks whether its tasks are spread."""
    service = look.service
    on_instances = not service.primary.revision.fargate and look.behaviour >= ON_INSTANCES
    if on_instances and service.rebalances and service.steady:
        look.wake(look.takes("noticed", f"{service.arn}@{look.now}"))


def _move_on_fargate(look: ServicePass, counts: Mapping[str, int]) -> None:
    primary = look.service.primary
    emptiest = min(counts, key=lambda zone: counts[zone])
    places = [place for place, zone in enumerate(primary.revision.zones) if zone == emptiest]
    places = [place for place in places if look.is_due(primary.avoided_until.get(place, 0.0))]
    if not places:
        _look_again(look, emptiest)
        return
    _say_unbalanced(look, counts)
    member = launch(look, primary, places)
    if isinstance(member, Member):
        primary.extra = 1
        look.say("started_to_rebalance", member=member, zone=member.zone)
    else:
        _look_again(look, emptiest)


def _move_on_instances(look: ServicePass, counts: Mapping[str, int]) -> None:
    """The emptiest zone with room gets a task; without one the service waits until an instance has some."""
    service, primary, first = look.service, look.service.primary, not look.service.unbalanced
    _say_unbalanced(look, counts)
    for zone in sorted(counts, key=lambda zone: counts[zone]):
        if max(counts.values()) - counts[zone] <= 1:
            return
        try:
            task_id = look.account.launch_in(service, primary, zone)
        except CannotPlace:
            if first:
                look.say("unplaced_in_zone", zone=zone)
            continue
        member = Member(task_id, primary, 0, look.now)
        primary.add(member)
        primary.extra = 1
        look.say("started_to_rebalance", member=member, zone=zone)
        return


def _say_unbalanced(look: ServicePass, counts: Mapping[str, int]) -> None:
    if not look.service.unbalanced:
        look.service.unbalanced = True
        look.say("unbalanced", zones=events.zones(counts))


def _look_again(look: ServicePass, zone: str) -> None:
    """When tasks may be tried in this zone again."""
    primary = look.service.primary
    ends = [end for place, end in primary.avoided_until.items() if primary.revision.zones[place] == zone]
    look.wake(max(ends) - look.now)
