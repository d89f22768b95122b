"""Rules of a listener that send some paths to another target group.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.errors import NotThere
from ecslab.resources.load_balancer import load_balancer_reader
from ecslab.resources.network import PORT

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import ListenerTypeDef, RuleTypeDef


def path_rule(
    lab: Connection, pattern: str, target_group_arn: str, priority: int, listener_arn: str | None = None
) -> RuleTypeDef:
    """A rule that forwards the requests for some paths to a target group; made if there is none yet.

    Args:
        pattern: of the path, such as `/api/*`; `*` stands for any characters, `?` for one.
        target_group_arn: where the requests go.
        priority: 1 to 50000, lower ones first; no other rule of the listener has it.
        listener_arn: the one of the lesson's load balancer on port 80 unless given.

    Returns:
        A `Rule` as CreateRule or DescribeRules shows it.

    Raises:
        NotThere: there is no load balancer, or no listener.
        botocore.exceptions.ClientError: another rule has the priority (PriorityInUse).
    """
    listener_arn = listener_arn or needed_listener(lab)["ListenerArn"]
    for rule in load_balancer_reader.rules(lab, listener_arn):
        forwards = [arn for action in rule["Actions"] for arn in load_balancer_reader.forwards_to(action)]
        if target_group_arn in forwards and patterns(rule) == [pattern]:
            return rule
    return lab.elbv2.create_rule(
        ListenerArn=listener_arn,
        Priority=priority,
        Conditions=[{"Field": "path-pattern", "Values": [pattern]}],
        Actions=[{"Type": "forward", "TargetGroupArn": target_group_arn}],
        Tags=lab.tags("elbv2"),
    )["Rules"][0]


def needed_listener(lab: Connection) -> ListenerTypeDef:
    """The listener on port 80 of the lesson's load balancer. Raises NotThere."""
    balancer = load_balancer_reader.find(lab)
    listeners = load_balancer_reader.listeners(lab, balancer) if balancer else []
    existing = next((each for each in listeners if each["Port"] == PORT), None)
    if not existing:
        raise NotThere(
            f"the load balancer {lab.names.load_balancer} has no listener on port {PORT}, or is not there.\n"
            "  next: load_balancer.create(lab), in notebook 07"
        )
    return existing


def patterns(rule: RuleTypeDef) -> list[str]:
    """The path patterns of a rule; empty if it does not look at the path."""
    listed: list[str] = []
    for condition in rule["Conditions"]:
        if condition["Field"] == "path-pattern":
            listed += condition.get("PathPatternConfig", {}).get("Values") or condition.get("Values", [])
    return listed


def fits(rule: RuleTypeDef, path: str) -> bool:
    """Whether one of the rule's path patterns fits. They know `*` and `?`, and no `[`."""
    return any(fnmatchcase(path, pattern.replace("[", "[[]")) for pattern in patterns(rule))
