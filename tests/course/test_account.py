import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.course.readers import account


class Place:
    def __init__(self, where="sandbox", prefix=""):
        self.where, self.prefix = where, prefix


@pytest.mark.parametrize("name", ["adgu-web", "ADGU/web", "adgu_web", "web", "Web"])
def test_near_in_the_sandbox(name):
    assert account.near(Place(), "adgu/web", ["other", name]) == name


@pytest.mark.parametrize("name", ["b", "eb", "adgu/web", "adgu/web2", "server"])
def test_not_near(name):
    assert account.near(Place(), "adgu/web", [name]) is None


@pytest.mark.parametrize("place", [Place("aws"), Place("sandbox", "ana")])
def test_a_shorter_name_may_be_somebody_else_s(place):
    assert account.near(place, "ana-adgu/web", ["adgu/web", "web"]) is None
    assert account.near(place, "ana-adgu/web", ["Ana_adgu-web"]) == "Ana_adgu-web"


@given(st.lists(st.text(max_size=12)))
def test_near_gives_a_name_that_is_there_and_is_another(names):
    found = account.near(Place(), "adgu/web", names)
    assert found is None or (found in names and found != "adgu/web")


def test_a_port_is_admitted_within_a_range_or_by_every_protocol():
    def rule(protocol, first, last):
        permission = {"IpProtocol": protocol, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        return {
            "IpPermissions": [permission | ({} if first is None else {"FromPort": first, "ToPort": last})]
        }

    assert account.admits(rule("tcp", 1, 100), 80) == ["0.0.0.0/0"]
    assert account.admits(rule("-1", None, None), 80) == ["0.0.0.0/0"]
    assert account.admits(rule("tcp", 81, 100), 80) == []
    assert account.admits(rule("udp", 80, 80), 80) == []
