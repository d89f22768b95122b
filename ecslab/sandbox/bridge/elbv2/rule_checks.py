"""What AWS refuses of a rule's conditions and actions, before moto keeps them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
"""

from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final

from ecslab.sandbox.bridge.elbv2.refusals import refusal
from ecslab.sandbox.bridge.elbv2.rule_answers import action_shown
from ecslab.sandbox.bridge.elbv2.rules import CONFIGS, weights

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import ActionTypeDef

Condition = Mapping[str, Any]

MOST_VALUES: Final = 5
MOST_GROUPS: Final = 5
LONGEST_VALUE: Final = 128
_ONCE: Final = frozenset({"host-header", "path-pattern", "http-request-method", "source-ip"})
_ROUTING: Final = ("forward", "redirect", "fixed-response")
_NEEDS: Final = {"fixed-response": "FixedResponseConfig", "redirect": "RedirectConfig"}
_SAME: Final = {"Protocol": "#{protocol}", "Host": "#{host}", "Port": "#{port}", "Path": "/#{path}"}


def check_actions(actions: "Sequence[ActionTypeDef]", kind: str) -> None:
    """Refuse actions that a load balancer of this kind (`application`, `network`) does not take."""
    for action in actions:
        called = action["Type"]
        if called.startswith(("authenticate-", "jwt-")):
            raise refusal("no_sign_in", kind=called)
        if called in _ROUTING and kind == "network" and called != "forward":
            raise refusal("wrong_action", kind=called)
        if called in _NEEDS and not action.get(_NEEDS[called]):
            raise refusal("action_config", kind=called, fields=_NEEDS[called])
        if called == "forward":
            _check_forward(action)
        if called == "redirect":
            _check_redirect(action_shown(action)["RedirectConfig"])
    routing = [action["Type"] for action in actions if action["Type"] in _ROUTING]
    if len(routing) > 1:
        raise refusal("actions_together", kinds=",".join(routing))


def _check_forward(action: "ActionTypeDef") -> None:
    config: Mapping[str, Any] = action.get("ForwardConfig") or {}
    groups = weights(action)
    if not groups:  # U: how the fields are named together
        raise refusal("action_config", kind="forward", fields="TargetGroupArn or ForwardConfig")
    if action.get("TargetGroupArn") and [arn for arn, _ in groups] != [action["TargetGroupArn"]]:
        raise refusal("action_arns")
    if len(groups) > MOST_GROUPS:
        raise refusal("action_groups", most=MOST_GROUPS)
    if not all(0 <= weight <= 999 for _, weight in groups):
        raise refusal("action_weight")
    stickiness = config.get("TargetGroupStickinessConfig") or {}
    if stickiness.get("Enabled") and not stickiness.get("DurationSeconds"):
        raise refusal("action_duration")


def _check_redirect(config: Mapping[str, str]) -> None:
    status, enough = config.get("StatusCode"), ("HTTP_301", "HTTP_302")
    if status not in enough:
        where = "actions.1.member.redirectConfig.statusCode"
        raise refusal("bad_word", value=status, name=where, words=", ".join(enough))
    if not config["Path"].startswith("/"):
        raise refusal("redirect_path")
    if config.get("Query", "#{query}") == "#{query}" and _SAME.items() <= config.items():
        raise refusal("redirect_loop")


def check_conditions(conditions: Sequence[Condition]) -> None:
    """Refuse conditions that no rule has; those without a source of their own are moto's to refuse."""
    if not conditions:
        raise refusal("no_condition")
    fields = [condition.get("Field") for condition in conditions]
    for field in fields:
        if field not in CONFIGS:
            raise refusal("condition_field", field=field)
        if field in _ONCE and fields.count(field) > 1:
            raise refusal("condition_twice", field=field)
    count = sum(len(_check_condition(condition)) for condition in conditions)
    if count > MOST_VALUES:
        raise refusal("condition_many", most=MOST_VALUES)


def _check_condition(condition: Condition) -> list[Any]:
    """The values of a condition."""
    field = condition["Field"]
    config = condition.get(CONFIGS[field])
    short = condition.get("Values") if field in ("host-header", "path-pattern") else None
    if config is None and short is None:
        fields = CONFIGS[field] if field not in ("host-header", "path-pattern") else (
            f"Values or RegexValues or {CONFIGS[field]}")  # fmt: skip
        raise refusal("condition_config", field=field, fields=fields)
    values = list((config or {}).get("Values") or short or [])
    if not values:
        raise refusal("condition_values", config=CONFIGS[field])
    if any(isinstance(value, str) and len(value) > LONGEST_VALUE for value in values):
        raise refusal("condition_long", field=field, most=LONGEST_VALUE)
    if field == "http-header" and str((config or {}).get("HttpHeaderName", "")).lower() == "host":
        raise refusal("condition_host")
    if field == "source-ip":
        for value in values:
            _check_block(value)
    return values


def _check_block(value: str) -> None:
    try:
        ip_network(value)
    except ValueError:
        raise refusal("condition_block", value=value) from None
    if "/" not in value:
        raise refusal("condition_block", value=value)
