"""The way of a packet from the internet into the account: to a public IP, or to a load balancer's name."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecslab.sandbox.http_message import INTERNET, INTERNET_IPV6, Responder

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.account import Account


@dataclass(frozen=True, slots=True)
class Door:
    """Whether a packet gets in: `answer` is the program behind, or None and `text` says what stopped it."""

    eni: str | None
    stopped_by: str | None
    text: str
    answer: Responder | None = None


def door(account: "Account", host: str, port: int) -> Door:
    """What a packet from the internet to a public IP, or to a load balancer's name, meets."""
    from ecslab.sandbox.bridge.ec2 import task_network
    from ecslab.sandbox.bridge.open_ports import program_behind
    from ecslab.sandbox.world.network import packets

    load_balancing = account.load_balancing
    load_balancer = load_balancing and load_balancing.find(host)
    if load_balancing and load_balancer:
        entry = load_balancing.open_door(load_balancer, port, INTERNET)
        return Door(entry.eni, entry.stopped_by, entry.text, entry.answer)
    ipv6 = ":" in host
    if not ipv6 and not host.rpartition(".")[2].isdigit():
        return Door(None, "no-such-name", f"No load balancer in this sandbox has the name {host}.")
    eni = task_network.find_public(host)
    if eni is None:
        address = "IPv6 address" if ipv6 else "public IP"
        text = f"No network interface in this sandbox has the {address} {host}."
        return Door(None, "no-public-ip", text)
    container = program_behind(eni.eni_id, port)
    listening = (port,) if container else ()
    packet = packets.Packet(INTERNET_IPV6 if ipv6 else INTERNET, port)
    verdict = packets.inbound(packet, task_network.network_facts(eni), listening)
    answer = (lambda request: container.request(request, port)) if verdict.passed and container else None
    return Door(eni.eni_id, verdict.stopped_by, verdict.text, answer)
