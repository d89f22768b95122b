"""AWS's refusals of the caller, said in plain words. Each is still botocore's `ClientError`."""

from typing import Any

from botocore.exceptions import ClientError

from ecslab.errors import EcslabError


class AwsRefused(EcslabError, ClientError):
    """AWS refused the caller, whatever was asked for: see the subclasses."""

    advice = ""

    def __init__(self, error_response: Any, operation_name: str):
        ClientError.__init__(self, error_response, operation_name)
        error = error_response.get("Error", {})
        said = f"{error.get('Code')}: {error.get('Message')}"
        self.args = (f"AWS refused {operation_name}.\n  it said: {said}\n  next:    {self.advice}",)


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


def plainer(parsed: Any, operation: str) -> AwsRefused | None:
    """The plainer error for a refused call, or None where AWS's own words serve the learner better."""
    kind = _BY_CODE.get(parsed.get("Error", {}).get("Code", ""))
    return kind(parsed, operation) if kind else None


def refuse_plainly(events: Any) -> None:
    """Raise the plainer error from every client of a session with these events."""

    def raise_it(http_response: Any, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if http_response.status_code >= 300 and (error := plainer(parsed, model.name)):
            raise error

    events.register_last("after-call", raise_it)
