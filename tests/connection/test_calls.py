"""The two spellings of a call: Python that is the call, and lines that the CLI understands."""

import json
import shlex
from pathlib import Path

import pytest

from ecslab import cluster, ecr, execution_role, log_group, network, task, task_definition
from ecslab.connection import calls
from ecslab.connection.calls import Calls
from ecslab.connection.record import Call
from ecslab.terminal.aws_cli import _clidriver

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"


def test_a_slice_is_calls_again_and_shows_itself():
    some = Calls((Call(1, "ecs", "ListClusters"), Call(2, "ecr", "DescribeRepositories")))
    assert repr(some[1:]) == "  2  aws ecr describe-repositories"
    assert some[0].operation == "ListClusters"
    assert "<details>" in some._repr_html_() and "```sh" in some._repr_markdown_()
    assert repr(Calls()) == "No AWS call has been made yet."


def test_a_call_says_what_the_kit_added(lab):
    cluster.create(lab)
    network.http_group(lab, network.default_choice(lab).vpc_id)
    lab.ecs.list_clusters()
    *changes, read = lab.calls()
    tag_is_told = {call.operation: "the kit added the tag ecslab" in repr(Calls((call,))) for call in changes}
    assert (
        tag_is_told["CreateCluster"]
        and tag_is_told["CreateSecurityGroup"]
        and not tag_is_told["AuthorizeSecurityGroupIngress"]
    )
    assert "added" not in repr(Calls((read,)))


def test_a_notebooks_calls_begin_where_it_does(lab):
    lab.goto("03")
    assert len(lab.calls()) == 0
    assert "CreateCluster" in [call.operation for call in lab.calls(everything=True)]
    lab.ecs.list_clusters()
    lab.check("02")
    assert [call.operation for call in lab.calls()] == ["ListClusters"]


def test_html_is_escaped():
    html = Calls((Call(1, "ecs", "CreateCluster", {"clusterName": "<script>"}),))._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_the_python_spelling_is_the_call(lab):
    cluster.create(lab)
    spelled = calls.boto3(lab.calls().changes()[0])
    assert spelled == (
        "ecs.create_cluster(clusterName='adgu-cluster', tags=[{'key': 'ecslab', 'value': 'lab'}])"
    )


@pytest.fixture
def parsed_by_the_cli(monkeypatch):
    """What the AWS CLI makes of a line: service, operation and parameters, nothing sent."""
    cli = _clidriver()
    monkeypatch.setenv("AWS_DATA_PATH", str(Path(cli.__file__).parent / "data"))
    driver = cli.create_clidriver()
    parsed = []

    def instead(params, model, **_):
        parsed.append((model.service_model.service_name, model.name))
        response = type("Response", (), {"status_code": 200})()
        return response, {}

    def keep_parameters(params, **_):
        parsed.append(params)

    driver.session.register("before-parameter-build", keep_parameters)
    driver.session.register("before-call", instead)

    def parse(line):
        parsed.clear()
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        assert driver.main(shlex.split(line)[1:]) == 0, line
        return parsed[1][0], parsed[1][1], parsed[0]

    return parse


def test_the_cli_understands_every_line_of_the_lesson(lab, parsed_by_the_cli, capsys):
    ecr.create_repository(lab)
    cluster.create(lab)
    execution_role.create(lab)
    log_group.create(lab)
    task_definition.register(lab, image=HTTPD)
    task.stop(lab, task.wait_until_running(lab, task.run(lab, network.default_choice(lab))))
    ecr.delete_repository(lab)
    for call in lab.calls():
        service, operation, params = parsed_by_the_cli(calls.cli(call))
        assert (service, operation) == (call.service, call.operation)
        for name, value in call.params.items():
            if name not in ("maxResults", "nextToken"):
                assert params[name] == value or json.loads(params[name]) == value, calls.cli(call)
