"""The stop of tasks by the service scheduler."""

from collections.abc import Iterable
from itertools import islice

from ecslab.sandbox.world.service import events, timings
from ecslab.sandbox.world.service.member import Member
from ecslab.sandbox.world.service.passes.target_registration import plan_deregistration
from ecslab.sandbox.world.service.service_pass import ServicePass


def stop(look: ServicePass, members: Iterable[Member], reason: str, most: int | None = None) -> int:
    """Stop tasks and say so; answers how many. Each is stopped before the next is asked for."""
    running: list[str] = []
    pending = 0
    for member in islice(members, most):
        if member.phase == "pending":
            pending += 1
        else:
            running.append(member.id)
        member.change(stopping=True, stopped_by_scheduler=True)
        plan_deregistration(look, member, timings.DEREGISTERED)
        look.account.stop(member.id, reason)
    if pending:
        look.say("stopped_pending", count=pending)
    if running:
        look.say("stopped", **events.tasks(running))
    if pending or running:
        look.note_change(timings.ADVANCED)
    return pending + len(running)
