"""The data channel over a socket: websocket-client as a client, and clients that do not know the protocol."""

import contextlib
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest
import websocket
from exec_rig import Account, Plugin, message

from ecslab.sandbox.engine import listen
from ecslab.sandbox.wire.limits import Patience

PATIENCE = Patience(head=1.0, body=1.0, answer=1.0, connections=6)


class Socket:
    """A stream of `Plugin` over a WebSocket: it answers what has come within a moment."""

    def __init__(self, url):
        self.socket = websocket.create_connection(url, timeout=5, suppress_origin=True)

    def received(self, data):
        self.socket.send(
            data, websocket.ABNF.OPCODE_TEXT if isinstance(data, str) else websocket.ABNF.OPCODE_BINARY
        )
        return []

    def next(self):
        return self.socket.recv()


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    sandbox_account = Account(tmp_path_factory.mktemp("home")).furnish()
    listener = listen.api_port(sandbox_account.sandbox, patience=PATIENCE)
    listener.start()
    sandbox_account.sandbox.api_url, sandbox_account.port = listener.url, listener.port
    yield sandbox_account
    listener.stop()


@pytest.fixture(scope="module")
def task(account):
    return account.task()


def connected(account, task, command="sh"):
    answer = account.execute(task, command)
    plugin = Plugin(Socket(answer["session"]["streamUrl"]), answer["session"])
    return plugin.start()


def until(plugin, done):
    while not done():
        data = plugin.stream.next()
        if not data:
            return
        plugin.take([data])


def test_a_shell_over_a_socket(account, task):
    plugin = connected(account, task)
    until(plugin, lambda: plugin.seen == "# ")
    plugin.send(b"echo over a socket\r")
    until(plugin, lambda: plugin.seen.endswith("\r\nover a socket\r\n# "))
    plugin.stream.socket.ping("x")
    plugin.send(b"exit\r")
    until(plugin, lambda: plugin.closed is not None)
    assert plugin.stream.next() == "" or not plugin.stream.socket.connected
    assert plugin.closed == ""


def test_what_is_shown_later_is_sent_without_being_asked_for(account, task):
    plugin = connected(account, task, "sh -c 'sleep 5; echo rested'")
    until(plugin, lambda: plugin.expected == 2)  # the handshake is complete
    account.run(6)
    until(plugin, lambda: plugin.closed is not None)
    assert plugin.seen == "rested\r\n"


def test_a_message_in_fragments_is_one(account, task):
    plugin = connected(account, task)
    until(plugin, lambda: plugin.seen == "# ")
    data = message("input_stream_data", b"echo whole\r", 1, plugin.sent)
    send = plugin.stream.socket.send_frame
    send(websocket.ABNF.create_frame(data[:50], websocket.ABNF.OPCODE_BINARY, 0))
    send(websocket.ABNF.create_frame(data[50:], websocket.ABNF.OPCODE_CONT, 1))
    until(plugin, lambda: plugin.seen.endswith("whole\r\n# "))
    account.sandbox.exec_sessions.do(plugin.session["sessionId"], "end")


def test_without_a_token_there_is_little_time(account, task):
    answer = account.execute(task)
    client = websocket.create_connection(answer["session"]["streamUrl"], timeout=5, suppress_origin=True)
    closed = client.recv_data_frame(control_frame=True)[1].data
    assert struct.unpack(">H", closed[:2]) == (1008,)


@pytest.mark.parametrize(
    "sent",
    [
        lambda client: client.send_binary(os.urandom(70_000)),
        lambda client: client.send("x" * 70_000),
        lambda client: client.send("no token"),
        lambda client: client.sock.sendall(os.urandom(200)),
        lambda client: client.sock.sendall(b"\x81\x05hello"),  # a client's frame has to be masked
        lambda client: client.sock.sendall(b"\xff\xff" + b"\xff" * 8),
        lambda client: client.sock.shutdown(socket.SHUT_WR),
    ],
)
def test_clients_that_are_sent_away(account, task, sent):
    answer = account.execute(task)
    client = websocket.create_connection(answer["session"]["streamUrl"], timeout=5, suppress_origin=True)
    sent(client)
    with contextlib.suppress(websocket.WebSocketException, OSError):
        assert client.recv() in ("", b"")
    assert not client.connected or client.recv() in ("", b"")
    plugin = Plugin(Socket(answer["session"]["streamUrl"]), answer["session"]).start()
    until(plugin, lambda: plugin.seen == "# ")
    account.sandbox.exec_sessions.do(plugin.session["sessionId"], "end")


