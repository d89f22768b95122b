"""Does the internal load balancer lead to the back, and the name in DNS?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.checks.similar_name import similar_name
from ecslab.course.stages.stage_10 import pair
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.operations.guestbook.front import APP, APP_BACK
from ecslab.operations.guestbook.pair import dns_namespace
from ecslab.resources import cloud_map as discovery
from ecslab.resources.load_balancer import load_balancer_reader, target_group_reader
from ecslab.resources.network import network_reader, rules
from ecslab.resources.service import service_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef

NAME = "back"
TTL = 120


def balancer(lab: Connection) -> Verdict:
    """An internal load balancer that the front may call forwards to the back's tasks."""
    name, service = lab.name(APP), pair.back(lab)
    held = load_balancer_reader.find(lab, name)
    if not held:
        if other := similar_name(lab, name, load_balancer_reader.names(lab)):
            return wrong(f"There is a load balancer `{other}`, but the lesson's is called `{name}`.")
        return not_yet(f"There is no load balancer `{name}`.")
    if held["Scheme"] != "internal":
        return verdicts.wrong("10.public", name=name, scheme=held["Scheme"])
    listener = next((each for each in load_balancer_reader.listeners(lab, held) if each["Port"] == 80), None)
    if not listener:
        return not_yet(f"`{name}` has no listener on port 80.")
    if not service:
        return not_yet(f"There is no service `{lab.name(APP_BACK)}`.")
    actions = listener["DefaultActions"]
    forwarded = [arn for action in actions for arn in load_balancer_reader.forwards_to(action)]
    return _doors(lab, held, service) or _registered(lab, service, forwarded)


def _doors(lab: Connection, held: LoadBalancerTypeDef, service: ServiceTypeDef) -> Verdict | None:
    """Which security group keeps whom out."""
    name, own, front = held["LoadBalancerName"], held.get("SecurityGroups", []), pair.front(lab)
    if not any(pair.admits(lab, service, group) for group in own):
        return verdicts.wrong("10.balancer-kept-out", name=name, service=service["serviceName"])
    callers = service_reader.network_of(front).get("securityGroups", []) if front else []
    admitted = {
        source for group in network_reader.security_groups(lab, own) for source in rules.admitted(group, 80)
    }
    if front and not admitted & {*callers, rules.ANYWHERE}:
        return verdicts.wrong("10.front-kept-out", name=name, front=front["serviceName"])
    return None


def _registered(lab: Connection, service: ServiceTypeDef, forwarded: list[str]) -> Verdict:
    name, own = service["serviceName"], [each.get("targetGroupArn", "") for each in service["loadBalancers"]]
    if not own:
        return not_yet(f"`{name}` registers its tasks in no target group.")
    group = next((arn for arn in own if arn in forwarded), None)
    if not group:
        return verdicts.wrong("10.other-group", name=name, registers=target_group_reader.name_in(own[0]))
    states = [member["TargetHealth"]["State"] for member in target_group_reader.health(lab, group)]
    if "healthy" not in states:
        return not_yet(f"`{name}` has no healthy target yet: {', '.join(states) or 'none is registered'}.")
    return verdicts.done("10.balancer-right", balancer=lab.name(APP), name=name)


def cloud_map(lab: Connection) -> Verdict:
    """A name in a private DNS zone has the addresses of the back's tasks."""
    zone, service = dns_namespace(lab), pair.back(lab)
    namespace = discovery.find_namespace(lab, zone)
    if not namespace:
        return not_yet(f"There is no namespace `{zone}` in Cloud Map.")
    if namespace["Type"] != "DNS_PRIVATE":
        return verdicts.wrong("10.no-dns", zone=zone, kind=namespace["Type"])
    entry = discovery.find_service(lab, NAME, zone)
    if not entry:
        if other := similar_name(lab, NAME, [each["Name"] for each in discovery.services(lab, zone)]):
            return wrong(f"The namespace has a service `{other}`, but the lesson's is called `{NAME}`.")
        return not_yet(f"The namespace `{zone}` has no service `{NAME}`.")
    records = {each["Type"]: each["TTL"] for each in entry.get("DnsConfig", {}).get("DnsRecords", [])}
    if "A" not in records:
        return verdicts.wrong("10.no-address-record", kinds=", ".join(records) or "none")
    if records["A"] > TTL:
        return verdicts.wrong("10.long-ttl", ttl=records["A"], wanted=TTL)
    if not service:
        return not_yet(f"There is no service `{lab.name(APP_BACK)}`.")
    registries = [each.get("registryArn") for each in service.get("serviceRegistries", [])]
    if not registries:
        return not_yet(f"`{service['serviceName']}` registers its tasks under no name.")
    if entry["Arn"] not in registries:
        return verdicts.wrong("10.other-registry", service=service["serviceName"], name=f"{NAME}.{zone}")
    return done(f"`{NAME}.{zone}` has the addresses of the tasks of `{service['serviceName']}`.")
