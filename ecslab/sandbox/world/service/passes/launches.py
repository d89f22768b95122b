"""The start of one task of a deployment, in the first subnet where that can be."""

from collections.abc import Iterable

from ecslab.sandbox.world.service import timings
from ecslab.sandbox.world.service.account import CannotPlace
from ecslab.sandbox.world.service.deployment import Deployment
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.service_pass import ServicePass


def launch(
    look: ServicePass, deployment: Deployment, places: Iterable[int] | None = None
) -> Member | CannotPlace:
    """Start one task of a deployment; `places` are the subnets to try, the best first unless given."""
    refusal = CannotPlace()
    for place in deployment.next_places(look.now) if places is None else places:
        try:
            task_id = look.account.launch(look.service, deployment, place)
        except CannotPlace as problem:
            deployment.avoided_until[place] = look.now + timings.SUBNET_AVOIDED
            refusal = problem
        else:
            member = Member(task_id, deployment, place, look.now)
            deployment.add(member)
            return member
    return refusal
