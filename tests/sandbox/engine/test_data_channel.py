"""The data channel: its messages, and what its far end says to clients good and bad."""

import json

import pytest
from exec_rig import Account, Plugin, fields, message, request_for
from hypothesis import given
from hypothesis import strategies as st

from ecslab.aws_api import data_channel as wire
from ecslab.aws_api.data_channel import Malformed, Message, PayloadType
from ecslab.sandbox.engine import data_channel, message_stream
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.world.errors import AwsError


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    return Account(tmp_path_factory.mktemp("home")).furnish()


@pytest.fixture(scope="module")
def task(account):
    return account.task()


@pytest.fixture
def opened(account, task):
    """A client whose shell waits, and which leaves at the end."""
    plugin = account.step_in(task)
    yield plugin
    if plugin.closed is None:
        plugin.stream.over, plugin.stream._ready = False, True
        plugin.type("\x03exit\r")
        account.sandbox.exec_sessions.do(plugin.session["sessionId"], "end")


# Messages

MESSAGES = st.builds(
    Message,
    kind=st.sampled_from([wire.INPUT, wire.OUTPUT, wire.ACKNOWLEDGE, wire.CHANNEL_CLOSED, "another"]),
    payload=st.binary(max_size=300), payload_type=st.integers(0, 2**32 - 1),
    sequence=st.integers(0, 2**63 - 1), flags=st.integers(0, 2**64 - 1), created=st.integers(1, 2**64 - 1),
    id=st.uuids(),
)  # fmt: skip


@given(MESSAGES)
def test_a_message_is_read_as_it_was_written(written):
    assert wire.decoded(written.encoded()) == written


@given(MESSAGES.filter(lambda each: each.created < 2**63 and each.payload_type < 2**31))
def test_the_plugin_reads_what_is_written(written):
    read = fields(written.encoded())
    assert (read["kind"], read["sequence"], read["payload"]) == (
        written.kind, written.sequence, written.payload,
    )  # fmt: skip
    assert read["id"] == str(written.id) and read["type"] == written.payload_type


@given(
    st.sampled_from([wire.INPUT, wire.ACKNOWLEDGE]), st.binary(max_size=99), st.integers(0, 12), st.uuids()
)
def test_what_the_plugin_writes_is_read(kind, payload, payload_type, id):
    read = wire.decoded(message(kind, payload, payload_type, 7, id))
    assert (read.kind, read.payload, read.payload_type, read.sequence) == (kind, payload, payload_type, 7)
    assert read.id == id


@given(st.binary(max_size=400))
def test_bytes_that_are_no_message_are_malformed(data):
    with pytest.raises(Malformed):
        wire.decoded(data)


GOOD = message("input_stream_data", b"ls\r", 1)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "a message has 120 to 65536 bytes, not 0"),
        (GOOD[:119], "a message has 120 to 65536 bytes, not 119"),
        (GOOD + bytes(65_536), "a message has 120 to 65536 bytes, not 65659"),
        (bytes(4) + GOOD[4:], "the header has 116 bytes, not 0"),
        (GOOD[:-1], "the payload has 2 bytes, and the header says 3"),
        (GOOD[:-1] + b"x", "the digest is not the payload's"),
        (GOOD[:4] + bytes(32) + GOOD[36:], "the message has no type"),
        (GOOD[:4] + b"\xff" * 32 + GOOD[36:], "the message's type is not ASCII"),
        (message("input_stream_data", b"x", 1, -1), "a sequence number is not negative"),
    ],
)
def test_why_a_message_is_malformed(data, why):
    with pytest.raises(Malformed) as problem:
        wire.decoded(data)
    assert str(problem.value) == why


# The handshake


def greeting(token):
    return json.dumps({"MessageSchemaVersion": "1.0", "RequestId": "r", "ClientId": "c", "TokenValue": token})


@pytest.mark.parametrize(
    "first",
    [greeting("AAEAA"), greeting(None), greeting("ü" * 9), "{}", "[]", "no JSON", "[" * 100_000, GOOD, b""],
    ids=["another", "none", "not ASCII", "no greeting", "a list", "no JSON", "deep", "a message", "nothing"],
)  # names of their own: each message has an id that is drawn
def test_who_does_not_begin_with_the_token_is_sent_away(account, task, first):
    answer = account.execute(task)
    channel = account.channel(answer)
    assert channel.received(first) == [] and channel.over and not channel.known
    assert channel.received(greeting(answer["session"]["tokenValue"])) == [], "there is no second try"
    assert Plugin(account.channel(answer), answer["session"]).start().seen == "# "
    account.sandbox.exec_sessions.do(answer["session"]["sessionId"], "end")


