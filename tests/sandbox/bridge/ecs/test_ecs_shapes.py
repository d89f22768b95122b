from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.bridge.ecs.shapes import merged_tags, page, without_tags

TAGS = st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=20).map(
    lambda tags: [{"key": key, "value": value} for key, value in tags.items()]
)


@given(st.lists(st.integers()), st.integers(min_value=1, max_value=100))
def test_the_pages_together_are_the_list(rows, size):
    listed, token = [], {}
    while True:
        answer = page("rows", rows, {"maxResults": size, **token})
        listed += answer["rows"]
        if "nextToken" not in answer:
            break
        assert len(answer["rows"]) == size
        token = {"nextToken": answer["nextToken"]}
    assert listed == rows


@given(TAGS, TAGS)
def test_new_values_win_and_others_stay(old, new):
    def values(tags):
        return {tag["key"]: tag["value"] for tag in tags}

    assert values(merged_tags(old, new)) == values(old) | values(new)


@given(TAGS)
def test_what_is_taken_away_leaves_the_rest(tags):
    assert without_tags(tags, [tag["key"] for tag in tags[::2]]) == tags[1::2]
