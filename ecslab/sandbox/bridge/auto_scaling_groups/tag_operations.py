"""API operations CreateOrUpdateTags, DeleteTags and DescribeTags: the tags of groups."""

from typing import Any

from ecslab.sandbox.bridge.auto_scaling_groups import requests, state, view
from ecslab.sandbox.bridge.auto_scaling_groups.pages import Answer, page
from ecslab.sandbox.bridge.auto_scaling_groups.requests import Request
from ecslab.sandbox.world.errors import AwsError


def create_or_update_tags(params: Request, region: str) -> Answer:
    """Put tags on groups; none is put if one cannot be."""
    after: dict[str, requests.Tags] = {}
    for tag in params["Tags"]:
        requests.check_tag(tag)
        group = state.named(region, tag.get("ResourceId", ""))
        held = after.setdefault(group.name, dict(group.tags))
        held[tag["Key"]] = tag.get("Value", ""), tag.get("PropagateAtLaunch", False)
        if len(held) > requests.MOST_TAGS:  # U: the sentence
            raise AwsError("LimitExceeded", f"A group can have at most {requests.MOST_TAGS} tags.")
    for name, tags in after.items():
        state.of(region).groups[name].tags = tags
    return {}


def delete_tags(params: Request, region: str) -> Answer:
    """Take tags off groups; one that is not there, or has another value, is passed over."""
    for tag in params["Tags"]:
        requests.check_tag(tag)
        group = state.named(region, tag.get("ResourceId", ""))
        held = group.tags.get(tag["Key"])
        if held and tag.get("Value", held[0]) == held[0]:
            del group.tags[tag["Key"]]
    return {}


def describe_tags(params: Request, region: str) -> Answer:
    """The tags of groups, by group, key, value and whether they are propagated."""
    rows = [tag for group in state.of(region).groups.values() for tag in view.tags(group)]
    for each in params.get("Filters") or ():
        rows = [tag for tag in rows if _shown(tag, each.get("Name", "")) in each.get("Values", ())]
    return page("Tags", rows, params)


def _shown(tag: dict[str, Any], name: str) -> str:
    """What a filter looks at."""
    members = {"auto-scaling-group": "ResourceId", "key": "Key", "value": "Value",
               "propagate-at-launch": "PropagateAtLaunch"}  # fmt: skip
    if name not in members:  # U
        raise state.problem(f"The filter {name} is not valid.")
    value = tag[members[name]]
    return str(value).lower() if isinstance(value, bool) else str(value)