def test_a_token_is_of_one_session(account, task, opened):
    other = account.execute(task)
    channel = account.channel(other)
    channel.received(greeting(opened.session["tokenValue"]))
    assert channel.over


def test_a_session_has_one_client(account, opened):
    second = Plugin(account.channel({"session": opened.session}), opened.session).start()
    assert second.stream.over and not second.seen
    assert opened.type("echo mine\r").endswith("mine\r\n# ")


def test_a_client_that_comes_back_goes_on(account, opened):
    opened.type("A=kept\r")
    opened.stream.left()
    again = Plugin(account.channel({"session": opened.session}), opened.session).start()
    assert again.type("echo $A\r") == "echo $A\r\nkept\r\n# "
    again.type("exit\r")
    opened.closed = again.closed


def test_the_handshake(account, task):
    answer = account.execute(task, "echo done")
    channel = account.channel(answer)
    [request] = map(fields, channel.received(greeting(answer["session"]["tokenValue"])))
    assert request["type"] == PayloadType.HANDSHAKE_REQUEST and request["sequence"] == 0
    [action] = json.loads(request["payload"])["RequestedClientActions"]
    assert action == {"ActionType": "SessionType", "ActionParameters": {"SessionType": "InteractiveCommands"}}
    early = channel.received(message("input_stream_data", b"rm -rf /\r", 1, 0))
    assert [fields(each)["kind"] for each in early] == ["acknowledge"], "nothing is typed before it"
    response = json.dumps({"ProcessedClientActions": [{"ActionType": "SessionType", "ActionStatus": 1}]})
    replies = [
        fields(each) for each in channel.received(message("input_stream_data", response.encode(), 6, 1))
    ]
    assert [(each["kind"], each["type"]) for each in replies] == [
        ("acknowledge", 0), ("output_stream_data", 7), ("output_stream_data", 1), ("channel_closed", 0),
    ]  # fmt: skip
    assert replies[2]["payload"] == b"done\r\n" and channel.over


@pytest.mark.parametrize(
    "response",
    [{"ProcessedClientActions": [{"ActionStatus": 2, "Error": "no"}]}, {"ProcessedClientActions": [1]}],
)
def test_a_client_that_cannot_do_what_is_asked_ends_the_session(account, task, response):
    answer = account.execute(task, "sh -c 'echo never > /never'")
    channel = account.channel(answer)
    channel.received(greeting(answer["session"]["tokenValue"]))
    replies = channel.received(message("input_stream_data", json.dumps(response).encode(), 6, 0))
    assert [fields(each)["kind"] for each in replies] == ["acknowledge", "channel_closed"]
    assert "No such file" in account.step_in(task, "cat /never").seen


# Order, loss and haste


def test_messages_are_taken_in_their_order_and_once(opened):
    at = opened.sent
    send = opened.stream.received

    def kinds(text, sequence):
        answers = send(message("input_stream_data", text, 1, sequence))
        opened.take(answers)
        return [fields(each)["kind"] for each in answers]

    assert kinds(b" later\r", at + 1) == ["acknowledge"], "it is kept, though one before it is missing"
    assert kinds(b" later\r", at + 1) == ["acknowledge"], "as often as it comes"
    assert kinds(b"echo no\r", at - 1) == [], "what was taken already is not taken again"
    assert kinds(b"echo now", at)[0] == "acknowledge"
    assert opened.seen.endswith("now later\r\n# ")
    assert kinds(b"echo now", at) == []


def test_no_more_is_kept_ahead_than_there_is_room_for(opened):
    replies = [
        opened.stream.received(message("input_stream_data", b"x", 1, opened.sent + 5 + ahead))
        for ahead in range(message_stream.AHEAD + 9)
    ]
    assert sum(map(bool, replies)) == message_stream.AHEAD


def test_what_is_not_acknowledged_is_sent_again(account, task):
    now = [0.0]
    answer = account.execute(task, "echo once")
    channel = account.channel(answer)
    channel._outgoing._clock = lambda: now[0]
    [first] = channel.received(greeting(answer["session"]["tokenValue"]))
    channel._ready = True
    assert first not in channel.due()
    now[0] = 1.5
    assert first in channel.due()
    content = json.dumps({"AcknowledgedMessageSequenceNumber": 0}).encode()
    channel.received(message("acknowledge", content))
    now[0] = 3.0
    assert first not in channel.due()


