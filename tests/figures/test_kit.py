import pytest
from geometry import faults, read
from hypothesis import given
from hypothesis import strategies as st

from ecslab.figures.svg import Drawing, shorten
from ecslab.figures.text_metrics import text_width, wrap


def drawing() -> Drawing:
    return Drawing(400, 200)


def test_words_that_do_not_fit_are_refused_rather_than_cut():
    with pytest.raises(ValueError, match=r"'one two three four' needs 79 pixels of height, its box has 40"):
        drawing().box(10, 10, 60, 40, body="one two three four")


def test_markup_is_drawn_as_text():
    d = drawing()
    d.text(20, 40, "<script>alert(1)</script> & more")
    assert "<script>" not in d.figure("<b>", "a & b").svg


@pytest.mark.parametrize(
    ("draw", "fault"),
    [
        (lambda d: (d.text(20, 40, "one"), d.text(30, 44, "two")), "'one' overlaps 'two'"),
        (lambda d: d.text(380, 40, "too far right"), "'too far right' leaves the panel"),
        (lambda d: (d.rect(20, 20, 50, 50), d.text(50, 40, "across")), "'across' crosses the border of"),
        (lambda d: (d.rect(20, 20, 50, 50), d.rect(60, 60, 50, 50)), "cross"),
        (lambda d: (d.text(20, 40, "under a line"), d.arrow((10, 36), (200, 36))), "a line runs through"),
        (lambda d: d.text(20, 40, "pale", ink="#cccccc"), "hard to read"),
    ],
)
def test_the_measure_used_on_every_figure_sees_each_kind_of_fault(draw, fault):
    d = drawing()
    draw(d)
    assert any(fault in message for message in faults(read(d.figure("t", "d").svg)))


@given(st.text(alphabet="abcWM ./:-", max_size=80), st.integers(60, 300), st.booleans(), st.booleans())
def test_wrapped_lines_keep_every_letter_and_the_width(text, width, bold, mono):
    lines = wrap(text, width, 15, bold=bold, mono=mono)
    assert all(text_width(line, 15, bold=bold, mono=mono) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.text(alphabet="abcWM/:-0", min_size=1, max_size=120), st.integers(60, 300))
def test_a_shortened_text_fits_and_keeps_both_ends(text, width):
    short = shorten(text, width, 15, mono=True)
    assert text_width(short, 15, mono=True) <= width
    assert short == text or (short[0] == text[0] and short[-1] == text[-1] and "…" in short)
