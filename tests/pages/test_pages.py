"""The pages that are made from the project's own data are up to date."""

import json
import re
import shlex

import boto3
import pytest
from botocore import xform_name

from ecslab.course.glossary import terms
from tests.notebooks.rig import NOTEBOOKS
from tests.pages.__main__ import PAGES
from tests.pages.whole_commands import whole


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_it_is_up_to_date(path):
    assert path.read_text(encoding="utf-8") == PAGES[path](), "run make pages"


def test_terms_begin_with_their_name():
    assert all(text.startswith("**") and ".**" in text for text in terms().values())


def test_each_command_of_the_cheat_sheet_is_whole():
    """Each is an operation, and each option a parameter of it; nothing is cut, and nothing stands alone."""
    commands = re.findall(r"`aws ([^`]+)`", (NOTEBOOKS / "cheat-sheet.md").read_text(encoding="utf-8"))
    assert len(commands) > 20
    for command in commands:
        assert "…" not in command
        service, operation, *rest = re.sub(r"'[^']*'", "value", command).split()
        client = boto3.client(service, region_name="us-east-1")
        if operation == "wait":
            assert rest[0].replace("-", "_") in client.waiter_names
            continue
        named = client.meta.method_to_api_mapping[operation.replace("-", "_")]
        model = client.meta.service_model.operation_model(named)
        known = {f"--{xform_name(name, '-')}" for name in model.input_shape.members}
        assert {word for word in rest if word.startswith("--")} <= known, command


def test_the_cheat_sheet_has_what_one_does_after_the_course():
    page = (NOTEBOOKS / "cheat-sheet.md").read_text(encoding="utf-8")
    calls = ("get-log-events", "stop-task", "delete-service", "execute-command")
    for operation in ("deployment.roll(", "roll_back(", *calls):
        assert operation in page


@pytest.mark.parametrize(
    ("sent", "printed"),
    [
        (["--load-balancers", json.dumps([{"port": 80}]), "--tags", "x"], "--load-balancers port=80"),
        (["--a", json.dumps({"b": {"c": ["sg-0123456789"], "d": True}})], "--a 'b={c=[<sg-id>],d=true}'"),
        (["--policy-document", json.dumps({"Statement": []})], "--policy-document file://policy-document.json"),
        (["--role", "arn:aws:iam::123456789012:role/x"], "--role <role-arn>"),
    ],
)
def test_a_call_is_shown_whole(sent, printed):
    assert whole(shlex.join(["aws", "ecs", "do", *sent])) == f"aws ecs do {printed}"