def test_a_client_that_acknowledges_nothing_gets_no_more_than_a_window(account, task):
    plugin = account.step_in(task, "sh -c 'while true; do echo xxxxxxxxxxxxxxxxxxxxxxxx; done'")
    plugin.acknowledge = lambda received: None
    for _ in range(400):
        account.run(1)
        plugin.look()
    assert plugin.expected <= message_stream.UNACKNOWLEDGED + 300
    assert len(plugin.stream._outgoing._sent) <= message_stream.UNACKNOWLEDGED + 300
    account.sandbox.exec_sessions.do(plugin.session["sessionId"], "end")


def test_a_client_that_pauses_gets_nothing_until_it_goes_on(account, task):
    plugin = account.step_in(task, "sh -c 'sleep 1; echo rested; sleep 9'")
    plugin.take(plugin.stream.received(message("pause_publication", b"")))
    account.run(2)
    assert plugin.look() == ""
    plugin.take(plugin.stream.received(message("start_publication", b"")))
    assert plugin.seen == "rested\r\n"
    account.sandbox.exec_sessions.do(plugin.session["sessionId"], "end")


def test_a_few_malformed_messages_are_passed_over_and_many_are_not(opened):
    for _ in range(data_channel.FAULTS):
        assert opened.stream.received(b"x" * 200) == []
    assert opened.type("echo still\r").endswith("still\r\n# ")
    opened.stream.received(b"x" * 200)
    assert opened.stream.over


@pytest.mark.parametrize(
    ("kind", "payload", "payload_type"),
    [
        ("input_stream_data", b'{"cols": 9999999, "rows": -4}', 3),
        ("input_stream_data", b'{"cols": "x"}', 3),
        ("input_stream_data", b"[1]", 3),
        ("input_stream_data", b"\0\0\0\x01", 10),
        ("input_stream_data", b"", 10),
        ("input_stream_data", b"x", 99),
        ("input_stream_data", b"{}", 6),
        ("acknowledge", b"x", 0),
        ("acknowledge", b'{"AcknowledgedMessageSequenceNumber": []}', 0),
        ("acknowledge", b'{"AcknowledgedMessageSequenceNumber": 99999}', 0),
        ("output_stream_data", b"x", 1),
        ("nonsense", b"x", 1),
    ],
)
def test_odd_messages_end_nothing(opened, kind, payload, payload_type):
    sequence = opened.sent if kind == "input_stream_data" else 0
    opened.sent += kind == "input_stream_data"
    opened.take(opened.stream.received(message(kind, payload, payload_type, sequence)))
    assert kind != "input_stream_data" or sequence in opened.acknowledged
    assert opened.type("echo on\r").endswith("on\r\n# ")


@pytest.mark.parametrize(
    ("kind", "payload", "payload_type"),
    [("input_stream_data", b"\0\0\0\x02", 10), ("channel_closed", b"{}", 0)],
)
def test_a_client_may_end_the_session(opened, kind, payload, payload_type):
    opened.take(opened.stream.received(message(kind, payload, payload_type, opened.sent)))
    assert opened.closed == "" and opened.stream.over


@given(pieces=st.lists(st.binary(max_size=150) | st.text(max_size=30), max_size=6))
def test_whatever_a_stranger_sends(account, task, pieces):
    answer = {"session": account.execute(task)["session"]}
    channel = account.channel(answer)
    for piece in pieces:
        assert channel.received(piece) == []
    assert channel.due() == [] and not channel.known


# Who may ask


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/data-channel/ecs-execute-command-0", {}, 404),
        ("/v1/control-channel/x", {}, 404),
        ("/", {}, 404),
        (None, {"origin": "http://evil.example"}, 403),
        (None, {"host": "evil.example"}, 403),
    ],
)
def test_other_addresses_and_other_pages(account, task, path, headers, status):
    own = request_for(account.execute(task))
    request = HttpRequest("GET", path or own.path, "", {**own.headers, **headers})
    with pytest.raises(AwsError) as refusal:
        account.sandbox.channels.channel(request)
    assert refusal.value.status == status


def test_a_reset_ends_every_channel(tmp_path):
    account = Account(tmp_path).furnish()
    plugin = account.step_in(account.task())
    account.aws.endpoint.control("reset")
    assert plugin.type("echo a\r") == "" and plugin.stream.over
