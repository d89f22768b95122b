"""GetResources, TagResources and their like, answered from what our backends hold.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/Welcome.html
"""

from collections.abc import Callable
from typing import Any, Final

from moto.core.exceptions import ServiceException
from moto.core.resource_tagging import TaggedResource, make_tag_matcher, match_resource_type
from moto.resourcegroupstaggingapi import urls
from moto.resourcegroupstaggingapi.exceptions import ResourceGroupsTaggingAPIError
from moto.resourcegroupstaggingapi.models import (
    ResourceGroupsTaggingAPIBackend,
    resourcegroupstaggingapi_backends,
)
from werkzeug.exceptions import HTTPException

from ecslab.sandbox.bridge.tagging.holders import Holder, holders
from ecslab.sandbox.world.errors import AwsError

Failures = dict[str, dict[str, Any]]
_PAGE: Final = 50  # of keys or values


class TaggingBackend(ResourceGroupsTaggingAPIBackend):  # type: ignore[misc]  # moto ships no types
    """moto's, which knows its own backends alone and says nothing of ECS's or ECR's resources."""

    @property
    def _url_module(self) -> object:
        return urls

    def get_resources(
        self,
        pagination_token: str | None = None,
        resources_per_page: int = 50,
        tags_per_page: int = 100,
        tag_filters: list[dict[str, Any]] | None = None,
        resource_type_filters: list[str] | None = None,
        resource_arn_list: list[str] | None = None,
    ) -> tuple[str | None, list[TaggedResource]]:
        """Those that have tags, by ARN; AWS shows those that once had some too."""
        if resource_arn_list and (tag_filters or resource_type_filters):
            text = "ResourceARNList can't be used with other filters"  # U: the wording
            raise ResourceGroupsTaggingAPIError("InvalidParameterException", text)
        matches = make_tag_matcher(tag_filters)
        tagged = [
            TaggedResource(holder.arn, dict(holder.tags), holder.kind)
            for holder in sorted(holders(self.region_name), key=lambda holder: holder.arn)
            if holder.tags
            and matches(holder.tags)
            and match_resource_type(holder.kind, resource_type_filters)
            and (not resource_arn_list or holder.arn in resource_arn_list)
        ]
        first = _place(pagination_token)
        page: list[TaggedResource] = []
        for resource in tagged[first : first + resources_per_page]:
            if page and sum(len(each.tags) for each in [*page, resource]) > tags_per_page:
                break
            page.append(resource)
        return _next(first + len(page), len(tagged)), page

    def get_tag_keys(self, pagination_token: str | None = None) -> tuple[str | None, list[str]]:
        keys = sorted({key for holder in holders(self.region_name) for key in holder.tags})
        return _page(keys, pagination_token)

    def get_tag_values(self, pagination_token: str | None, key: str) -> tuple[str | None, list[str]]:
        values = sorted({holder.tags[key] for holder in holders(self.region_name) if key in holder.tags})
        return _page(values, pagination_token)

    def tag_resources(self, resource_arns: list[str], tags: dict[str, str]) -> Failures:
        return self._each(resource_arns, lambda holder: holder.tag(tags))

    def untag_resources(self, resource_arn_list: list[str], tag_keys: list[str]) -> Failures:
        return self._each(resource_arn_list, lambda holder: holder.untag(tag_keys))

    def _each(self, arns: list[str], change: Callable[[Holder], object]) -> Failures:
        held, failures = {holder.arn: holder for holder in holders(self.region_name)}, {}
        for arn in arns:
            problem = f"This sandbox holds no resource {arn} that carries tags."
            if arn in held:
                problem = _problem(change, held[arn])
            if problem:
                failures[arn] = {
                    "StatusCode": 400, "ErrorCode": "InvalidParameterException", "ErrorMessage": problem,
                }  # fmt: skip
        return failures


def _problem(change: Callable[[Holder], object], holder: Holder) -> str:
    """What the resource's own service says against the change; "" if it was made."""
    try:
        change(holder)
    except (AwsError, ServiceException) as refusal:
        return str(refusal.message)
    except HTTPException as refusal:
        return str(getattr(refusal, "message", None) or refusal.description)
    return ""


def _page(texts: list[str], token: str | None) -> tuple[str | None, list[str]]:
    first = _place(token)
    return _next(first + _PAGE, len(texts)), texts[first : first + _PAGE]


def _place(token: str | None) -> int:
    if token and not (token.isascii() and token.isdigit() and len(token) < 8):
        raise ResourceGroupsTaggingAPIError("PaginationTokenExpiredException", "Token does not exist")
    return int(token or 0)


def _next(place: int, count: int) -> str | None:
    return str(place) if place < count else None


def install() -> None:
    """Let this be what moto builds from here on."""
    resourcegroupstaggingapi_backends.backend = TaggingBackend
