"""Every member of every request has a class, and what the table refuses or does not know is refused."""

import contextlib
import json

import pytest
from botocore.exceptions import ClientError

import ecslab
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire.carried import CARRIED
from ecslab.sandbox.wire.fields import table
from ecslab.sandbox.wire.fields.check import _TABLES, check
from ecslab.sandbox.wire.fields.model_walk import fields, problems
from ecslab.sandbox.world.errors import AwsError

SERVICES = [service for service in CARRIED if service.name in _TABLES]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_member_has_one_class_and_every_class_a_member(service):
    assert list(problems(service)) == []


@pytest.fixture
def altered(monkeypatch):
    """The table of ECS, read from another text."""

    def read(change):
        text = change(table._text("ecs"))
        monkeypatch.setattr(table, "_text", lambda service: text)
        forget()

    def forget():
        for each in (table._file, table.sections, table.members):
            each.cache_clear()

    yield read
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize(
    ("line", "instead", "problem"),
    [
        ('[StopTask]\nacts = "task reason"', '[StopTask]\nacts = "task"', "StopTask.reason has no class"),
        ('acts = "key value"', 'acts = "key"', "TagResource.tags.value has no class"),
        ('"task reason"', '"task reason grace"', "StopTask.grace is no member"),
        ('"task reason"', '"task reason"\nkept = "reason"', "StopTask.reason has two classes"),
        ("[StopTask]", '[Gateway]\nkept = "name"\n[StopTask]', "Gateway is no operation, and no structure"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_model_is_noticed(altered, line, instead, problem):
    altered(lambda text: text.replace(line, instead))
    messages = list(problems(SERVICES[0]))
    assert any(each.startswith(problem) for each in messages), messages


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
        yield lab


def test_what_a_class_covers_is_of_it_too():
    by_path = {f"{each.operation}.{each.path}": each for each in fields(SERVICES[0])}
    nested = by_path["RunTask.volumeConfigurations.managedEBSVolume.tagSpecifications.tags.key"]
    assert (nested.kind, nested.is_top) == ("refused", False)


def refusal(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    error = refused.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_a_member_that_the_table_refuses(lab):
    request = {"taskDefinition": "x", "volumeConfigurations": [{"name": "x"}]}
    assert refusal(lab.ecs.run_task, **request) == (
        "UnsupportedFeatureException: This sandbox does not carry volumes of EBS yet."
    )


def test_a_nested_member_that_the_table_refuses(lab):
    override = {"name": "web", "resourceRequirements": [{"type": "GPU", "value": "1"}]}
    overrides = {"containerOverrides": [{"name": "side"}, override]}
    assert refusal(lab.ecs.run_task, taskDefinition="web", overrides=overrides) == (
        "UnsupportedFeatureException: This sandbox does not carry GPUs yet."
    )


def test_a_value_that_asks_for_nothing_is_no_refusal(lab):
    lab.ecs.create_cluster(clusterName="empty")
    assert lab.ecs.list_tasks(cluster="empty", daemonName="")["taskArns"] == []


def test_a_member_that_nobody_knows(lab):
    def of_a_newer_model(params, **_):
        params["body"] = b'{"priority": 1}'

    lab.ecs.meta.events.register("before-call.ecs.ListTasks", of_a_newer_model)
    try:
        assert refusal(lab.ecs.list_tasks) == (
            "UnsupportedFeatureException: 'priority' is a member that this sandbox does not know."
        )
    finally:
        lab.ecs.meta.events.unregister("before-call.ecs.ListTasks", of_a_newer_model)


@pytest.mark.parametrize(
    ("operation", "members", "path"),
    [
        ("TagResource", {"tags": [{"key": "a"}, {"keys": "b"}]}, "tags.keys"),
        ("RunTask", {"volumeConfigurations": []}, None),
        ("RunTask", {"tags": "of another type"}, None),
        ("RunTask", {"referenceId": None, "enableExecuteCommand": True}, None),
    ],
)  # fmt: skip
def test_what_is_looked_at(operation, members, path):
    headers = {"x-amz-target": f"AmazonEC2ContainerServiceV20141113.{operation}"}
    request = HttpRequest("POST", "/", "", headers, json.dumps(members).encode())
    refused = pytest.raises(AwsError, match=f"'{path}' is a member that this sandbox does not know")
    with refused if path else contextlib.nullcontext():
        check(request, "ecs", operation)
