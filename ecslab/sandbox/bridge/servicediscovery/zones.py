"""The hosted zone of a private namespace: Route 53 shows it, and Cloud Map alone changes what is in it.

https://docs.aws.amazon.com/cloud-map/latest/dg/working-with-namespaces.html
"""

from collections.abc import Iterator
from typing import Any

from moto.route53.models import FakeZone, RecordSet

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.late_backends import backend
from ecslab.sandbox.world.network.name_cache import NameAnswer
from ecslab.sandbox.world.service_discovery import answers
from ecslab.sandbox.world.service_discovery.registry import IPV4, PORT, DiscoveryService, Instance, Namespace

__all__ = ["NamespaceZone", "create", "delete"]


class NamespaceZone(FakeZone):  # type: ignore[misc]  # moto ships no types
    """moto's hosted zone, whose records are those of a namespace's instances."""

    def __init__(self, zone: FakeZone, namespace: Namespace):
        for name, value in vars(zone).items():
            if name != "rrsets":
                setattr(self, name, value)
        self.own_records: list[RecordSet] = list(zone.rrsets)
        self.namespace = namespace

    @property
    def rrsets(self) -> list[RecordSet]:
        """Its own records, and those of the instances."""
        services = self.namespace.services.values()
        return [*self.own_records, *(record for service in services for record in _records(service))]

    @property
    def resource_record_set_count(self) -> int:
        return len(self.rrsets)

    @property
    def refusal(self) -> str:
        """What Route 53 says to whoever would change it (aws/aws-sdk-java-v2#6754)."""
        zone, arn = self.resource_id, self.namespace.arn
        return f"The resource hostedzone/{zone} can only be managed through AWS Cloud Map ({arn})"

    def lookup(self, name: str) -> NameAnswer:
        """The addresses of a name in the zone, and for how long a resolver keeps them."""
        now, labels = current_account().clock.now, name.removesuffix(f".{self.namespace.name.lower()}")
        service = self.namespace.services.get(labels)
        if service and (addresses := answers.addresses(service, now)):
            return NameAnswer(addresses, service.records["A"])
        first, _, rest = labels.partition(".")
        service = self.namespace.services.get(rest)
        instance = service.instances.get(first) if service and "SRV" in service.records else None
        if service and instance and IPV4 in instance.attributes:
            return NameAnswer((instance.attributes[IPV4],), service.records["SRV"])
        return NameAnswer((), self.namespace.soa_ttl)

    def targets(self, name: str) -> NameAnswer:
        """The SRV records of a name in the zone, likewise."""
        service = self.namespace.services.get(name.removesuffix(f".{self.namespace.name.lower()}"))
        records = answers.targets(service, current_account().clock.now) if service else ()
        return NameAnswer(records, service.records["SRV"] if service and records else self.namespace.soa_ttl)


def create(namespace: Namespace, region: str) -> None:
    """Make the zone of a private namespace, and tell the namespace its id."""
    route53 = backend("route53")
    comment = f"Created by AWS Cloud Map namespace with ARN {namespace.arn}"  # U
    made = route53.create_hosted_zone(
        f"{namespace.name}.", True, namespace.id, vpcid=namespace.vpc, vpcregion=region, comment=comment
    )
    namespace.zone_id = str(made.resource_id)
    route53.zones[made.resource_id] = NamespaceZone(made, namespace)


def delete(namespace: Namespace) -> None:
    """Take the zone away with its namespace."""
    backend("route53").zones.pop(namespace.zone_id, None)


def _records(service: DiscoveryService) -> Iterator[RecordSet]:
    for instance in service.instances.values():
        if "A" in service.records and IPV4 in instance.attributes:
            yield _record(service, instance, "A", service.domain, instance.attributes[IPV4])
        if "SRV" in service.records and PORT in instance.attributes:
            yield _record(service, instance, "SRV", service.domain, answers.srv(service, instance))
            if IPV4 in instance.attributes:
                name, address = f"{instance.id}.{service.domain}", instance.attributes[IPV4]
                record: dict[str, Any] = {"Name": f"{name}.", "Type": "A", "TTL": service.records["SRV"]}
                yield RecordSet({**record, "ResourceRecords": [address]})


def _record(service: DiscoveryService, instance: Instance, kind: str, name: str, value: str) -> RecordSet:
    policy = {"MultiValueAnswer": True} if service.routing == "MULTIVALUE" else {"Weight": 1}
    about = {"Name": f"{name}.", "Type": kind, "TTL": service.records[kind], "SetIdentifier": instance.id}
    return RecordSet({**about, **policy, "ResourceRecords": [value]})
