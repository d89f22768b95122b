"""The simulation behind the server: world, runtime and moto, put together and asked one request at a time.

What it answers depends only on the requests before it, the virtual time and the seed.
"""

import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecslab.sandbox.runtime.http import HttpRequest, HttpResponse
from ecslab.sandbox.server import identity, malformed, moto_routes, moto_start
from ecslab.sandbox.server.auth import Key, Signer
from ecslab.sandbox.server.credentials import ACCOUNT
from ecslab.sandbox.server.http import PEER, Incoming, Reply
from ecslab.sandbox.server.operation import mutates
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.time.clock import Clock


@dataclass(frozen=True, slots=True)
class Door:
    """Whether a packet gets in: `answer` is the program behind, or None and `text` says what stopped it."""

    eni: str | None
    stopped_by: str | None
    text: str
    answer: Callable[[HttpRequest], HttpResponse] | None


class Backend:
    """A fresh account on `clock`; `seed` decides every id in it.

    moto keeps its state in modules, so a process has one account at a time: a new one ends the one before.
    """

    _latest: "Backend | None" = None

    def __init__(self, clock: Clock, home: Path | None, seed: str):
        os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT  # read when moto is imported: the account, whatever the key
        moto_start.prepare()
        from ecslab.sandbox.bridge import account, determinism, installation
        from ecslab.sandbox.runtime.embedded import EmbeddedRuntime

        Backend._latest = self
        self._determinism, self._seed = determinism, seed
        clock.on_event = lambda number: determinism.reseed(seed, "event", number)
        determinism.set_time_source(clock.timestamp)
        determinism.seed_backends(seed)
        self._context = account.Context(
            clock=clock, runtime=EmbeddedRuntime(), account=ACCOUNT, home=home, ways=set()
        )
        installation.install(self._context)

    def reseed(self, kind: str, position: int) -> None:
        """Let the next request draw its ids from (seed, kind, position)."""
        self._determinism.reseed(self._seed, kind, position)

    def call(self, request: Incoming, signer: Signer, operation: str) -> Reply:
        """Answer an API request whose signature has been checked."""
        try:
            return self._guarded(lambda: self._call(request, signer, operation))
        finally:
            if mutates(operation):
                self._context.ways = set()

    def registry(self, request: Incoming, region: str) -> Reply:
        """Answer a request to the container registry, which checks its own token."""
        from ecslab.sandbox.server.registry import registry_v2

        about = (request.method, request.path, request.query, dict(request.headers), request.body)
        return self._guarded(lambda: registry_v2(*about, ACCOUNT, region))

    def token_region(self, request: Incoming, region: str) -> str:
        """The Region that the registry's token in a request is for; else `region`."""
        from ecslab.sandbox.server.registry import token_region

        return token_region(request.headers, ACCOUNT, region)

    def admission(self, region: str) -> str:
        """What lets a replayed request into the registry."""
        from ecslab.sandbox.server.registry import admission

        return admission(ACCOUNT, region)

    def issued_key(self, access_key: str) -> Key | None:
        """The key pair STS gave out under this access key id, if it did."""
        from moto.sts.models import sts_backends

        role = sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(access_key)
        return role and Key(role.access_key_id, role.secret_access_key, role.session_token)

    def inject(self, kind: str, values: dict[str, Any]) -> dict[str, Any]:
        """Make something go wrong (`bridge.faults`); ValueError for what cannot be."""
        from ecslab.sandbox.bridge import faults

        return faults.inject(kind, values)

    def door(self, host: str, port: int) -> Door:
        """What a packet from the internet to a public IP, or to a load balancer's name, meets."""
        from ecslab.sandbox.bridge import elbv2
        from ecslab.sandbox.bridge.ec2 import task_network
        from ecslab.sandbox.bridge.ecs.tasks import operations as tasks
        from ecslab.sandbox.world.network import packets

        balancer = elbv2.find(host)
        if balancer is not None:
            met = elbv2.open_door(balancer, port, PEER)
            return Door(met.eni, met.stopped_by, met.text, met.answer)
        if not host.rpartition(".")[2].isdigit():
            return Door(None, "no-such-name", f"No load balancer in this sandbox has the name {host}.", None)
        eni = task_network.find_public(host)
        if eni is None:
            text = f"No network interface in this sandbox has the public IP {host}."
            return Door(None, "no-public-ip", text, None)
        container = tasks.listening(eni.eni_id, port)
        listening = (port,) if container else ()
        verdict = packets.inbound(packets.Packet(PEER, port), task_network.network_facts(eni), listening)
        answer = (lambda request: container.request(request, port)) if verdict.passed and container else None
        return Door(eni.eni_id, verdict.stopped_by, verdict.text, answer)

    def _call(self, request: Incoming, signer: Signer, operation: str) -> Reply:
        malformed.check(request, signer.service)
        self._check_permission(request, signer, operation)
        target = request.headers.get("x-amz-target", "")
        if operation == "GetCallerIdentity" and not signer.access_key.startswith("ASIA"):
            return identity.caller_identity()
        if not target.startswith(malformed.ECS_TARGET):
            from ecslab.sandbox.bridge import installation, unsupported_services

            unsupported_services.refuse(signer.service)
            moto_start.ready_for(signer.service, operation)
            installation.fetch(signer.service)
            return moto_routes.answer(request, signer)
        from ecslab.sandbox.bridge.account import current
        from ecslab.sandbox.bridge.ecs import dispatch

        if current().faults.throttled(signer.region, operation, current().clock.now):
            raise AwsError("ThrottlingException", "Rate exceeded")
        return dispatch.respond(
            target, request.body, dispatch.Caller(ACCOUNT, signer.region, identity.CALLER)
        )

    def _check_permission(self, request: Incoming, signer: Signer, operation: str) -> None:
        """Keys that STS gave out may do what their role allows; the sandbox's own, everything."""
        if signer.access_key.startswith("ASIA"):
            from ecslab.sandbox.bridge.iam import permissions

            permissions.check(
                signer.access_key, signer.service, operation, signer.region, request.method, request.path,
                request.body, request.query,
            )  # fmt: skip

    def _guarded(self, call: Callable[[], Reply]) -> Reply:
        if Backend._latest is not self:
            raise AwsError("SandboxEnded", "Another sandbox was started in this process and ended this one.")
        try:
            return call()
        except AwsError:
            raise
        except Exception as failure:
            traceback.print_exc()
            sentence = f"The sandbox failed at this request: {failure!r}. Its log has the rest."
            raise AwsError("InternalFailure", sentence, 500) from None
