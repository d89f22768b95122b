"""The embedded runtime: starting, listening, signals, failing, and what Docker's rules make of commands."""

import pytest
from runtime_world import Container, Image, Spec

from ecslab.sandbox.runtime import HttpRequest
from ecslab.sandbox.runtime.embedded import EmbeddedContainer, EmbeddedRuntime
from ecslab.sandbox.runtime.image_config import combined_command, combined_environment

OUT_OF_MEMORY = "OutOfMemoryError: container killed due to memory usage"


def test_httpd_serves_the_image_s_own_page():
    web = Container()
    web.run()
    assert web.listening == {80}
    answer = web.request(HttpRequest(path="/"))
    assert (answer.status, answer.headers["Content-Type"], answer.body) == (
        200,
        "text/html",
        b"<h1>mine</h1>",
    )
    assert web.lines[-1] == '198.51.100.7 - - [21/Nov/2026:06:00:00 +0000] "GET / HTTP/1.1" 200 13'


def test_nothing_runs_inside_start():
    web = Container()
    assert (web.listening, web.lines) == (frozenset(), [])


def test_term_ends_a_web_server_with_code_0():
    web = Container()
    web.run()
    web.signal("TERM")
    assert (web.exit, web.listening) == ((0, None), frozenset())


def test_sleep_takes_no_notice_of_term_so_kill_ends_it():
    sleeper = Container(command=["sleep", "1000"])
    sleeper.run(1)
    sleeper.signal("TERM")
    assert sleeper.exit is None
    sleeper.signal("KILL")
    assert sleeper.exit == (137, None)


def test_an_untrapped_term_is_143():
    program = Container(command=["log-lines", "5"])
    program.run(1)
    program.signal("TERM")
    assert program.exit == (143, None)


def test_it_ends_once():
    program = Container(command=["exit-after", "3", "7"])
    program.run(2)
    assert program.exit is None
    program.run(3)
    program.signal("KILL")
    assert program.exit == (7, None)


@pytest.mark.parametrize(("limit", "exit"), [(512, (137, OUT_OF_MEMORY)), (1024, None), (None, None)])
def test_memory_over_the_limit(limit, exit):
    program = Container(command=["eat-memory", "600"], memory_mib=limit)
    program.run(60)
    assert program.exit == exit


def test_a_raising_program_fails_its_container():
    program = Container(command=["fail", "no", "database"])
    program.run()
    assert (program.exit, program.lines) == ((1, None), ["RuntimeError: no database"])


def test_a_program_that_fails_while_answering_fails_its_container():
    app = Container(image=Image(reference="yourname/node-example-1", cmd=["node", "app.js"]))
    app.run()
    assert b"Hello" in app.request(HttpRequest()).body
    with pytest.raises(ConnectionResetError, match="somebody visited /error"):
        app.request(HttpRequest(path="/error"))
    assert (app.exit, app.listening) == ((1, None), frozenset())


def test_nothing_listens_on_another_port():
    web = Container()
    web.run()
    with pytest.raises(ConnectionRefusedError, match="nothing listens on port 8080"):
        web.request(HttpRequest(), port=8080)


def test_the_wrong_architecture_is_an_exec_format_error():
    web = Container(architecture="ARM64")
    web.run()
    assert (web.exit, web.lines) == ((255, None), ["exec httpd-foreground: exec format error"])


def test_an_unknown_program_names_the_limit_as_the_sandbox_s():
    program = Container(command=["perl", "app.pl"])
    program.run()
    assert program.exit == (127, None)
    assert program.lines[0].startswith(
        "ecslab sandbox: `perl app.pl` is not run here: the sandbox knows only"
    )


@pytest.mark.parametrize(
    ("entry_point", "command", "combined"),
    [
        (None, None, ["/entry.sh", "httpd-foreground"]),
        (None, ["sleep", "5"], ["/entry.sh", "sleep", "5"]),
        (["sh", "-c"], None, ["sh", "-c"]),
        (["sh", "-c"], ["echo hi"], ["sh", "-c", "echo hi"]),
    ],
)
def test_entry_point_and_command_combine_as_docker_s(entry_point, command, combined):
    spec = Spec(image=Image(entrypoint=["/entry.sh"]), entry_point=entry_point, command=command)
    assert combined_command(spec) == combined


def test_the_definition_s_environment_wins():
    spec = Spec(image=Image(env=["COLOUR=blue", "PATH=/opt/bin"]), environment={"COLOUR": "green"})
    environment = combined_environment(spec, "ip-172-31-0-4.ec2.internal")
    assert (environment["COLOUR"], environment["PATH"]) == ("green", "/opt/bin")


def test_two_runs_are_the_same_run():
    runs = []
    for _ in range(2):
        program = Container(command=["sh", "-c", "while true; do echo $HOSTNAME; sleep 2; done"])
        program.run(10)
        runs.append(program.lines)
    assert runs[0] == runs[1] == ["ip-172-31-0-4.ec2.internal"] * 6


def test_the_runtime_starts_what_it_is_given():
    assert isinstance(EmbeddedRuntime().start(Spec(), Container().host), EmbeddedContainer)
