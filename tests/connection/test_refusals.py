"""Refusals of the caller are plain; all others keep AWS's own words."""

import pytest
from botocore.exceptions import ClientError

from ecslab import errors
from ecslab.connection.refusals import Denied, ExpiredToken, Throttled, plainer


def refusal(code, message="no"):
    return plainer({"Error": {"Code": code, "Message": message}}, "RunTask")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDeniedException", Denied),
        ("UnauthorizedOperation", Denied),
        ("ExpiredTokenException", ExpiredToken),
        ("ThrottlingException", Throttled),
    ],
)
def test_a_refusal_of_the_caller_is_plain_and_still_botocores(code, kind):
    error = refusal(code, "User: arn:aws:iam::1:user/ana is not authorized")
    assert type(error) is kind
    assert isinstance(error, ClientError)
    assert isinstance(error, errors.EcslabError)
    assert error.response["Error"]["Code"] == code
    assert "AWS refused RunTask." in str(error)
    assert "User: arn:aws:iam::1:user/ana is not authorized" in str(error)
    assert "next:" in str(error)


def test_other_refusals_keep_awss_own_words():
    assert refusal("ClusterNotFoundException") is None
