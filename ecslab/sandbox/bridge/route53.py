"""moto's Route 53, whose lists come in order and in pages, and which knows what it never made.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html
"""

import sys
from typing import Any, Final

from moto.core.responses import ActionResult
from moto.route53.exceptions import InvalidInput, NoSuchHealthCheck, Route53ClientError
from moto.route53.models import FakeZone, route53_backends
from moto.route53.models import Route53Backend as MotoRoute53Backend
from moto.route53.responses import Route53
from moto.route53.urls import url_bases as url_bases
from moto.route53.urls import url_paths as moto_paths

from ecslab.sandbox.world.errors import AwsError

_PAGE: Final = 100  # of zones: "the default value is 100"
_CHANGES: Final = frozenset({"C1PA6795UKMFR9", "C2682N5HXP0BZ4", "a1b2c3d4"})
"""The ids that moto gives to changes."""


class Route53Backend(MotoRoute53Backend):  # type: ignore[misc]  # moto ships no types
    """moto's backend, with the answers of this module."""

    @property
    def _url_module(self) -> object:
        return sys.modules[__name__]

    def create_hosted_zone(
        self, name: str, private_zone: bool, caller_reference: str | None = None, **rest: Any
    ) -> FakeZone:
        if any(zone.caller_reference == caller_reference for zone in self.zones.values()):
            text = "A hosted zone has already been created with the specified caller reference: "
            raise Route53ClientError("HostedZoneAlreadyExists", f"{text}{caller_reference}")
        return super().create_hosted_zone(name, private_zone, caller_reference, **rest)

    def change_resource_record_sets(self, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        _check_managed(self.get_hosted_zone(zoneid))
        super().change_resource_record_sets(zoneid, change_list)

    def delete_hosted_zone(self, id_: str) -> FakeZone | None:
        _check_managed(self.get_hosted_zone(id_))
        return super().delete_hosted_zone(id_)

    def disassociate_vpc_from_hosted_zone(self, zone_id: str, vpcid: str) -> FakeZone:
        zone = self.get_hosted_zone(zone_id)
        if all(vpc["vpc_id"] != vpcid for vpc in zone.vpcs):
            text = f"The VPC {vpcid} is not currently associated with the hosted zone {zone_id}."  # U
            raise Route53ClientError("VPCAssociationNotFound", text)
        return super().disassociate_vpc_from_hosted_zone(zone_id, vpcid)


class Route53Response(Route53):  # type: ignore[misc]
    """One request."""

    def list_hosted_zones_by_name(self) -> ActionResult:
        """From a name on, and from an id on among those that have it."""
        name, zone_id = self._get_param("DNSName"), self._get_param("HostedZoneId")
        if zone_id and not name:
            raise InvalidInput("The input is not valid")  # U: the wording
        zones = sorted(self.backend.zones.values(), key=lambda zone: (_reversed(zone.name), zone.id))
        if name:
            first = (_reversed(name), _plain(zone_id or ""))
            zones = [zone for zone in zones if (_reversed(zone.name), zone.id) >= first]
        most = self._page_size()
        answer = {"DNSName": name, "HostedZoneId": zone_id, "HostedZones": zones[:most],
                  "MaxItems": most, "IsTruncated": len(zones) > most}  # fmt: skip
        if len(zones) > most:
            answer |= {"NextDNSName": zones[most].name, "NextHostedZoneId": zones[most].id}
        return ActionResult(answer)

    def list_hosted_zones_by_vpc(self) -> ActionResult:
        zones = self.backend.list_hosted_zones_by_vpc(self._get_param("VPCId"))
        zones = sorted(zones, key=lambda zone: str(zone["HostedZoneId"]))
        token, most = self._get_param("NextToken"), self._page_size()
        ids = [_plain(zone["HostedZoneId"]) for zone in zones]
        if token and token not in ids:
            raise Route53ClientError("InvalidPaginationToken", "The pagination token is not valid.")  # U
        first = ids.index(token) if token else 0
        answer = {"HostedZoneSummaries": zones[first : first + most], "MaxItems": most}
        return ActionResult(answer | ({"NextToken": ids[first + most]} if len(ids) > first + most else {}))

    def list_tags_for_resource(self) -> ActionResult:
        self._check_resource()
        return super().list_tags_for_resource()

    def change_tags_for_resource(self) -> ActionResult:
        self._check_resource()
        return super().change_tags_for_resource()

    def get_change(self) -> ActionResult:
        """Every change is through when it is asked for."""
        change = self._get_param("Id").removeprefix("/change/")
        if change not in _CHANGES:
            raise Route53ClientError("NoSuchChange", f"Could not find resource with ID: {change}")
        return super().get_change()

    def _check_resource(self) -> None:
        kind, resource = self._get_param("ResourceType"), self._get_param("ResourceId")
        self._validate_resource_id(resource, kind)
        if kind == "hostedzone":
            self.backend.get_hosted_zone(resource)
        else:
            raise NoSuchHealthCheck(resource)

    def _page_size(self) -> int:
        most: int = self._get_int_param("MaxItems", _PAGE)
        if most < 1:
            raise InvalidInput("The input is not valid")  # U: the wording
        return min(most, _PAGE)


def _check_managed(zone: FakeZone) -> None:
    """Refuse to change what Cloud Map alone changes."""
    refusal = getattr(zone, "refusal", None)
    if refusal:
        raise AwsError("AccessDenied", refusal, 403)


def _reversed(name: str) -> list[str]:
    """Names are in order by their parts from the last on."""
    return name.lower().rstrip(".").split(".")[::-1]


def _plain(zone_id: str) -> str:
    return zone_id.removeprefix("/hostedzone/")


url_paths = dict.fromkeys(moto_paths, Route53Response.dispatch)


def install() -> None:
    """Let this be what moto builds from here on."""
    route53_backends.backend = Route53Backend
