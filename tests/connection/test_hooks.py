"""One order of what listens to botocore, for each kind of session and client."""

from dataclasses import replace

import boto3
import pytest

import ecslab
from ecslab.connection import aws_place, hooks, refusals
from ecslab.connection.record import Record
from ecslab.connection.sandbox_place import SandboxPlace
from ecslab.lab import Lab
from ecslab.terminal import aws_cli
from ecslab.terminal.command_hooks import CommandHooks

RECORD_AND_LEDGER = {
    "before-parameter-build": ["Ledger.tag", "Record.begin", "ClusterNamespaces.note"],
    "before-call": ["Ledger.intend", "ClusterNamespaces.intend"],
    "request-created": [],
    "before-send": [],
    "needs-retry": [],
    "after-call": ["Ledger.settle", "Record.end"],
    "after-call-error": ["Record.fail"],
}
SANDBOX = RECORD_AND_LEDGER | {
    "request-created": ["SandboxPlace.aim", "StepMarks.mark"],
    "after-call": ["Ledger.settle", "SandboxPlace.forget_retries", "Record.end", "ClusterNamespaces.settle",
                   "raise_plainly"],
}  # fmt: skip
IN_PROCESS = SANDBOX | {"before-send": ["SandboxPlace.carry"]}
SERVER = SANDBOX | {
    "needs-retry": ["SandboxPlace.revive"],
    "after-call-error": ["Record.fail", "SandboxPlace.explain"],
}
AWS = RECORD_AND_LEDGER | {
    "before-parameter-build": ["Ledger.tag", "Record.begin", "ClusterNamespaces.note", "Guard.note",
                               "InstanceBudget.note"],
    "before-call": ["Guard.judge", "InstanceBudget.judge", "Ledger.intend", "Guard.judge",
                    "InstanceBudget.judge", "ClusterNamespaces.intend"],
    "before-send": ["Guard.check_signature"],
    "after-call": ["Ledger.settle", "Record.end", "ClusterNamespaces.settle", "raise_plainly"],
    "after-call-error": ["Record.fail", "AwsPlace.explain"],
}  # fmt: skip
CLI_HAS_NOT = {"raise_plainly"}  # its refusals are AWS's own words


def order(events, call="ecs.CreateCluster"):
    """Event: our handlers of it, in the order in which botocore calls them."""
    order_by_event = {}
    for event in RECORD_AND_LEDGER:
        handlers = events._emitter._handlers.prefix_search(f"{event}.{call}")
        ours = [each for each in handlers if each.__module__.startswith("ecslab.")]
        order_by_event[event] = [each.__qualname__ for each in ours]
    return order_by_event


def in_the_terminal(expected):
    order_by_event = {
        event: [each for each in names if each not in CLI_HAS_NOT] for event, names in expected.items()
    }
    built = order_by_event["before-parameter-build"]
    built.insert(built.index("Record.begin"), "CommandHooks.prepare")
    order_by_event["before-call"].append("CommandHooks.intend")
    order_by_event["after-call"].insert(1, "CommandHooks.settle")  # an event's own handlers come first
    order_by_event["after-call"].append("CommandHooks.hide")
    return order_by_event


def terminal_events(lab):
    return aws_cli._driver(lab).session.get_component("event_emitter")


@pytest.fixture
def server(lab, tmp_path):
    """A lab whose sandbox has a process of its own, which nobody asks anything."""
    place = SandboxPlace(replace(lab.place.endpoint, transport=None))
    record = Record()
    hooks.install(place.session.events, record=record)
    return Lab(place, tmp_path, lab.names, "", record)


@pytest.fixture
def account(tmp_path, monkeypatch):
    """A lab on a real account that is never asked."""
    session = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="eu-central-1")
    identity = {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/ana"}
    monkeypatch.setattr(aws_place, "account_session", lambda profile, region: session)
    monkeypatch.setattr(aws_place, "_identity", lambda session: identity)
    monkeypatch.setattr(aws_place, "_confirmed", {("111122223333", "eu-central-1")})
    return ecslab.connect("aws", home=tmp_path)


def test_the_order_for_a_sandbox_in_this_process(lab):
    assert order(lab.ecs.meta.events) == IN_PROCESS
    assert order(terminal_events(lab)) == in_the_terminal(IN_PROCESS)


def test_the_order_for_a_sandbox_behind_its_server(server):
    assert order(server.ecs.meta.events) == SERVER
    assert order(terminal_events(server)) == in_the_terminal(SERVER)


def test_the_order_for_a_real_account(account):
    assert order(account.ecs.meta.events) == AWS
    assert order(terminal_events(account)) == in_the_terminal(AWS)


def test_a_client_that_is_not_recorded_forgets_each_call_after_the_record_has_begun_it(lab):
    view = order(lab.unrecorded().ecs.meta.events)
    assert view["before-parameter-build"][-2:] == ["ClusterNamespaces.note", "Record.forget"]


def test_a_call_that_creates_nothing_is_none_of_the_ledgers(lab):
    called = [name for names in order(lab.ecs.meta.events, "ecs.ListClusters").values() for name in names]
    assert called and not [name for name in called if name.startswith("Ledger.")]


def test_the_ledger_hears_of_every_kind_of_resource_whatever_botocore_calls_its_service(lab):
    for service, operation in hooks.BY_CREATE_CALL:
        client = lab.client(service)
        call = f"{client.meta.service_model.service_id.hyphenize()}.{operation}"
        assert order(client.meta.events, call)["before-call"][0] == "Ledger.intend"


def test_every_row_of_the_table_names_a_handler_that_there_is(lab, server, account):
    everybody = {
        **lab.place.listeners, **server.place.listeners, **account.place.listeners, "record": lab.record,
        "unrecorded": lab.record, "ledger": lab.ledger, "step_marks": lab.step_marks, "refusals": refusals,
        **account.listeners,
        "commands": CommandHooks(lab),
    }  # fmt: skip
    for hook in hooks.HOOKS:
        listener, _, method = hook.handler.partition(".")
        assert callable(getattr(everybody[listener], method)), hook
