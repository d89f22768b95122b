"""Whatever comes in, the answer is one of ECS's shapes: never a traceback."""

import json
from functools import cache

from ecs_wire import ARN, CALLER, held_against_model
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ecslab.sandbox.bridge.ecs import dispatch
from ecslab.sandbox.bridge.ecs.input_validation import model

WORDS = st.sampled_from(["", "lab", "web", "web:1", "256", "512", "1 GB", "FARGATE", "httpd", "x y"])
ARNS = st.sampled_from(["cluster/lab", "task-definition/web:1", "task/lab/0", "x/y"]).map(ARN.__add__)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
OPERATIONS = st.sampled_from(sorted(dispatch.OPERATIONS))
FEW = settings(
    max_examples=300, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def of(shape, depth=0):
    """Values of the right type for a shape, seldom sensible ones."""
    if depth > 5:
        return st.none()
    if shape.type_name == "structure":
        members = {name: of(member, depth + 1) for name, member in shape.members.items()}
        needed = {name: members.pop(name) for name in shape.required_members}
        return st.deferred(lambda: st.fixed_dictionaries(needed, optional=members))
    if shape.type_name == "list":
        return st.lists(of(shape.member, depth + 1), max_size=2)
    if shape.type_name == "map":
        return st.dictionaries(WORDS, of(shape.value, depth + 1), max_size=2)
    if shape.type_name == "string":
        return st.sampled_from(shape.enum) if shape.enum else WORDS | ARNS
    others = {"boolean": st.booleans(), "timestamp": st.floats(0, 1e9)}
    return others.get(shape.type_name, st.integers(-1, 200))


def answered(operation, members):
    status, _, body = dispatch.respond(dispatch.TARGET + operation, json.dumps(members).encode(), CALLER)
    answer = json.loads(body)
    if status == 200:
        held_against_model(operation, answer)
    else:
        assert status == 400
        assert answer["__type"].endswith("Exception")
        assert answer["message"] or operation == "DeleteService"  # of a service that is not there


@cache
def requests_of(operation):
    return of(model().operation_model(operation).input_shape)


@FEW
@given(OPERATIONS, st.data())
def test_requests_of_the_right_shape(ecs, operation, data):
    answered(operation, data.draw(requests_of(operation)))


@FEW
@given(OPERATIONS, st.data())
def test_requests_of_any_shape(ecs, operation, data):
    names = st.sampled_from(sorted(model().operation_model(operation).input_shape.members))
    answered(operation, data.draw(st.dictionaries(names, JSON)))
