"""Small tables, as text and as HTML."""

from ecslab.display.tables import Table, html_table, text_table


def test_tables_line_up_and_escape():
    assert text_table(("a", "b"), [("1", "x"), ("22", "y")]) == "a   b\n1   x\n22  y"
    assert "&lt;b&gt;" in html_table(("a",), [("<b>",)])
    assert repr(Table("Nothing.", (), ())) == "Nothing."


def test_the_keyboard_stops_once_at_a_table_of_many_columns():
    wide = html_table(("", "<b>", "c", "d"), [("1", "2", "3", "4")])
    assert wide.count("tabindex") == 1
    assert "<a tabindex='0' style='text-decoration:none'>&lt;b&gt;</a></th>" in wide
    assert "tabindex" not in html_table(("a", "b", "c"), [("1", "2", "3")])
    assert "tabindex" not in html_table(("", "", "", ""), [("1", "2", "3", "4")])
    assert html_table(("Pushed", "w" * 25), [("layers", "3")]).count("tabindex") == 1
