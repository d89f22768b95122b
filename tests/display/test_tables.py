"""Small tables, as text and as HTML."""

from ecslab.display.tables import Table, html_table, text_table


def test_tables_line_up_and_escape():
    assert text_table(("a", "b"), [("1", "x"), ("22", "y")]) == "a   b\n1   x\n22  y"
    assert "&lt;b&gt;" in html_table(("a",), [("<b>",)])
    assert repr(Table("Nothing.", (), ())) == "Nothing."
