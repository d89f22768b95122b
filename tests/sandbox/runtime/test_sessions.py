"""Commands on a terminal beside a container's program, and the shell that reads from one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from runtime_world import Container

from ecslab.sandbox.runtime.terminal import LONGEST_LINE, MOST_LINES, Terminal


class Seat:
    """Somebody at a terminal in a container."""

    def __init__(self, *argv, **changes):
        self.container = Container(command=["sleep", "infinity"], **changes)
        self.container.run()
        self.seen, self.code = "", None
        self.session = self.container.open_session(argv or ("sh",), self._show, self._done)

    def _show(self, text):
        self.seen += text

    def _done(self, code):
        assert self.code is None, "it ended twice"
        self.code = code

    def type(self, text):
        """What appears when this is typed."""
        before = len(self.seen)
        self.session.type(text.encode())
        return self.seen[before:]


def test_a_command_shows_its_output_and_ends():
    seat = Seat("cat", "/etc/motd")
    assert (seat.seen, seat.code) == ("welcome\r\n", 0)


def test_its_output_is_not_the_container_s_log():
    seat = Seat("echo", "hello")
    assert seat.seen == "hello\r\n" and seat.container.lines == []


def test_a_shell_prompts_reads_and_goes_on():
    seat = Seat("sh")
    assert seat.seen == "# "
    assert seat.type("A=3; echo $A\r") == "A=3; echo $A\r\n3\r\n# "
    assert seat.type("cd /etc\r") == "cd /etc\r\n# "
    assert seat.type("pwd; cat motd\r") == "pwd; cat motd\r\n/etc\r\nwelcome\r\n# "
    assert seat.type("false\r") == "false\r\n# "
    assert seat.type("exit\r") == "exit\r\n" and seat.code == 1


def test_bash_names_the_host_and_the_folder():
    seat = Seat("bash", working_directory="/etc")
    assert seat.seen == "root@ip-172-31-0-4:/etc# "


@pytest.mark.parametrize("argv", [("/bin/sh",), ("bash", "-i"), ("sh", "-l")])
def test_these_are_shells_on_the_terminal(argv):
    seat = Seat(*argv)
    assert seat.type("exit 7\r").startswith("exit 7") and seat.code == 7


def test_a_script_needs_no_terminal():
    assert Seat("sh", "-c", "echo a; exit 4").code == 4


def test_the_end_of_what_is_typed_ends_the_shell():
    seat = Seat("sh")
    seat.type("echo half")
    assert seat.type("\x04") == "" and seat.code is None, "not in the middle of a line"
    seat.type("\r")
    assert seat.type("\x04") == "exit\r\n" and seat.code == 0


def test_a_shell_within_a_shell():
    seat = Seat("sh")
    seat.type("A=outer\r")
    seat.type("sh\r")
    seat.type("A=inner; exit 3\r")
    assert seat.type("echo $? $A\r") == "echo $? $A\r\n3 outer\r\n# "
    seat.type("sh\r")
    seat.type("\x04")
    assert seat.code is None and "outer" in seat.type("echo $A\r")


def test_ctrl_c_ends_what_runs_and_not_the_shell():
    seat = Seat("sh")
    assert seat.type("sleep 60; echo never\r") == "sleep 60; echo never\r\n"
    assert seat.type("\x03") == "^C\r\n# "
    assert seat.type("echo $?\r") == "echo $?\r\n130\r\n# "
    seat.container.run(100)
    assert "never\r\n# " not in seat.seen.split("^C")[1]


def test_ctrl_c_at_the_prompt_forgets_the_line():
    seat = Seat("sh")
    assert seat.type("rm -rf\x03echo x\r") == "rm -rf^C\r\n# echo x\r\nx\r\n# "


def test_ctrl_c_ends_a_command_without_a_shell():
    seat = Seat("sleep", "60")
    seat.type("\x03")
    assert seat.code == 130


def test_ctrl_c_in_a_shell_within_a_shell():
    seat = Seat("sh")
    seat.type("sh\r")
    seat.type("A=inner; sleep 9\r")
    seat.type("\x03")
    assert "inner" in seat.type("echo $A\r")


def test_what_is_typed_ahead_is_run_later():
    seat = Seat("sh")
    seat.type("sleep 5\recho later\r")
    assert "\r\nlater\r\n" not in seat.seen
    seat.container.run(6)
    assert seat.seen.endswith("# later\r\n# ")


@pytest.mark.parametrize(
    ("typed", "screen"),
    [
        ("ec\x7f\x7f\x7fecho a\r", "a\r\n# "),
        ("wrong\x15echo b\r", "b\r\n# "),
        ("echo \x1b[A\x1bOBc\r", "c\r\n# "),
        ("echo ü€\x7f\x7fd\r", "d\r\n# "),
        ("nonsense\r", "On AWS the program of the image would run.\r\n# "),
        ("while\r", "# "),
        ("\r", "\r\n# "),
    ],
)
def test_lines(typed, screen):
    seat = Seat("sh")
    assert seat.type(typed).endswith(screen) and seat.code is None


def test_a_program_that_is_not_in_the_image():
    seat = Seat("sh")
    assert seat.type("/opt/bin/bash\r").endswith("sh: 1: /opt/bin/bash: not found\r\n# ")


def test_files_are_the_container_s():
    seat = Seat("sh")
    seat.type("echo x > /tmp/f\r")
    other = []
    seat.container.open_session(("cat", "/tmp/f"), other.append, other.append)
    assert other == ["x\r\n", 0]


def test_a_read_only_root_stays_so():
    assert "Read-only file system" in Seat("sh", "-c", "echo x > /f", read_only=True).seen


def test_a_loop_is_slowed_and_its_output_bounded():
    seat = Seat("sh", "-c", "while true; do echo xxxxxxxx; done")
    seat.container.run(600)
    assert len(seat.seen) < 600 * 100 * 10 and seat.code is None
    seat.session.cancel()
    size = len(seat.seen)
    seat.container.run(60)
    assert len(seat.seen) == size


def test_too_much_memory_ends_the_session_alone():
    seat = Seat("sh", "-c", "eat-memory 999", memory_mib=64)
    seat.container.run(5)
    assert seat.code == 137 and seat.container.exit is None


def test_more_lines_than_are_kept_are_lost():
    seat = Seat("sleep", "9")
    seat.type("x\r" * (MOST_LINES + 10))
    assert seat.code is None


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_a_terminal_takes_anything(pieces):
    output = []
    terminal = Terminal(output.append)
    for piece in pieces:
        for _ in terminal.typed(piece):
            pass
        terminal.write_line("x")
    assert all(len(line.encode()) <= 3 * LONGEST_LINE for line in terminal.lines)
    "".join(output).encode()  # no half of a character


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=60))
def test_a_line_is_read_as_it_was_typed(text):
    terminal = Terminal(lambda _: None)
    events = list(terminal.typed(text.encode() + b"\r"))
    assert events == ["line"] and list(terminal.lines) == [text]
