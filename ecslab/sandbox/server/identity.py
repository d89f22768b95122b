"""Who the caller is: STS GetCallerIdentity for the sandbox's own key; moto would answer a user `moto`."""

from typing import Final

from ecslab.sandbox.server.credentials import ACCOUNT
from ecslab.sandbox.server.http import Reply
from ecslab.sandbox.server.operation import REQUEST_ID

CALLER: Final = f"arn:aws:iam::{ACCOUNT}:root"
_NAMESPACE: Final = "https://sts.amazonaws.com/doc/2011-06-15/"


def caller_identity() -> Reply:
    """The reply; API_GetCallerIdentity: a root user's UserId is the account id."""
    who = f"<Arn>{CALLER}</Arn><UserId>{ACCOUNT}</UserId><Account>{ACCOUNT}</Account>"
    result = f"<GetCallerIdentityResult>{who}</GetCallerIdentityResult>"
    about = f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata>"
    body = f'<GetCallerIdentityResponse xmlns="{_NAMESPACE}">{result}{about}</GetCallerIdentityResponse>'
    return 200, {"Content-Type": "text/xml"}, body.encode()
