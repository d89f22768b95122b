import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.course.checks.similar_name import similar_name


class Place:
    def __init__(self, where="sandbox", prefix=""):
        self.where, self.prefix = where, prefix


@pytest.mark.parametrize("name", ["adgu-web", "ADGU/web", "adgu_web", "web", "Web"])
def test_near_in_the_sandbox(name):
    assert similar_name(Place(), "adgu/web", ["other", name]) == name


@pytest.mark.parametrize("name", ["b", "eb", "adgu/web", "adgu/web2", "server"])
def test_not_near(name):
    assert similar_name(Place(), "adgu/web", [name]) is None


@pytest.mark.parametrize("place", [Place("aws"), Place("sandbox", "ana")])
def test_a_shorter_name_may_be_somebody_else_s(place):
    assert similar_name(place, "ana-adgu/web", ["adgu/web", "web"]) is None
    assert similar_name(place, "ana-adgu/web", ["Ana_adgu-web"]) == "Ana_adgu-web"


@given(st.lists(st.text(max_size=12)))
def test_near_gives_a_name_that_is_there_and_is_another(names):
    name = similar_name(Place(), "adgu/web", names)
    assert name is None or (name in names and name != "adgu/web")
