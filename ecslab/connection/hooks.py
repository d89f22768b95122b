"""What listens to botocore's events, and in which order: one table, and the one place that registers.

botocore first calls the handlers for the event and the operation (`after-call.ecs.CreateCluster`), then those
for the event alone. Of each of these two it calls first what is registered as "first", then the others, then
what is registered as "last", and within that in the order of the table. A client copies the handlers of its
session when it is made, and hears of no later ones.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ecslab.connection.resource_kinds import BY_CREATE_CALL

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks


@dataclass(frozen=True)
class Hook:
    """One handler.

    Attributes:
        event: as botocore names it; `{create}` stands for each call that creates a resource.
        position: "first", "last", or "" for in between.
        handler: the listener, by the name that it is given to `install` under, and its method.
        why: the reason for this event and this position.
    """

    event: str
    position: Literal["first", "", "last"]
    handler: str
    why: str

    def events(self) -> Iterator[str]:
        """The names to register for."""
        if "{create}" not in self.event:
            yield self.event
            return
        for service, operation in BY_CREATE_CALL:
            yield self.event.format(create=f"{service}.{operation}")


HOOKS: Final = (
    Hook("before-parameter-build.{create}", "", "ledger.tag",
         "before botocore checks the parameters, and before the record takes them down: it shows the tag"),
    Hook("before-parameter-build", "", "cluster_namespaces.note", "the names are known no more later"),
    Hook("before-parameter-build", "first", "commands.prepare",
         "before the record takes the parameters down: it shows the tag"),
    Hook("before-parameter-build", "first", "record.begin",
         "as the caller gave them: botocore's own handlers fill in tokens next"),
    Hook("before-parameter-build", "last", "unrecorded.forget", "after the record has begun"),
    Hook("before-parameter-build", "last", "guard.note",
         "it needs them complete, and they are known no more later"),
    Hook("before-parameter-build", "last", "budget.note", "as the guard's own"),
    Hook("before-call.{create}", "first", "guard.judge",
         "before the ledger: what is refused was never intended"),
    Hook("before-call.{create}", "first", "budget.judge",
         "after the guard: what is not ours has no price; before the ledger"),
    Hook("before-call", "first", "guard.judge", "before anything is sent"),
    Hook("before-call", "first", "budget.judge", "after the guard, before anything is sent"),
    Hook("before-call.{create}", "", "ledger.intend",
         "botocore has accepted the parameters, and nothing is sent yet"),
    Hook("before-call", "", "cluster_namespaces.intend",
         "after the guard, whose word on UpdateCluster comes with this event alone"),
    Hook("before-call", "", "commands.intend", "as the ledger's own, of what it has no kind for"),
    Hook("request-created", "first", "sandbox.aim", "before it is signed: the host is part of the signature"),
    Hook("request-created", "first", "step_marks.mark", "before it is signed: so are the headers"),
    Hook("before-send", "first", "guard.check_signature", "now it is signed: by whom, for which Region"),
    Hook("before-send", "", "in_process.carry", "it is signed; the answer from here keeps it off the net"),
    Hook("needs-retry", "first", "server.revive", "before botocore's own handler gives up"),
    Hook("after-call.{create}", "", "ledger.settle", "before anything raises: the outcome is written down"),
    Hook("after-call", "", "cluster_namespaces.settle", "before anything raises"),
    Hook("after-call", "first", "commands.settle", "as the ledger's own; before what is secret is masked"),
    Hook("after-call", "first", "sandbox.forget_retries", "before anybody reads the refusal"),
    Hook("after-call", "first", "record.end", "before the refusal is raised"),
    Hook("after-call", "last", "commands.hide", "only what is printed is masked"),
    Hook("after-call", "last", "refusals.raise_plainly", "it raises: everybody else has heard by then"),
    Hook("after-call-error", "first", "record.fail", "before the error is replaced by a plainer one"),
    Hook("after-call-error", "", "server.explain", "it raises"),
    Hook("after-call-error", "", "account.explain", "it raises"),
)  # fmt: skip


def install(events: "BaseEventHooks", **listeners: object) -> None:
    """Register every handler of these listeners, for clients that are made from these events later on.

    Args:
        events: of a session or of a client.
        listeners: by the names that the table has; what it has of others is left out.
    """
    register: dict[str, Callable[..., None]] = {
        "first": events.register_first, "": events.register, "last": events.register_last,
    }  # fmt: skip
    for hook in HOOKS:
        listener, _, method = hook.handler.partition(".")
        if listener in listeners:
            for event in hook.events():
                register[hook.position](event, getattr(listeners[listener], method))
