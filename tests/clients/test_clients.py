"""The table of clients and how a step is judged. (The clients themselves run apart: `make clients`.)"""

import re

import pytest

from tests.clients import installation, readme, table
from tests.clients.scenario import Outcome, judge
from tests.clients.table import Client, Step

CLIENTS = table.read()
LINES = [line for line in readme.block(readme.README.read_text()).splitlines() if line.strip()]
WORK = Step("log in", "true")
REFUSAL = Step("a stack", "true", refused="does not carry")
SENTENCE = "This sandbox does not carry cloudformation:CreateStack yet."


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_a_client_has_work_or_a_reason_and_a_line(client):
    assert client.not_tried or (client.version and client.steps())
    assert all(step.does and step.run for step in client.steps())
    assert all("==" in wanted for wanted in client.pip) and all("@" in wanted[1:] for wanted in client.npm)
    assert sum(readme.is_of(line, client.title) for line in LINES) == 1


def test_every_scenario_is_some_client_s():
    used = {name for client in CLIENTS.values() for name in client.scenario}
    assert used == {file.stem for file in table.SCENARIOS.glob("*.toml")}


def test_the_readme_s_table_has_its_shape_and_names_no_machine():
    assert tuple(LINES[:2]) == readme.HEAD
    assert len(LINES) == 2 + len(CLIENTS)
    for line in LINES[2:]:
        assert re.fullmatch(r"\|( .*? | )\|( .*? | )\|( .*? | )\|( .*? | )\|", line), line
        assert not re.search(r"127\.0\.0\.1|localhost:|/tmp/|/root|/home|\.venv", line), line


@pytest.mark.parametrize(
    ("step", "code", "output", "kind", "sentence"),
    [
        (WORK, 0, "Login Succeeded", "works", ""),
        (WORK, 1, "error: one\nerror: two\n", "gap", "error: two"),
        (WORK, 1, f"An error occurred: {SENTENCE}", "refused", SENTENCE),
        (WORK, None, "waiting", "gap", "did not end in 420 seconds. waiting"),
        (REFUSAL, 1, f"An error occurred: {SENTENCE}\nbye now", "refused", SENTENCE),
        (REFUSAL, 1, f"{SENTENCE[:-1]}: it carries a, b and c.", "refused", SENTENCE[:-1]),
        (REFUSAL, 1, "Connection reset by peer", "gap", "Connection reset by peer"),
        (REFUSAL, 0, "", "gap", "was accepted, and AWS or the sandbox has to refuse it"),
    ],
)
def test_a_step_is_judged(step, code, output, kind, sentence):
    assert judge(step, code, output) == Outcome(kind, step.does, sentence)


def test_a_line_has_what_works_what_is_refused_and_what_is_missing():
    outcomes = [
        Outcome("works", "a"),
        Outcome("works", "b"),
        Outcome("refused", "c", "No | no."),
        Outcome("gap", "d"),
    ]
    assert readme.row("one", "1.2", outcomes) == "| one 1.2 | a; b | c: *No \\| no.* | d |"


def test_a_line_of_one_client_leaves_the_others(tmp_path, monkeypatch):
    file = tmp_path / "README.md"
    file.write_text(f"before\n\n{readme.BEGIN}\n{readme.END}\n\nafter\n")
    monkeypatch.setattr(readme, "README", file)
    readme.write({"one": readme.row("one", "1.0", []), "two": readme.row("two", "", [])}, ["one", "two"])
    readme.write({"two": readme.not_tried("two", "no `two` here")}, ["one", "two"])
    text = file.read_text()
    assert readme.block(text).split("\n")[1:-2] == [
        *readme.HEAD,
        "| one 1.0 |  |  |  |",
        "| two | not tried here: no `two` here | | |",
    ]
    assert text.startswith("before\n") and text.endswith("\nafter\n")


def test_a_client_that_is_not_on_the_machine_is_said_not_to_be():
    with pytest.raises(
        installation.NotHere, match="no `no-such-program` on this machine; Debian's package is `such`"
    ):
        installation.install(Client("such", "Such", program="no-such-program", debian="such"))


def test_a_client_is_to_be_had_in_one_way(tmp_path, monkeypatch):
    (tmp_path / "clients.toml").write_text(
        '[both]\ntitle = "Both"\nprogram = "a"\npip = ["b==1"]\nscenario = ["aws"]\n'
    )
    monkeypatch.setattr(table, "HERE", tmp_path)
    with pytest.raises(ValueError, match="both is to be had in one way"):
        table.read()
