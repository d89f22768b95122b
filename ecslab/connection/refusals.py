"""AWS's refusals of the caller, said in plain words. Each is still botocore's `ClientError`."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from ecslab.errors import EcslabError

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse
    from botocore.exceptions import _ClientErrorResponseTypeDef as ErrorResponse
    from botocore.model import OperationModel


class AwsRefused(EcslabError, ClientError):
    """AWS refused the caller, whatever was asked for: see the subclasses."""

    advice = ""

    def __init__(self, error_response: "ErrorResponse", operation_name: str):
        ClientError.__init__(self, error_response, operation_name)
        error = error_response.get("Error", {})
        message = f"{error.get('Code')}: {error.get('Message')}"
        self.args = (f"AWS refused {operation_name}.\n  it said: {message}\n  next:    {self.advice}",)


class ExpiredToken(AwsRefused):
    """The credentials were temporary, and have run out."""

    advice = "sign in again (aws sso login, or fresh keys), then connect again. Nothing you made is lost."


class BadCredentials(AwsRefused):
    """AWS does not know the key, or the secret does not fit it."""

    advice = "check the profile with: aws sts get-caller-identity"


class Denied(AwsRefused, PermissionError):
    """The caller may not do this."""

    advice = (
        "ask whoever runs the account for the action named above; "
        "lab.calls() lists the actions this lab has used."
    )


class Throttled(AwsRefused):
    """Too many calls in too short a time; botocore has already tried again."""

    advice = "wait a minute, then run the cell again: each step first looks at what is there."


_BY_CODE: dict[str, type[AwsRefused]] = {
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "RequestExpired"), ExpiredToken),
    **dict.fromkeys(
        (
            "UnrecognizedClientException", "InvalidClientTokenId", "SignatureDoesNotMatch",
            "InvalidSignatureException", "AuthFailure", "IncompleteSignature", "MissingAuthenticationToken",
        ),
        BadCredentials,
    ),
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"), Denied),
    **dict.fromkeys(
        ("Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"), Throttled
    ),
}  # fmt: skip


def plainer(parsed: "ErrorResponse", operation: str) -> AwsRefused | None:
    """The plainer error for a refused call, or None where AWS's own words serve the learner better."""
    kind = _BY_CODE.get(parsed.get("Error", {}).get("Code", ""))
    return kind(parsed, operation) if kind else None


def raise_plainly(
    http_response: "AWSResponse", parsed: "ErrorResponse", model: "OperationModel", **_: object
) -> None:
    """Raise the plainer error in the place of botocore's own; see `hooks`."""
    if http_response.status_code >= 300 and (error := plainer(parsed, model.name)):
        raise error
