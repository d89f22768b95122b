"""Notebooks 00 to 03, and the prices of all: a text says what the figure, the table or the account says."""

import re
import tomllib
from pathlib import Path

import pytest

from ecslab.course.quiz import collection
from ecslab.course.quiz.kinds import AccountQuestion
from ecslab.operations import prices
from ecslab.operations.price_list import price_list
from tests.notebooks.minutes import reading
from tests.notebooks.rig import read, stems

ROOT = Path(__file__).parents[2]


def text(stem):
    return "\n".join(cell.source for cell in read(stem).cells if cell.cell_type == "markdown")


def drawn(name):
    return tomllib.loads((ROOT / f"ecslab/figures/en/{name}.toml").read_text("utf-8"))


def test_something_is_made_within_five_minutes():
    notebook = read("00-start")
    build_cell = next(n for n, cell in enumerate(notebook.cells) if "image.build(" in cell.source)
    notebook.cells = notebook.cells[: build_cell + 1]
    assert reading(notebook) <= 5 * 60


def test_what_stays_yours_is_what_the_figure_shows():
    rows = drawn("chores")["rows"]
    yours = [chore for chore, who in rows if who == "yyyy"]
    assert yours == ["Choose the memory for each copy", "Write the program, renew its base"]
    assert "Two chores are yours in every column: you choose the memory for each copy, and you write" in text(
        "00-start"
    )
    assert dict(rows)["Decide how many copies run"] == "yyya"
    assert "How many copies run is your decision in every column but Lambda's." in text("00-start")


def test_the_kinds_of_capacity_are_as_many_as_the_figure_has():
    kinds = [kind for kind in drawn("capacity")["kinds"] if kind != "Lambda"]
    assert kinds == ["EC2", "Managed Instances", "Fargate", "External"]
    assert "ECS offers four kinds of **capacity**" in text("00-start")


@pytest.mark.parametrize("stem", stems())
def test_no_price_is_typed(stem):
    assert re.findall(r"\$\d|\d (?:US )?cents", text(stem)) == []


def test_a_part_of_the_prices_can_be_asked_for():
    [secret] = price_list("secret").rows
    assert secret[0] == "a secret in Secrets Manager" and secret[2] == "$0.40"
    assert [row[2] for row in price_list("image", "keeps").rows] == ["$0.10 a GB", "$0.03 a GB"]
    assert price_list("no such thing").rows == ()


def test_the_prices_are_those_that_the_course_reckons_with():
    rows = {row[0]: row for row in price_list().rows}
    assert rows["the course's task: 0.25 vCPU, 0.5 GB, x86"][1] == prices.dollars(
        prices.task_hour(256, 512, public_ip=False)
    )
    assert rows["a load balancer in two zones"][1] == prices.dollars(prices.balancer_hour(2))
    assert rows["an alarm on one metric"][2] == f"${prices.ALARM_MONTH:.2f}"
    enhanced = prices.INSIGHTS_METRIC_MONTH["enhanced"]
    assert rows["Container Insights, enhanced: a service"][2] == (
        f"${prices.INSIGHTS_METRICS['service'] * enhanced:.2f}"
    )
    assert price_list().head[-1] == "aws.amazon.com/…"
    assert all(re.fullmatch(r"[a-z0-9/-]+/pricing(/on-demand)?", row[-1]) for row in price_list().rows)


def test_at_least_half_of_the_questions_are_answered_from_the_account():
    questions = [collection.questions(stage) for stage in ("00", "01", "02", "03")]
    for of_stage in questions:
        assert 2 * sum(isinstance(each, AccountQuestion) for each in of_stage.values()) >= len(of_stage)


def test_the_lesson_s_definition_is_registered_with_the_size_that_the_course_reckons_with():
    cells = {cell.id: cell.source for cell in read("03-task-definition").cells}
    assert cells["03-register"].startswith("definition = ecslab.task_definition.register(lab)\n")
