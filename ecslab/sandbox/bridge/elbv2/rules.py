"""moto's rules, conditions and actions, as the world reads them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from moto.elbv2.models import FakeListenerRule

from ecslab.sandbox.world.load_balancing import listeners

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import ActionTypeDef, TargetGroupTupleTypeDef

CONFIGS: Final = {
    "host-header": "HostHeaderConfig", "path-pattern": "PathPatternConfig",
    "http-header": "HttpHeaderConfig", "http-request-method": "HttpRequestMethodConfig",
    "query-string": "QueryStringConfig", "source-ip": "SourceIpConfig",
}  # fmt: skip
"""Where the values of a condition stand, by its field."""


def rule_of(rule: FakeListenerRule) -> listeners.Rule:
    """A rule of a listener; the action that answers is the last one (those before it authenticate)."""
    priority = listeners.DEFAULT if rule.priority == "default" else int(rule.priority)
    conditions = tuple(_condition(condition) for condition in rule.conditions)
    return listeners.Rule(rule.arn, priority, conditions, action_of(rule.actions[-1].data))


def action_of(data: "ActionTypeDef") -> listeners.Action:
    """An action by its type; ValueError for one that the sandbox does not carry (authentication)."""
    match data["Type"]:
        case "forward":
            return listeners.Forward(tuple(weights(data)))
        case "fixed-response":
            fixed = data["FixedResponseConfig"]
            content_type = fixed.get("ContentType") or "text/plain"
            return listeners.Fixed(int(fixed["StatusCode"]), fixed.get("MessageBody", ""), content_type)
        case "redirect":
            config: Mapping[str, str] = dict(data["RedirectConfig"])  # type: ignore[arg-type]  # all strings
            status = int(config["StatusCode"].removeprefix("HTTP_"))
            names = ("Protocol", "Host", "Port", "Path", "Query")
            parts = {name.lower(): config[name] for name in names if name in config}
            return listeners.Redirect(status, **parts)
    raise ValueError(f"an action of type {data['Type']} answers nothing here")


def groups_named(actions: "Iterable[ActionTypeDef]") -> list[str]:
    """The target groups that actions forward to."""
    forwards = (action for action in actions if action.get("Type") == "forward")
    return [arn for action in forwards for arn, _ in weights(action)]


def weights(data: "ActionTypeDef") -> list[tuple[str, int]]:
    """The target groups of an action that forwards, by ARN, and their weights."""
    forward = data.get("ForwardConfig")
    groups: Sequence[TargetGroupTupleTypeDef] = forward.get("TargetGroups", ()) if forward else ()
    if groups:
        return [(group["TargetGroupArn"], int(group.get("Weight", 1))) for group in groups]
    return [(data["TargetGroupArn"], 1)] if data.get("TargetGroupArn") else []


def _condition(condition: Mapping[str, Any]) -> listeners.Condition:
    field = condition["Field"]
    config = condition.get(CONFIGS[field]) or {"Values": condition.get("Values", [])}
    values = tuple(_pair(value) if field == "query-string" else value for value in config.get("Values", ()))
    return listeners.Condition(field, values, config.get("HttpHeaderName", ""))


def _pair(value: Mapping[str, str]) -> str:
    return f"{value['Key']}={value['Value']}" if value.get("Key") else value["Value"]
