"""How a call to the AWS API is answered: checked by AWS's model and its caller's permissions, passed on."""

from typing import TYPE_CHECKING

from ecslab.sandbox.engine import moto_import
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.wire import (
    bounds,
    caller_identity,
    carried,
    client_times,
    malformed,
    member_types,
    moto_routes,
    protocol,
)
from ecslab.sandbox.wire.codecs import translation
from ecslab.sandbox.wire.credentials import ACCOUNT
from ecslab.sandbox.wire.fields.check import check as check_members
from ecslab.sandbox.wire.operation import Operation
from ecslab.sandbox.wire.service_models import service_model
from ecslab.sandbox.wire.signature import Signer
from ecslab.sandbox.world.errors import AwsError

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.account import Account


class ApiCalls:
    """Answers the calls to one account, which is the one that moto's dictionaries hold."""

    def __init__(self, account: "Account"):
        self._account = account

    def answer(self, request: HttpRequest, signer: Signer, operation: Operation, again: bool) -> HttpResponse:
        """The answer, late where changes are seen late; AwsError for a refusal.

        Args:
            again: a replay, where members that are refused today do what they did then.
        """
        if self._account.stale_reads is None:
            return self._call(request, signer, operation.name, again)
        from ecslab.sandbox.bridge import late_installation, late_reads

        late_installation.fetch(signer.service)
        with late_reads.answering(signer, operation):
            return self._call(request, signer, operation.name, again)

    def _call(self, request: HttpRequest, signer: Signer, operation: str, again: bool) -> HttpResponse:
        if signer.service in translation.SERVICES:
            return self._translated(request, signer, operation, again)
        malformed.check(request, signer.service)
        if not again:  # who was let in then is not judged again
            _check_permission(request, signer, operation)
        if signer.service == "ecs":
            return self._ecs(request, signer.region, operation, again)
        model, asked = carried.check(request, signer.service)
        if not again:
            protocol.check(request, model, asked)
        bounds.check(request, signer.service, operation)
        if not again:
            member_types.check(request, model, asked)
            check_members(request, model.service_name, asked)
        if model.service_name == "application-autoscaling":
            from ecslab.sandbox.bridge.autoscaling import dispatch

            return HttpResponse(*dispatch.respond(asked, request.body, signer.region))
        if model.service_name == "autoscaling":
            from ecslab.sandbox.bridge.auto_scaling_groups import dispatch as groups

            return groups.respond(request, asked, signer.region)
        if asked == "GetCallerIdentity" and not signer.access_key.startswith("ASIA"):
            return caller_identity.caller_identity()
        from ecslab.sandbox.bridge import late_installation

        moto_import.ready_for(signer.service, operation)
        late_installation.fetch(signer.service)
        response = moto_routes.answer(request, signer)
        if signer.service == "sts":
            presents = self._account.presents()
            return client_times.expiring_for_clients(response, presents.client - presents.world)
        return response

    def _ecs(self, request: HttpRequest, region: str, operation: str, again: bool) -> HttpResponse:
        from ecslab.sandbox.bridge.ecs import dispatch

        if self._account.faults.throttled(region, operation, self._account.clock.now):
            raise AwsError("ThrottlingException", "Rate exceeded")
        if not again and operation in dispatch.OPERATIONS:
            check_members(request, "ecs", operation)
        caller = dispatch.Caller(ACCOUNT, region, caller_identity.CALLER)
        return HttpResponse(*dispatch.respond(request.headers["x-amz-target"], request.body, caller))

    def _translated(self, request: HttpRequest, signer: Signer, operation: str, again: bool) -> HttpResponse:
        """Answer a request to CloudWatch or Cloud Map in the protocol that it speaks."""
        from ecslab.sandbox.bridge import determinism, translated

        malformed.check(request, signer.service)
        model = service_model(signer.service)
        assert model is not None, "botocore carries it"
        asked = translation.as_json(request, model, operation)
        malformed.check(asked, signer.service)
        if not again:
            _check_permission(asked, signer, operation)
        carried.check(asked, signer.service)
        if not again:
            protocol.check(asked, model, operation)
            member_types.check(asked, model, operation)
            check_members(asked, model.service_name, operation)
        given = malformed.json_object(asked.body) or {}
        output = translated.call(signer.service, operation, given, signer.region)
        return translation.answer(request, model, operation, output, str(determinism.rng.uuid4()))


def _check_permission(request: HttpRequest, signer: Signer, operation: str) -> None:
    """Keys of STS may do what their role allows; the sandbox's own, what no repository denies."""
    if signer.service == "ecr":
        from ecslab.sandbox.bridge.ecr import access

        access.check(signer.access_key, operation, signer.region, request.body)
    elif signer.access_key.startswith("ASIA"):
        from ecslab.sandbox.bridge.iam import permissions

        permissions.check(
            signer.access_key, signer.service, operation, signer.region, request.method, request.path,
            request.body, request.query,
        )  # fmt: skip
