"""Actions and conditions as AWS shows them: the short form and the long one beside each other.

Recorded of path-pattern, http-header and fixed-response
[radkawar/stackd testdata/aws/elbv2/alb_native.json]; the other kinds are filled in as API_Action and
API_RuleCondition say.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from moto.elbv2.models import FakeAction

from ecslab.sandbox.bridge.elbv2.rules import CONFIGS, weights

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import ActionTypeDef

Shown = dict[str, Any]
_REDIRECT: Final = {
    "Protocol": "#{protocol}", "Port": "#{port}", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}",
}  # fmt: skip
_SHORT: Final = ("path-pattern", "host-header")
"""Fields whose values stand beside their configuration too."""


def actions_shown(actions: Iterable[FakeAction]) -> list[Shown]:
    """A rule's or listener's actions (moto's)."""
    return [action_shown(action.data) for action in actions]


def action_shown(given: "ActionTypeDef") -> Shown:
    """One action, of what its request said."""
    shown: Shown = {**given}
    if given["Type"] == "forward":
        groups = weights(given)
        forward = given.get("ForwardConfig")
        stickiness = forward.get("TargetGroupStickinessConfig") if forward else None
        shown.pop("TargetGroupArn", None)
        if len(groups) == 1:
            shown["TargetGroupArn"] = groups[0][0]
        shown["ForwardConfig"] = {
            "TargetGroups": [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in groups],
            "TargetGroupStickinessConfig": stickiness or {"Enabled": False},
        }
    elif given["Type"] == "redirect":
        shown["RedirectConfig"] = {**_REDIRECT, **given.get("RedirectConfig", {})}
    return shown


def conditions_shown(conditions: Iterable[Mapping[str, Any]]) -> list[Shown]:
    """A rule's conditions."""
    return [_condition_shown(condition) for condition in conditions]


def _condition_shown(condition: Mapping[str, Any]) -> Shown:
    field = condition["Field"]
    config = condition.get(CONFIGS[field]) or {"Values": condition.get("Values", [])}
    short = {"Values": config.get("Values", [])} if field in _SHORT else {}
    return {"Field": field, **short, CONFIGS[field]: config}
