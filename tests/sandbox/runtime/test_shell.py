"""What `sh -c` understands, and what it says of the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from runtime_world import Container

from ecslab.sandbox.runtime import HttpRequest
from ecslab.sandbox.runtime.program_errors import SandboxLimit
from ecslab.sandbox.runtime.shell.words import expand, tokens

# The command of AWS's own tutorial for a Linux task on Fargate (family sample-fargate).
SAMPLE = (
    "/bin/sh -c \"echo '<html> <head> <title>Amazon ECS Sample App</title> <style>body {margin-top: 40px; "
    "background-color: #333;} </style> </head><body> <div style=color:white;text-align:center> "
    "<h1>Amazon ECS Sample App</h1> <h2>Congratulations!</h2> <p>Your application is now running on a "
    "container in Amazon ECS.</p> </div></body></html>' >  /usr/local/apache2/htdocs/index.html && "
    'httpd-foreground"'
)


def sh(script, seconds=60.0, **changes):
    container = Container(command=["sh", "-c", script], **changes)
    container.run(seconds)
    return container


def test_the_sample_of_the_aws_tutorial_serves_the_page_it_writes():
    container = Container(entry_point=["sh", "-c"], command=[SAMPLE])
    container.run()
    assert b"<h2>Congratulations!</h2>" in container.request(HttpRequest()).body
    container.signal("TERM")
    assert container.exit == (0, None)


@pytest.mark.parametrize(
    ("script", "lines", "code"),
    [
        ("echo one; echo two", ["one", "two"], 0),
        ("true && echo yes || echo no", ["yes"], 0),
        ("false && echo yes || echo no", ["no"], 0),
        ("exit 3; echo never", [], 3),
        ("false", [], 1),
        ("echo $COLOUR ${SIZE:-small} '$COLOUR' \"a  $COLOUR\"", ["blue small $COLOUR a  blue"], 0),
        ("COLOUR=red; echo $COLOUR", ["red"], 0),
        ("COLOUR=red printenv COLOUR; echo $COLOUR", ["red", "blue"], 0),
        ("export A=1 B=2; echo $A$B", ["12"], 0),
        ("cat /etc/motd /etc/none", ["welcome", "cat: /etc/none: No such file or directory"], 1),
        ("echo hi > /tmp/f; echo there >> /tmp/f; cat /tmp/f", ["hi", "there"], 0),
        ("echo gone > /dev/null; cat nothing 2>/dev/null; echo $?", ["1"], 0),
        ("if [ -f /etc/motd ]; then echo found; else echo lost; fi", ["found"], 0),
        ("if test $COLOUR = red; then echo red; elif [ -n x ]; then echo other; fi", ["other"], 0),
        ("for i in 1 2 3; do printf '%s-' $i; done", ["1-", "2-", "3-"], 0),
        ("! false && { echo grouped; }", ["grouped"], 0),
        ("cd /etc && pwd && cat motd", ["/etc", "welcome"], 0),
        ("echo a # the rest is a comment\necho b", ["a", "b"], 0),
        ("date", ["Sat Nov 21 06:00:00 UTC 2026"], 0),
        ("rm /etc/motd; ls /etc", ["ls: /etc: No such file or directory"], 1),
        ("sh -c 'echo inner; exit 4'; echo $?", ["inner", "4"], 0),
        ("hello-there", None, 127),
    ],
)
def test_a_script(script, lines, code):
    container = sh(script, environment={"COLOUR": "blue"})
    assert container.exit == (code, None)
    if lines is not None:
        assert container.lines == lines


@pytest.mark.parametrize(
    ("script", "limit"),
    [
        ("ls | wc -l", "this `sh` does not know a pipe (`|`)"),
        ("httpd-foreground & wait", "this `sh` does not know a background command (`&`)"),
        ("echo $(date)", "this `sh` does not know command substitution (`$(…)`)"),
        ("case x in", "this `sh` does not know `case`"),
    ],
)
def test_what_is_left_out_is_named(script, limit):
    container = sh(script)
    assert (container.exit, container.lines) == ((127, None), [f"ecslab sandbox: {limit}"])


def test_a_syntax_error_is_code_2():
    container = sh("if true; then echo x")
    assert container.exit == (2, None)
    assert container.lines[0].startswith("sh: 1: Syntax error")


def test_sleep_takes_virtual_time():
    container = sh("sleep 5; echo awake; sleep 5; exit 9", seconds=4)
    assert (container.lines, container.exit) == ([], None)
    container.run(1)
    assert container.lines == ["awake"]
    container.run(5)
    assert container.exit == (9, None)


def test_a_loop_that_never_sleeps_lets_time_pass():
    container = sh("while true; do :; done", seconds=20)
    assert container.exit is None


def test_a_shell_takes_no_notice_of_term_unless_it_traps_it():
    deaf, polite = (
        sh("while true; do sleep 1; done"),
        sh("trap 'echo bye; exit 0' TERM; while true; do sleep 1; done"),
    )
    deaf.signal("TERM")
    polite.signal("TERM")
    assert (deaf.exit, polite.exit, polite.lines) == (None, (0, None), ["bye"])


def test_a_shell_without_a_script_ends_at_once():
    container = Container(command=["sh"])
    container.run()
    assert container.exit == (0, None)


@given(st.text(alphabet="ab $'\"\\;&|<>\n", max_size=30))
def test_any_text_is_cut_or_refused_and_never_hangs(script):
    try:
        for token in tokens(script):
            if not token.operator:
                expand(token.text, {}, 0)
    except (SandboxLimit, ValueError):
        pass


@given(st.text(alphabet=st.characters(blacklist_characters="'\0", blacklist_categories=["Cs"]), max_size=40))
def test_what_stands_in_single_quotes_stays_as_it_is(text):
    (token,) = tokens(f"'{text}'")
    assert expand(token.text, {}, 0) == [text]


@pytest.mark.parametrize(
    "script",
    [
        "X=xxxxxxxxxxxxxxxx; while true; do X=$X$X; done",
        'X=xxxxxxxxxxxxxxxx; while true; do X="$X"$X"$X"; done',
        "X=xxxxxxxxxxxxxxxx; while true; do X=$X$X; echo $X $X $X > /dev/null; done",
    ],
)
def test_a_variable_without_end_takes_the_containers_memory_and_no_more(script):
    assert sh(script).exit == (137, "OutOfMemoryError: container killed due to memory usage")


def test_a_file_without_end_fills_the_disk_and_no_more():
    script = "echo xxxxxxxxxxxxxxxx > /a; while cat /a /a > /b; do cat /b /b > /a || exit 7; done"
    container = sh(script)
    assert container.exit == (7, None) and container.lines[0] == "cat: /a: No space left on device"
