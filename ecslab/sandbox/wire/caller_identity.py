"""Who the caller is: STS GetCallerIdentity for the sandbox's own key; moto would answer a user `moto`."""

from typing import Final

from ecslab.sandbox.http_message import HttpResponse
from ecslab.sandbox.wire.credentials import ACCOUNT
from ecslab.sandbox.wire.refusal import REQUEST_ID

CALLER: Final = f"arn:aws:iam::{ACCOUNT}:root"
_NAMESPACE: Final = "https://sts.amazonaws.com/doc/2011-06-15/"


def caller_identity() -> HttpResponse:
    """The answer; API_GetCallerIdentity: a root user's UserId is the account id."""
    identity = f"<Arn>{CALLER}</Arn><UserId>{ACCOUNT}</UserId><Account>{ACCOUNT}</Account>"
    result = f"<GetCallerIdentityResult>{identity}</GetCallerIdentityResult>"
    metadata = f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata>"
    body = f'<GetCallerIdentityResponse xmlns="{_NAMESPACE}">{result}{metadata}</GetCallerIdentityResponse>'
    return HttpResponse(200, {"Content-Type": "text/xml"}, body.encode())
