"""What is noted of names after each event: who was registered under which, and which endpoints there were."""

import math
from typing import Any

from ecslab.sandbox.wire.credentials import REGION
from ecslab.sandbox.world.service_discovery.registry import IPV4

ZONE, MESH = "lab.internal", "mesh"
"""The namespaces of histories of names: a private one, and one of Service Connect's."""


def namespace(world: Any, name: str) -> Any:
    """A namespace by its name; None if there is none."""
    registry = world.account.service_discovery.get(REGION)
    return next(registry.named(name), None) if registry else None


class NameHistory:
    """Who was registered under which name, and which endpoints there were when a deployment began.

    Attributes:
        answers: by name in the zone and address, until when it was registered; infinite while it is.
        longest: by name, the longest TTL that it has had.
        endpoints: by deployment, the ARN of each endpoint's registry by its alias, when it was first seen.
    """

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], float] = {}
        self.longest: dict[str, int] = {}
        self.endpoints: dict[str, dict[Any, str]] = {}

    def go_back(self, world: Any) -> None:
        """Forget what is not yet: the account is again what it was once."""
        answers, now = self.answers, world.now
        self.answers = {key: until if until <= now else math.inf for key, until in answers.items()}
        there = {each.id for service in world.services.values()
                 for each in (*service.deployments, service.completed) if each}  # fmt: skip
        self.endpoints = {each: known for each, known in self.endpoints.items() if each in there}

    def look(self, world: Any) -> None:
        """Note what is registered now."""
        zone, now = namespace(world, ZONE), world.now
        present = set()
        for service in zone.services.values() if zone else ():
            self.longest[service.domain] = max(self.longest.get(service.domain, 0), *service.records.values())
            present |= {(service.domain, each.attributes[IPV4]) for each in service.instances.values()}
        for key, until in self.answers.items():
            if until == math.inf and key not in present:
                self.answers[key] = now
        self.answers |= dict.fromkeys(present, math.inf)
        connected = namespace(world, MESH)
        for service in world.services.values() if connected else ():
            for each in service.deployments:
                if each.revision.connect and each.id not in self.endpoints:
                    known = {other.alias: other.arn for other in connected.services.values() if other.alias}
                    self.endpoints[each.id] = known
