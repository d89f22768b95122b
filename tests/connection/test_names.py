"""Names and tags: the prefix goes in front, and AWS's spellings of a tag all mean the same."""

import pytest

from ecslab.connection.names import names, prefixed
from ecslab.errors import BadName


def test_the_lesson_has_its_own_names_without_a_prefix():
    assert names().repository == "adgu/web"
    assert names().log_group == "/ecs/adgu-web-server-task"


def test_the_prefix_stands_in_front_but_behind_a_log_groups_custom():
    assert names("ana").execution_role == "ana-ecsTaskExecutionRole"
    assert names("ana").log_group == "/ecs/ana-adgu-web-server-task"
    assert prefixed("ana", "adgu/scratch") == "ana-adgu/scratch"
    assert prefixed("", "adgu/scratch") == "adgu/scratch"


@pytest.mark.parametrize("prefix", ["Ana", "a_b", "-a", "a--b", "1a", "a" * 21, "a b"])
def test_a_prefix_that_some_service_would_refuse_is_refused_first(prefix):
    with pytest.raises(BadName, match="lower-case letters"):
        names(prefix)
