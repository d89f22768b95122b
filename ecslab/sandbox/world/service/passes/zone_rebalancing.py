"""Availability Zone rebalancing: a better spread of a service's tasks.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
"""

from ecslab.sandbox.world.service import events
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.passes.scale_out import launch
from ecslab.sandbox.world.service.service_pass import ServicePass


def rebalance(look: ServicePass) -> None:
    """Move one task at a time from the fullest zone to the emptiest, if they differ by more than one."""
    service, primary = look.service, look.service.primary
    counts = primary.zone_counts()
    if not service.rebalances or len(counts) < 2 or service.maximum <= service.desired:
        return
    if max(counts.values()) - min(counts.values()) <= 1:
        if service.unbalanced:
            service.unbalanced = False
            look.say("balanced", zones=events.zones(counts))
        return
    emptiest = min(counts, key=lambda zone: counts[zone])
    places = [place for place, zone in enumerate(primary.revision.zones) if zone == emptiest]
    places = [place for place in places if look.is_due(primary.avoided_until.get(place, 0.0))]
    if not places:
        _look_again(look, emptiest)
        return
    if not service.unbalanced:
        service.unbalanced = True
        look.say("unbalanced", zones=events.zones(counts))
    member = launch(look, primary, places)
    if isinstance(member, Member):
        primary.extra = 1
        look.say("started_to_rebalance", member=member)
    else:
        _look_again(look, emptiest)


def _look_again(look: ServicePass, zone: str) -> None:
    """When tasks may be tried in this zone again."""
    primary = look.service.primary
    ends = [end for place, end in primary.avoided_until.items() if primary.revision.zones[place] == zone]
    look.wake(max(ends) - look.now)
