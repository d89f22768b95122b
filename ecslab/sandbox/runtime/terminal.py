"""A terminal in a container: what is typed becomes lines, and what a program writes is shown.

The line discipline is that of a Linux pseudo-terminal in canonical mode: echo, erase, kill, interrupt, end.
Escape sequences, such as arrow keys send, are taken and mean nothing.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, Literal

Typed = Literal["line", "interrupt", "end"]
LONGEST_LINE: Final = 4095
"""Bytes of a line; more are not taken, as by Linux (`N_TTY_BUF_SIZE`)."""
MOST_LINES: Final = 256
"""Lines that wait while a program does not read; what is typed beyond is lost."""
_INTERRUPT, _END, _ERASE, _BACKSPACE, _KILL, _ESCAPE = 0x03, 0x04, 0x7F, 0x08, 0x15, 0x1B


class Terminal:
    """A terminal.

    Attributes:
        lines: what was typed and is not yet read.
        ended: whether whoever types has said that nothing follows (Ctrl-D).
        reading: whether the program waits for a line.
        columns, rows: how large it is.
        show: takes what appears on it.
    """

    __slots__ = ("_escape", "_line", "columns", "ended", "lines", "reading", "rows", "show")

    def __init__(self, show: Callable[[str], None]):
        self.show = show
        self.lines: deque[str] = deque()
        self.ended = self.reading = False
        self.columns, self.rows = 80, 24
        self._line = bytearray()
        self._escape = 0  # 1 after ESC, 2 within the sequence that follows

    def write_line(self, text: str) -> None:
        """Show a line of output."""
        self.show(text.replace("\n", "\r\n") + "\r\n")

    def typed(self, data: bytes) -> Iterator[Typed]:
        """Take what is typed, show it, and say what comes of it."""
        for byte in data:
            if self._escape:
                self._skip(byte)
            elif byte in (0x0A, 0x0D):
                yield from self._enter()
            elif byte == _INTERRUPT:
                self._line.clear()
                self.lines.clear()
                self.show("^C\r\n")
                yield "interrupt"
            elif byte == _END:
                if not self._line:
                    self.ended = True
                    yield "end"
            else:
                self._edit(byte)

    def _enter(self) -> Iterator[Typed]:
        self.show("\r\n")
        line = self._line.decode("utf-8", "replace")
        self._line.clear()
        if len(self.lines) < MOST_LINES:
            self.lines.append(line)
            yield "line"

    def _edit(self, byte: int) -> None:
        if byte == _ESCAPE:
            self._escape = 1
        elif byte in (_ERASE, _BACKSPACE):
            while self._line and self._line.pop() & 0xC0 == 0x80:
                pass  # the rest of one character
            self.show("\b \b")
        elif byte == _KILL:
            self.show("\b \b" * len(self._line.decode("utf-8", "replace")))
            self._line.clear()
        elif byte >= 0x20 and len(self._line) < LONGEST_LINE:
            self._line.append(byte)
            self._echo(byte)

    def _echo(self, byte: int) -> None:
        """Show what was typed, a whole character at a time."""
        if byte < 0x80:
            self.show(chr(byte))
            return
        for size in range(2, 5):
            try:
                self.show(self._line[-size:].decode("utf-8"))
            except UnicodeDecodeError:
                continue
            return

    def _skip(self, byte: int) -> None:
        if self._escape == 1 and byte in (0x5B, 0x4F):  # [ or O
            self._escape = 2
        elif self._escape == 1 or 0x40 <= byte <= 0x7E:
            self._escape = 0
