"""Elastic Load Balancing's answers where they differ from moto's: fields, pages, and ARNs that are none."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from moto.core.responses import ActionResult
from moto.elb.responses import ELBResponse
from moto.elb.urls import url_bases as url_bases
from moto.elbv2.responses import ELBV2Response
from moto.elbv2.ssl_policies import SSL_POLICIES

from ecslab.sandbox.bridge.elbv2 import attribute_table
from ecslab.sandbox.bridge.elbv2.refusals import refusal
from ecslab.sandbox.bridge.elbv2.rule_answers import actions_shown, conditions_shown

if TYPE_CHECKING:
    from ecslab.sandbox.bridge.elbv2.backend import ElbV2Backend

CLASSIC: Final = "2012-06-01"
"""The version of the API of classic load balancers, which share address and signing name."""
PAGE: Final = 400  # results unless `PageSize` says otherwise, and the most (API_DescribeLoadBalancers)
_ARNS: Final = {
    # member of a request: what it names in an ARN, and in AWS's sentence
    "LoadBalancerArn": ("loadbalancer", "load balancer"),
    "TargetGroupArn": ("targetgroup", "target group"),
    "ListenerArn": ("listener", "listener"),
    "RuleArn": ("listener-rule", "listener rule"),
}
_UNCHECKED: Final = ("AddTags", "DescribeTags", "RemoveTags")


def _off(_: object) -> str:
    return "off"


def _or_nothing(value: object) -> object:
    return value or None


def _or_empty(value: object) -> object:
    return value or []


class ElbV2Response(ELBV2Response):  # type: ignore[misc]  # moto ships no types
    """One request."""

    RESPONSE_KEY_PATH_TO_TRANSFORMER: Final[dict[str, Callable[[Any], object]]] = {
        **ELBV2Response.RESPONSE_KEY_PATH_TO_TRANSFORMER,
        # Recorded: CreateTargetGroup shows none, not even of a group that is in use and asked for again
        # [radkawar/stackd testdata/aws/elbv2/create_bound_native.json].
        "CreateTargetGroupOutput.TargetGroups.TargetGroup.LoadBalancerArns": lambda _: None,
        "DescribeLoadBalancersOutput.LoadBalancers.LoadBalancer.EnablePrefixForIpv6SourceNat": _off,
        "Listeners.Listener.AlpnPolicy": _or_nothing,
        "Listeners.Listener.DefaultActions": actions_shown,
        "Rules.Rule.Actions": actions_shown,
        "Rules.Rule.Conditions": conditions_shown,
        "Rules.Rule.Transforms": _or_empty,
    }

    def call_action(self) -> object:
        wrong = self._wrong_arn()
        if wrong is None:
            return super().call_action()
        status, headers, body = self.serialized(ActionResult(wrong))
        headers, body = self._enrich_response({**headers, "status": status}, body)
        return status, headers, body

    def _wrong_arn(self) -> Exception | None:
        """A refusal for an ARN of something else, or of another Region."""
        if self._get_action() in _UNCHECKED:
            return None
        for member, (kind, called) in _ARNS.items():
            given = [self._get_param(member), *(self._get_param(f"{member}s") or ())]
            pattern = re.compile(rf"arn:[^:]+:elasticloadbalancing:{self.region}:\d{{12}}:{kind}/.+")
            for arn in given:
                if isinstance(arn, str) and not pattern.fullmatch(arn):
                    return cast("Exception", refusal("bad_arn", arn=arn, kind=called))
        return None

    @property
    def backend(self) -> "ElbV2Backend":
        return cast("ElbV2Backend", self.elbv2_backend)

    def _page(self, member: str, rows: Sequence[object]) -> ActionResult:
        """One page of `rows`; the marker is the place where the next one begins."""
        marker = self._get_param("Marker")
        if marker is not None and not str(marker).isdecimal():
            raise refusal("bad_marker")
        start = int(marker or 0)
        if start > len(rows):
            raise refusal("bad_marker")
        end = start + int(self._get_param("PageSize") or PAGE)
        following = str(end) if end < len(rows) else None
        return ActionResult({member: list(rows[start:end]), "NextMarker": following})

    # what is made

    def create_load_balancer(self) -> ActionResult:
        if self._get_param("Subnets") and self._get_param("SubnetMappings"):
            raise refusal("both_subnets")
        return cast("ActionResult", super().create_load_balancer())

    def create_listener(self) -> ActionResult:
        params = self._get_params()
        self._check_mutual(params)
        listener = self.backend.create_listener(
            params["LoadBalancerArn"], params.get("Protocol"), params.get("Port"), params.get("SslPolicy"),
            None, params["DefaultActions"], params.get("AlpnPolicy"), params.get("Tags"),
            certificates=params.get("Certificates", []),
        )  # fmt: skip
        return ActionResult({"Listeners": [listener]})

    def modify_listener(self) -> ActionResult:
        params = self._get_params()
        self._check_mutual(params)
        listener = self.backend.modify_listener(
            params["ListenerArn"], params.get("Port"), params.get("Protocol"), params.get("SslPolicy"),
            params.get("Certificates", []), params.get("DefaultActions", []),
            alpn_policy=params.get("AlpnPolicy"),
        )  # fmt: skip
        return ActionResult({"Listeners": [listener]})

    def _check_mutual(self, params: Mapping[str, Any]) -> None:
        if params.get("MutualAuthentication", {}).get("Mode", "off") != "off":
            raise refusal("not_carried", what="mutual TLS")

    # what is described

    def describe_load_balancers(self) -> ActionResult:
        arns, names = self._get_param("LoadBalancerArns", []), self._get_param("Names", [])
        return self._page("LoadBalancers", self.backend.describe_load_balancers(arns, names))

    def describe_listeners(self) -> ActionResult:
        listeners = super().describe_listeners().result["Listeners"]
        return self._page("Listeners", list(listeners))

    def describe_rules(self) -> ActionResult:
        rules = self.backend.describe_rules(self._get_param("ListenerArn"), self._get_param("RuleArns"))
        return self._page("Rules", list(rules))

    def describe_target_groups(self) -> ActionResult:
        groups = super().describe_target_groups().result["TargetGroups"]
        return self._page("TargetGroups", list(groups))

    def describe_listener_certificates(self) -> ActionResult:
        certificates = super().describe_listener_certificates().result["Certificates"]
        return self._page("Certificates", list(certificates))

    def describe_ssl_policies(self) -> ActionResult:
        if not set(SSL_POLICIES).issuperset(self._get_param("Names", [])):
            raise refusal("no_policies")
        return self._page("SslPolicies", list(super().describe_ssl_policies().result["SslPolicies"]))

    # attributes

    def modify_target_group_attributes(self) -> ActionResult:
        arn, given = (
            self._get_param("TargetGroupArn"),
            attribute_table.read(self._get_param("Attributes", [])),
        )
        self.backend.modify_target_group_attributes(arn, given)
        return ActionResult({"Attributes": self.backend.target_groups[arn].attributes})

    def modify_load_balancer_attributes(self) -> ActionResult:
        arn, given = (
            self._get_param("LoadBalancerArn"),
            attribute_table.read(self._get_param("Attributes", [])),
        )
        return ActionResult({"Attributes": self.backend.modify_load_balancer_attributes(arn, given)})


def _answer(*args: Any, **kwargs: Any) -> object:
    """Either API's answer; the version tells them apart."""
    classic = args[0].values.get("Version") == CLASSIC
    return (ELBResponse if classic else ElbV2Response).dispatch(*args, **kwargs)


url_paths = {"{0}/$": _answer}  # where moto's router finds these answers
