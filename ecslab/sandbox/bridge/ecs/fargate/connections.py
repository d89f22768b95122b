"""Connections that a container opens: to tasks and load balancers, by the rules of the network between."""

from collections.abc import Callable
from dataclasses import replace

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.open_ports import program_behind
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.world.network import packets
from ecslab.sandbox.world.network.vpc import Facts, is_ipv6

Answer = Callable[[HttpRequest], HttpResponse]


def connect(account: Account, mine: task_network.Eni, address: str, port: int) -> Answer:
    """Who answers at an address, seen from a task's interface.

    An interface without an IPv6 address has no route to one, which fails at once.

    Raises:
        TimeoutError: the packets arrive nowhere.
        ConnectionRefusedError: they arrive, and nothing listens there.
    """
    if is_ipv6(address) and not mine.ipv6:
        raise ConnectionRefusedError(f"no route to {address}")
    if task_network.is_of_vpc(mine.region, mine.vpc_id, address):
        return _inside(account, mine, address, port)
    facts = task_network.network_facts(mine)
    if not packets.egress(facts, port=port, to=address).passed:
        raise TimeoutError(f"no way to {address}")
    return _outside(account, address, port, packets.seen_as(facts, address))


def _inside(account: Account, mine: task_network.Eni, address: str, port: int) -> Answer:
    facts = task_network.network_facts(mine)
    if account.load_balancing:
        try:
            entry = account.load_balancing.open_inner_door(mine.vpc_id, address, port, facts)
        except LookupError:
            pass
        else:
            return _from(mine.private_ip, entry.answer, entry.stopped_by, address)
    theirs = task_network.find_private(mine.region, mine.vpc_id, address)
    if theirs is None:
        raise TimeoutError(f"nobody has {address}")
    ipv6 = is_ipv6(address)
    source = facts.address_for(address)
    return _task(theirs, port, source, lambda target: packets.within(facts, target, port, ipv6=ipv6))


def _outside(account: Account, address: str, port: int, source: str) -> Answer:
    """Through the internet, to a public address."""
    balancer = account.load_balancing and account.load_balancing.find(address)
    if account.load_balancing and balancer:
        entry = account.load_balancing.open_door(balancer, port, source)
        return _from(source, entry.answer, entry.stopped_by, address)
    theirs = task_network.find_public(address)
    if theirs is None:
        raise TimeoutError(f"nobody has {address}")
    return _task(theirs, port, source, lambda target: packets.inbound(packets.Packet(source, port), target))


def _task(
    theirs: task_network.Eni, port: int, source: str, judged: Callable[[Facts], packets.Verdict]
) -> Answer:
    verdict = judged(task_network.network_facts(theirs))
    program = program_behind(theirs.eni_id, port)
    if not verdict.passed:
        raise TimeoutError(verdict.text)
    if program is None:
        raise ConnectionRefusedError(f"nothing listens on port {port}")
    return _from(source, lambda request: program.request(request, port), None, theirs.private_ip)


def _from(source: str, answer: Answer | None, stopped_by: str | None, address: str) -> Answer:
    """The answer to requests that come from `source`."""
    if answer is None:
        failure = ConnectionRefusedError if stopped_by == "nothing-listening" else TimeoutError
        raise failure(f"no answer from {address}")
    return lambda request: answer(replace(request, peer=source))
