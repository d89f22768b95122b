"""The tag that says which lab made a resource, and who counts as its maker."""

import pytest

from ecslab.connection.tags import made_by, owner_in, spelling

MINE = [{"key": "ecslab", "value": "ana-1f"}]


@pytest.mark.parametrize("kind", ["ecs", "ecr", "ec2", "iam", "logs"])
def test_every_spelling_of_the_tag_names_the_same_owner(kind):
    assert owner_in(spelling(kind).tags("ana-1f")) == "ana-1f"


@pytest.mark.parametrize("tagged", [[], {}, None, [{"Key": "Name", "Value": "x"}], {"made-by": "me"}])
def test_without_the_tag_no_lab_made_it(tagged):
    assert owner_in(tagged) is None


def test_the_tag_decides_who_made_it():
    assert made_by("ana-1f", MINE)
    assert not made_by("ben-2e", MINE)
    assert not made_by("ana-1f", None)


def test_where_there_is_none_the_ledger_does():
    assert made_by("ana-1f", None, recorded=True)
    assert made_by("ana-1f", {"made-by": "me"}, recorded=True)


def test_another_owners_tag_wins_over_the_ledger():
    assert not made_by("ben-2e", MINE, recorded=True)
