"""A word of the glossary is explained where it is first used, or links to the glossary there."""

import pytest

from tests.terms import _explained, _plain, _word, early


def test_no_word_is_used_before_it_is_explained():
    assert early() == {}


@pytest.mark.parametrize(
    ("text", "explained"),
    [
        ("A **network ACL** is a list.", True),
        ("A list, the *network ACL*, says so.", True),
        ("See the [network ACL](glossary.md#network-acl).", True),
        ("The network ACL lets it pass.", False),
        ("The **first** network ACL lets it **pass**.", False),
    ],
)
def test_what_explains_a_word(text, explained):
    assert _word("network-acl").search(_plain(text))
    assert _explained("network-acl", text) == explained
