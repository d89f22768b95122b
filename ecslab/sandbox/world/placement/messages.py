"""What a service says when no instance can take its task.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
"""

from collections.abc import Mapping
from typing import Final

from ecslab.sandbox.world.texts import Sentences

sentence: Final = Sentences(__file__)
_NEARNESS: Final = (
    "AGENT", "ATTRIBUTE", "LOCATION", "RESOURCE:CPU", "RESOURCE:MEMORY", "RESOURCE:PORTS", "RESOURCE:ENI",
)  # fmt: skip
"""Whoever fails at a later of these is the closer match; at a constraint, the closest. U: AWS's order."""
_OWN_WORDS: Final = {
    "ATTRIBUTE": "attribute", "RESOURCE:CPU": "cpu", "RESOURCE:MEMORY": "memory", "RESOURCE:PORTS": "ports",
}  # fmt: skip


def closest(reasons: Mapping[str, str]) -> str:
    """The event's message after the service's name.

    Args:
        reasons: each instance's id and why it cannot take the task; none if the cluster has no instance.
    """
    if not reasons:
        return sentence("no_instance")

    def nearness(instance_id: str) -> int:
        reason = reasons[instance_id]
        return _NEARNESS.index(reason) if reason in _NEARNESS else len(_NEARNESS)

    instance_id = max(reasons, key=nearness)
    reason = reasons[instance_id]
    own = _OWN_WORDS.get(reason, "other")
    return sentence("closest", instance=instance_id, problem=sentence(own, reason=reason))