def reply_to(account, request):
    with socket.create_connection(("127.0.0.1", account.port), timeout=5) as client:
        client.sendall(request.replace("\n", "\r\n").encode())
        return client.recv(4096).decode()


UPGRADE = (
    "Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\n"
)


@pytest.mark.parametrize(
    ("path", "headers", "answer"),
    [
        ("/v1/data-channel/none", UPGRADE, "HTTP/1.1 404 "),
        ("own", UPGRADE + "Origin: http://evil.example\n", "HTTP/1.1 403 "),
        ("own", "", "HTTP/1.1 403 "),
    ],
)
def test_requests_that_are_refused(account, task, path, headers, answer):
    own = account.execute(task)["session"]["streamUrl"].partition(str(account.port))[2]
    host = f"Host: 127.0.0.1:{account.port}\n"
    reply = reply_to(account, f"GET {own if path == 'own' else path} HTTP/1.1\n{host}{headers}\n")
    assert reply.startswith(answer), reply


def test_a_slow_client_is_let_go(account, task):
    """It takes nothing; the sandbox keeps no more for it than its window, and goes on."""
    plugin = connected(account, task, "sh -c 'while true; do cat /usr/local/apache2/conf/httpd.conf; done'")
    for _ in range(20):
        account.run(1)
    assert account.see(task)["lastStatus"] == "RUNNING"
    account.sandbox.exec_sessions.do(plugin.session["sessionId"], "end")
    plugin.stream.socket.close()


def test_a_client_that_is_gone_leaves_the_session_to_its_time(account, task):
    plugin = connected(account, task)
    until(plugin, lambda: plugin.seen == "# ")
    plugin.stream.socket.sock.close()
    session = account.sandbox.backend.exec_session(plugin.session["sessionId"])
    assert session.why is None
    account.run(1201)
    assert session.why.startswith("The session was idle")


PLUGIN = """#!{python}
import json, sys
sys.path[:0] = {path!r}
from exec_rig import Plugin
from test_web_sockets import Socket, until
if len(sys.argv) == 1:  # the CLI asks whether it is there
    sys.exit(0)
session, region, operation, _profile, target, _endpoint = sys.argv[1:]
plugin = Plugin(Socket(json.loads(session)["streamUrl"]), json.loads(session)).start()
until(plugin, lambda: plugin.closed is not None)
print(region, operation, json.loads(target)["Target"], plugin.seen, end="")
"""


@pytest.mark.skipif(os.name != "posix", reason="the program in the plugin's place is a script")
def test_the_aws_cli_starts_its_plugin(account, task, tmp_path):
    """The CLI as it is, and in the plugin's place a program that is started as the plugin is."""
    program = tmp_path / "session-manager-plugin"
    tests = Path(__file__).parents
    path = [str(tests[3]), str(tests[1]), str(tests[0])]
    program.write_text(PLUGIN.format(python=sys.executable, path=path))
    program.chmod(0o755)
    endpoint = account.aws.endpoint
    environment = {
        **{name: value for name, value in os.environ.items() if name != "AWS_PROFILE"},
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "AWS_ENDPOINT_URL": account.sandbox.api_url,
        "AWS_ACCESS_KEY_ID": endpoint.access_key, "AWS_SECRET_ACCESS_KEY": endpoint.secret_key,
        "AWS_DEFAULT_REGION": "us-east-1", "NO_PROXY": "127.0.0.1",
        "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }  # fmt: skip
    command = [
        sys.executable, "-m", "awscli", "ecs", "execute-command", "--cluster", "lab", "--task", task,
        "--interactive", "--command", "sh -c 'echo stepped in'",
    ]  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    [container] = account.see(task)["containers"]
    target = f"ecs:lab_{task.rpartition('/')[2]}_{container['runtimeId']}"
    assert done.stdout.endswith(f"us-east-1 StartSession {target} stepped in\n"), done.stdout
