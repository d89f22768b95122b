"""The exercises of stage 10: an endpoint whose alias is not the container's port, and who may call it."""

from __future__ import annotations

from ecslab.connection.connection import Connection
from ecslab.course import verdicts
from ecslab.course.stages.stage_10 import connect, pair
from ecslab.display.verdict import Outcome, Verdict, not_yet
from ecslab.operations.guestbook.pair import GUEST, PORTER
from ecslab.resources.network import network_reader, rules
from ecslab.resources.service import service_reader

ALIAS, PORT = "porter", 8080


def porter(lab: Connection) -> Verdict:
    """Exercise: a server that clients call at another port, and a client that began after it."""
    return connect.judged(lab, lab.name(PORTER), lab.name(GUEST), ALIAS, PORT)


def private(lab: Connection) -> Verdict:
    """Exercise: of all security groups only one that the guest alone has is let in to the porter."""
    server, client = service_reader.find(lab, lab.name(PORTER)), service_reader.find(lab, lab.name(GUEST))
    if not server or not client:
        return not_yet("Do the exercise before this one first: it takes both services.")
    porters = service_reader.network_of(server).get("securityGroups", [])
    guests = service_reader.network_of(client).get("securityGroups", [])
    wanted = list(dict.fromkeys([*porters, *guests]))
    groups = {each["GroupId"]: each for each in network_reader.security_groups(lab, wanted)}
    names = {group: each["GroupName"] for group, each in groups.items()}
    if lab.names.security_group in [names[group] for group in porters]:
        return not_yet(f"The porter is in the group `{lab.names.security_group}`, which admits everybody.")
    admitted = {source for group in porters for source in rules.admitted(groups[group], pair.PORT)}
    everybody = sorted(source for source in admitted if not source.startswith("sg-"))
    if everybody:
        return verdicts.wrong("10.admits-addresses", ranges=", ".join(everybody))
    if not admitted & {*guests}:
        return verdicts.wrong("10.admits-not-the-guest", client=client["serviceName"])
    if admitted & {*porters}:
        return verdicts.wrong("10.admits-itself")
    shared = [group for group in admitted if group not in guests or names[group] == lab.names.security_group]
    if shared:
        other = network_reader.security_groups(lab, shared[:1])
        return verdicts.wrong("10.admits-others", other=other[0]["GroupName"] if other else shared[0])
    known = porter(lab)
    return known if known.outcome is not Outcome.DONE else verdicts.done("10.admits-the-guest")
