"""Errors, names and prices: what a person is told."""

import pytest
from botocore.exceptions import ClientError

from ecslab import errors
from ecslab.connection.names import names
from ecslab.connection.refusals import Denied, ExpiredToken, Throttled, plainer
from ecslab.operations import prices


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


def test_a_prefix_stands_in_front_of_every_name():
    assert names("ana").repository == "ana-adgu/web"
    assert names("ana").log_group == "/ecs/ana-adgu-web-server-task"
    assert names("ana").execution_role == "ana-ecsTaskExecutionRole"
    assert names().cluster == "adgu-cluster"


@pytest.mark.parametrize("prefix", ["Ana", "a b", "-a", "a--b", "1a", "a_b", "x" * 21])
def test_a_prefix_that_aws_would_refuse(prefix):
    with pytest.raises(errors.BadName, match="lower-case letters, digits and single hyphens"):
        names(prefix)


def test_a_small_task_costs_about_nine_dollars_a_month_without_its_address():
    assert round(730 * prices.task_hour("256", "512", public_ip=False), 2) == 9.01
    assert prices.dollars(prices.task_hour(256, 512)) == "$0.0173"
