"""From the internet into a load balancer: its name, its door, its rules, and the answers it gives itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from moto.elbv2.models import FakeListener, FakeTargetGroup, elbv2_backends

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ec2.interfaces import BalancerInterface
from ecslab.sandbox.bridge.elbv2 import target_access
from ecslab.sandbox.bridge.elbv2.backend import ElbV2Backend
from ecslab.sandbox.bridge.elbv2.load_balancer import LoadBalancer
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.world.load_balancing.listeners import Fixed, Forward, Redirect, Rule, choose, page
from ecslab.sandbox.world.load_balancing.target_group import TargetGroup
from ecslab.sandbox.world.network import packets, vpc


@dataclass(frozen=True, slots=True)
class Entry:
    """Whether a packet gets in: `answer` serves a request, or None and `text` says what stopped it."""

    eni: str | None
    stopped_by: str | None
    text: str
    answer: Callable[[HttpRequest], HttpResponse] | None = None


def find(host: str) -> LoadBalancer | None:
    """The load balancer with this DNS name or public IP, in any region."""
    for backend in _backends():
        for balancer in backend.load_balancers.values():
            held = {node.public_ip for node in balancer.nodes.values()}
            named = balancer.dns_name.lower() == host.lower() or host in held
            if named and isinstance(balancer, LoadBalancer):
                return balancer
    return None


def open_door(balancer: LoadBalancer, port: int, peer: str) -> Entry:
    """What a packet from `peer` meets; of several nodes it takes the first that lets it in."""
    nodes = list(balancer.nodes.values())
    if not balancer.active:
        return _not_yet(balancer)
    if balancer.internal:
        text = f"Load balancer {balancer.name} is internal: its name leads to private addresses only."
        return Entry(nodes[0].id, "no-public-ip", text)
    met: list[packets.Verdict] = []
    for node in nodes:
        met.append(_into(node, port, peer))
        if met[-1].passed:
            break
    else:
        return Entry(nodes[0].id, met[0].stopped_by, met[0].text)
    return _at(balancer, node, port)


def open_inner_door(vpc_id: str, address: str, port: int, visitor: vpc.Facts) -> Entry:
    """What a packet meets that an interface of the VPC sends to a node's private address.

    Raises:
        LookupError: no load balancer has the address.
    """
    for backend in _backends():
        for balancer in backend.load_balancers.values():
            for node in balancer.nodes.values():
                if node.private_ip_address == address and balancer.vpc_id == vpc_id:
                    if not balancer.active:
                        return _not_yet(balancer)
                    verdict = packets.within(visitor, target_access.node_facts(node), port)
                    if not verdict.passed:
                        return Entry(node.id, verdict.stopped_by, verdict.text)
                    return _at(balancer, node, port)
    raise LookupError(f"no load balancer has {address}")


def addresses(balancer: LoadBalancer) -> tuple[str, ...]:
    """What a load balancer's name leads to: its nodes' public addresses, or private ones."""
    nodes = balancer.nodes.values()
    return tuple(str(node.private_ip_address if balancer.internal else node.public_ip) for node in nodes)


def _not_yet(balancer: LoadBalancer) -> Entry:
    text = f"Load balancer {balancer.name} is still being made (provisioning), so nobody answers yet."
    return Entry(next(iter(balancer.nodes.values())).id, "provisioning", text)


def _at(balancer: LoadBalancer, node: BalancerInterface, port: int) -> Entry:
    """What meets a packet that has reached a node."""
    listeners = {int(listener.port): listener for listener in balancer.listeners.values()}
    listener = listeners.get(port)
    if listener is None:
        return Entry(node.id, "nothing-listening", _no_listener(balancer, port))
    inside = _Inside(_backend_with(balancer), balancer, listener, node)
    if balancer.type == "network":
        return _through(inside)
    return Entry(node.id, None, "", inside.serve)


def _into(node: BalancerInterface, port: int, peer: str) -> packets.Verdict:
    return packets.inbound(packets.Packet(peer, port), target_access.node_facts(node))


def _through(inside: "_Inside") -> Entry:
    """A network load balancer passes a connection on, or it has nobody to pass it to."""
    pool = inside.pool_of(inside.rule(HttpRequest()))
    if pool is None or not pool.answers:
        text = f"Load balancer {inside.balancer.name} has no target that it could pass the connection to."
        return Entry(inside.node.id, "nothing-listening", text)
    return Entry(inside.node.id, None, "", inside.pass_on)


class _Inside:
    """A request that has got into a load balancer, at one of its listeners (moto's)."""

    def __init__(
        self, backend: ElbV2Backend, balancer: LoadBalancer, listener: FakeListener, node: BalancerInterface
    ):
        self.backend, self.balancer, self.listener, self.node = backend, balancer, listener, node
        self._sent_to: str | None = None
        self._by_target = False

    def serve(self, request: HttpRequest) -> HttpResponse:
        """An Application Load Balancer's answer, by its rules; it counts."""
        self._sent_to, self._by_target = None, False
        answer = self._served(request)
        self._count(answer.status)
        return answer

    def _count(self, status: int) -> None:
        load_balancing = current_account().load_balancing
        if load_balancing:
            load_balancing.visited(self.balancer.arn, self._sent_to, status, self._by_target)

    def _served(self, request: HttpRequest) -> HttpResponse:
        if self.listener.protocol == "HTTPS":
            return HttpResponse(*_plain_on_https())
        rule = self.rule(request)
        if isinstance(rule.action, Fixed):
            return HttpResponse(*rule.action.reply())
        if isinstance(rule.action, Redirect):
            return HttpResponse(*rule.action.reply(request, "http", int(self.listener.port)))
        target = self._target(rule)
        if target is None:
            return HttpResponse(*page(503))
        group, ip, port = target
        verdict, program = target_access.reach(self.backend, group, self.node, ip, port)
        if program is None:
            return HttpResponse(*page(502 if verdict.stopped_by == "nothing-listening" else 504))
        if group.protocol != "HTTP":  # the embedded programs speak no TLS
            return HttpResponse(*page(502))
        try:
            answer = program(self._forwarded(request))
        except ConnectionError:
            return HttpResponse(*page(502))
        self._by_target = True
        return answer

    def pass_on(self, request: HttpRequest) -> HttpResponse:
        """A Network Load Balancer's, from the target as it is; ConnectionError if that breaks off."""
        target = self._target(self.rule(request))
        self._count(0)
        if target is None:
            raise ConnectionError("the load balancer has no target")
        group, ip, port = target
        keeps = group.attributes["preserve_client_ip.enabled"] == "true"
        seen = request.peer if keeps else str(self.node.private_ip_address)
        visitor = request.peer if keeps else None
        verdict, program = target_access.reach(self.backend, group, self.node, ip, port, visitor)
        if program is None:
            raise ConnectionError(verdict.text)
        return program(replace(request, peer=seen))

    def rule(self, request: HttpRequest) -> Rule:
        """The rule that decides; a listener always has a default one."""
        rule = choose(self.backend.rules(self.listener), request)
        assert rule is not None, "a listener has a default rule"
        return rule

    def pool_of(self, rule: Rule) -> TargetGroup | None:
        """The targets of a rule that forwards to one group, as a network load balancer's does."""
        action = rule.action
        return self.backend.pools[action.groups[0][0]] if isinstance(action, Forward) else None

    def _target(self, rule: Rule) -> tuple[FakeTargetGroup, str, int] | None:
        assert isinstance(rule.action, Forward)
        arn = self.backend.spread(rule.arn).next(rule.action.groups)
        if arn is None:
            return None
        group, pool = self.backend.target_group(arn)
        target = pool.next_target()
        if target is None:
            return None
        visitors = current_account().visitors
        if visitors and visitors.asking:  # they are counted in bulk
            visitors.asked = target
        else:
            pool.request_count += 1
        self._sent_to = arn
        return group, target.ip, target.port

    def _forwarded(self, request: HttpRequest) -> HttpRequest:
        """What the target sees: the visitor's request, told where it came from."""
        root = f"Root=1-{int(current_account().clock.timestamp()):08x}-{rng.get_random_hex(24)}"
        added = {
            "x-forwarded-for": request.peer, "x-forwarded-proto": "http",
            "x-forwarded-port": str(self.listener.port), "x-amzn-trace-id": root,
        }  # fmt: skip
        return replace(request, headers={**request.headers, **added}, peer=str(self.node.private_ip_address))


def _no_listener(balancer: LoadBalancer, port: int) -> str:
    ports = sorted(int(listener.port) for listener in balancer.listeners.values())
    on = f"port {', '.join(map(str, ports))}" if ports else "no port"
    return f"Load balancer {balancer.name} has no listener on port {port}; it listens on {on}."


def _plain_on_https() -> tuple[int, dict[str, str], bytes]:
    status, headers, body = page(400)
    sentence = b"<center>The plain HTTP request was sent to HTTPS port</center>\r\n</body>"
    return status, headers, body.replace(b"</body>", sentence)


def _backends() -> list[ElbV2Backend]:
    return list(elbv2_backends[current_account().id].values())


def _backend_with(balancer: LoadBalancer) -> ElbV2Backend:
    return next(backend for backend in _backends() if balancer.arn in backend.load_balancers)
