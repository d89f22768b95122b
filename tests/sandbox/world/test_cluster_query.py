"""The cluster query language: what selects which instance, what is no expression; and rules refused."""

import pytest

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.placement import rules
from ecslab.sandbox.world.placement.instance import Instance, Needs
from ecslab.sandbox.world.placement.query import BadExpression, parse

INSTANCE = Instance(
    "1" * 32, "i-0abc", 2048, 4000, agent_version="1.105.1", registered_at=1_790_000_000.0,
    attributes={"ecs.instance-type": "c5.large", "ecs.availability-zone": "us-east-1a", "stack": "prod",
                "ecs.capability.task-eni": None},
)  # fmt: skip
INSTANCE.take("task", "service:web", Needs())


@pytest.mark.parametrize(
    "expression",
    [
        "attribute:stack == prod",
        "attribute:stack==prod",
        "attribute:stack equals 'prod'",
        "attribute:stack != test",
        "attribute:none != test",
        "attribute:stack exists",
        "attribute:ecs.capability.task-eni exists",
        "attribute:none !exists",
        "attribute:none not_exists",
        "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]",
        "attribute:stack !in [test,dev]",
        "attribute:ecs.instance-type =~ (c|m)5.*",
        "attribute:ecs.instance-type matches c5\\.large",
        "attribute:ecs.instance-type !~ c5",
        "agentConnected == true",
        "agentVersion >= 1.9.0",
        "agentVersion < 2.0",
        "ec2InstanceId in ['i-0abc']",
        "runningTasksCount == 1",
        "runningTasksCount less_than 2",
        "registeredAt > 2026-09-01",
        "registeredAt <= 2026-12-31T00:00:00+00:00",
        "task:group == service:web",
        "not(task:group == database)",
        "!(attribute:stack == test) && (runningTasksCount > 0 or attribute:none exists)",
        "attribute:stack == test or attribute:stack == prod and runningTasksCount == 1",
    ],
)
def test_an_expression_that_selects_the_instance(expression):
    assert parse(expression)(INSTANCE)
    assert not parse(f"not ({expression})")(INSTANCE)


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("", "expected a subject, found 'nothing'"),
        ("attribute:stack", "expected an operator after 'attribute:stack', found 'nothing'"),
        ("attribute:stack ==", "expected an argument, found 'nothing'"),
        ("attribute: == a", "unknown subject 'attribute:'"),
        ("stack == prod", "unknown subject 'stack'"),
        ("attribute:stack = prod", "unexpected '= prod'"),
        ("attribute:stack > 1", "operator '>' is not valid for 'attribute:stack'"),
        ("runningTasksCount exists", "operator 'exists' is not valid for 'runningTasksCount'"),
        ("runningTasksCount > many", "'many' is not a number"),
        ("agentVersion > new", "'new' is not a version"),
        ("registeredAt > yesterday", "'yesterday' is not a date"),
        ("attribute:stack in prod", "expected '[', found 'prod'"),
        ("attribute:stack in [prod", "expected ']', found 'nothing'"),
        ("attribute:stack =~ (", "'(' is not a regular expression"),
        ("attribute:stack =~ (a+)+b", "the sandbox does not evaluate '(a+)+b': it repeats too much"),
        ("attribute:stack =~ a*b*c*d*e*", "the sandbox does not evaluate 'a*b*c*d*e*': it repeats too much"),
        ("(attribute:stack == prod", "expected ')', found 'nothing'"),
        ("attribute:stack == prod)", "unexpected ')'"),
        ("attribute:stack == prod attribute:stack == prod", "unexpected 'attribute:stack == prod'"),
        ("(" * 60, "more than 50 levels"),
        ("!" * 60, "more than 50 levels"),
        ("a" * 2001, "more than 2000 characters"),
    ],
)
def test_what_is_no_expression(expression, problem):
    with pytest.raises(BadExpression) as refused:
        parse(expression)
    assert str(refused.value) == problem


def refused(check, rows, **how):
    with pytest.raises(AwsError) as refusal:
        check(rows, **how)
    return f"{refusal.value.code}: {refusal.value.message}"


def test_a_broken_expression_is_refused_with_what_is_wrong():
    constraints = [{"type": "memberOf", "expression": "stack == prod"}]
    sentence = "Invalid expression 'stack == prod': unknown subject 'stack'."
    assert refused(rules.constraints, constraints) == f"InvalidParameterException: {sentence}"
    assert refused(rules.constraints, constraints, of_definition=True) == f"ClientException: {sentence}"


@pytest.mark.parametrize(
    ("constraints", "sentence"),
    [
        ([{"type": "distinctInstance", "expression": "a"}],
         "distinctInstance expression should not be specified."),
        ([{"type": "memberOf"}], "memberOf expression should be specified."),
        ([{"type": "near"}], "constraint.type 'near' is not supported."),
        ([{"type": "distinctInstance"}] * 11, "Maximum number of constraints is 10"),
    ],
)  # fmt: skip
def test_constraints_that_are_refused(constraints, sentence):
    assert refused(rules.constraints, constraints) == f"InvalidParameterException: {sentence}"


def test_a_task_definition_has_no_distinct_instances():
    message = refused(rules.constraints, [{"type": "distinctInstance"}], of_definition=True)
    assert message == "ClientException: constraint.type 'distinctInstance' is not supported."


@pytest.mark.parametrize(
    ("strategy", "sentence"),
    [
        ({"type": "binpack", "field": "disk"}, "binpack field 'disk' is invalid"),
        ({"type": "spread", "field": "zone"}, "spread field 'zone' is invalid"),
        ({"type": "spread", "field": "attribute:"}, "spread field 'attribute:' is invalid"),
        ({"type": "random", "field": "cpu"}, "random strategy field should not be specified."),
        ({"type": "pack"}, "strategy.type 'pack' is not supported."),
    ],
)
def test_strategies_that_are_refused(strategy, sentence):
    assert refused(rules.strategies, [strategy]) == f"InvalidParameterException: {sentence}"


def test_strategies_are_shown_in_one_spelling():
    strategies = [
        {"type": "spread", "field": "host"},
        {"type": "binpack", "field": "MEMORY"},
        {"type": "random"},
    ]
    assert [each.field for each in rules.strategies(strategies)] == ["instanceId", "memory", ""]


def test_there_are_at_most_five_strategies():
    message = refused(rules.strategies, [{"type": "random"}] * 6)
    assert message == "InvalidParameterException: Maximum number of strategies is 5"
