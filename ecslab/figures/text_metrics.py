"""How wide a text is, without a browser: enough to keep words inside their boxes.

The widths are those of DejaVu Sans, which is wider than the fonts most systems choose, so a text that fits
here fits there too.
"""

from functools import cache
from typing import Final

ASCENT: Final = 0.80
"""Height above the baseline, in font sizes."""
DESCENT: Final = 0.22
"""Depth below the baseline, in font sizes."""
LEADING: Final = 1.32
"""Distance between baselines, in font sizes."""
MONO: Final = 0.605

# hundredths of the font size: the characters that are this wide
_REGULAR: Final = {
    28: "'ijl", 30: "IJ", 32: " ,.’·", 34: "/:;\\|", 36: "f-", 40: "()[]t!", 42: "r", 46: '"', 50: "*_`–",
    53: "sz“”?", 56: "cL", 60: "Fkvxy", 62: "PTYaoe", 64: "ESbdghnpqu$0123456789{}", 69: "KAVBRXZ", 70: "C",
    75: "UHN", 79: "DG&OQ", 84: "w#+<=>^~→←↓↑×≥≤✓✗≈", 87: "M●○", 99: "%mW",
}  # fmt: skip
_BOLD: Final = {
    31: "'", 35: "ijl ", 38: "/IJ\\|,.’·", 42: ":;-", 46: "f!()[]", 50: "tr_`–", 52: '"*', 60: "?zcs",
    66: "LvxyM“”", 69: "akEFTeo", 72: "$0123456789hnu{}SYbdgpq", 77: "CPZBAKRVX",
    84: "UGD#+<=>HN^~→←↓↑×≥≤✓✗≈", 87: "OQ&●○", 92: "w",
}  # fmt: skip


@cache
def _widths(bold: bool) -> dict[str, float]:
    table = _BOLD if bold else _REGULAR
    widths = {letter: width / 100 for width, letters in table.items() for letter in letters}
    return widths | ({"M": 1.0} if bold else {})


def text_width(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """The width of `text` in pixels, for a font of `size` pixels; never less than a browser would draw."""
    if mono:
        return len(text) * MONO * size
    widths = _widths(bold)
    return sum(widths.get(letter, 1.1) for letter in text) * size


def wrap(text: str, width: float, size: float, *, bold: bool = False, mono: bool = False) -> list[str]:
    """`text` in lines no wider than `width` pixels. Its line breaks are kept; a long word is broken."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            for piece in _pieces(word, width, size, bold, mono):
                longer = f"{line} {piece}" if line else piece
                if line and text_width(longer, size, bold=bold, mono=mono) > width:
                    lines.append(line)
                    line = piece
                else:
                    line = longer
        lines.append(line)
    return lines


def _pieces(word: str, width: float, size: float, bold: bool, mono: bool) -> list[str]:
    """The word, cut where it is wider than a whole line (an image URI, an ARN)."""
    pieces = [""]
    for letter in word:
        if text_width(pieces[-1] + letter, size, bold=bold, mono=mono) > width and pieces[-1]:
            pieces.append("")
        pieces[-1] += letter
    return pieces
