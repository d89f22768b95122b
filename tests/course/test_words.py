"""The words of the course: each file fits the stage that uses it, and nothing in it is unused."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from ecslab import course
from ecslab.course import STAGES, STEPS, words
from ecslab.course.glossary import terms
from ecslab.course.quiz import Question, collection, predictions, questions
from ecslab.display import texts
from ecslab.operations.console.clicks import documents, of_document


def test_every_stage_has_its_words_and_no_other():
    assert words.stages() == list(STAGES)


@pytest.mark.parametrize("stage", STAGES.values(), ids=lambda stage: stage.id)
def test_the_words_of_a_stage_are_those_of_its_steps(stage):
    named = [f"{stage.id}.{name}" for name in words.of_stage(stage.id).entries("steps")]
    assert sorted(named) == sorted(step.id for step in stage.steps)
    assert stage.title
    assert stage.moment
    assert all(step.title and step.hints for step in stage.steps)


@pytest.mark.parametrize("stage", STAGES.values(), ids=lambda stage: stage.id)
def test_every_fact_of_a_step_is_spoken_of(stage):
    for step in stage.steps:
        hints = "".join(str(hint) for hint in words.of_step(step.id).values["hints"])
        assert set(texts.PLACEHOLDER.findall(hints)) == set(step.facts)


@pytest.mark.parametrize("stage", STAGES)
def test_a_question_has_one_right_option_and_reasons(stage):
    for question in [each for each in questions(stage).values() if isinstance(each, Question)]:
        assert sum(option.right for option in question.options) == 1
        assert all(option.why for option in question.options)
    assert all(prediction.because for prediction in predictions(stage).values())


@pytest.fixture
def broken(monkeypatch, tmp_path):
    """Puts another text file in the place of stage 06's."""

    def put(text):
        (tmp_path / "en").mkdir(exist_ok=True)
        (tmp_path / "en" / "06.toml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(words, "FOLDER", tmp_path)

    return put


OPTION = '[[questions.x.options]]\ntext = "{}"\nwhy = "So."\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (OPTION.format("A"), "en/06.toml, questions.x: text is missing"),
        (
            '[questions.x]\ntext = "Q?"\n' + OPTION.format("A") + OPTION.format("B"),
            "en/06.toml, questions.x: '06.x': 0 of its options are right; it takes exactly one",
        ),
        (
            '[questions.x]\ntext = "Q?"\n[[questions.x.options]]\ntext = "A"\nrihgt = true\nwhy = "So."',
            "en/06.toml, questions.x.options, number 1: 'rihgt' means nothing here; it may hold: text, "
            "right, why",
        ),
        (
            '[predictions.x]\ntext = "How many?"\nlow = 3\nhigh = 3\nbecause = "So."',
            "en/06.toml, predictions.x: '06.x': its least number is not below its greatest",
        ),
        ('[quetsions.x]\ntext = "Q?"', "en/06.toml, at the top: 'quetsions' means nothing here"),
    ],
    ids=["no-text", "none-right", "slip", "range", "slip-at-the-top"],
)
def test_a_broken_file_is_answered_with_file_and_entry(broken, text, problem):
    broken(text)
    with pytest.raises(texts.BrokenText) as error:
        collection.questions("06"), collection.predictions("06")
    assert problem in str(error.value)


def test_glossary_and_clicks_are_whole():
    assert len(terms()) > 30
    for document in documents():
        title, clicks = of_document(document)
        assert title
        assert clicks


def test_words_are_read_only_when_they_are_asked_for():
    """What a learner waits for: the course is imported without reading a text file, one stage reads one."""
    program = (
        "from ecslab.display import texts; import ecslab.course as course; "
        "before = texts.read.cache_info().currsize; course.STAGES['06'].title; "
        "print(before, texts.read.cache_info().currsize)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["0", "1"]


def test_progress_asks_the_sandbox_for_its_status_a_few_times_not_once_a_step(lab, monkeypatch):
    verbs = []
    control = lab.place.control

    def counting(verb, **arguments):
        verbs.append(verb)
        return control(verb, **arguments)

    monkeypatch.setattr(lab.place, "control", counting)
    lab.progress()
    assert 1 <= verbs.count("status") <= 4 < len(STEPS)


def verdicts_in_code():
    """Every call of `verdicts`: the verdict's id, and the facts that it is given."""
    for file in sorted(Path(course.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("verdicts."):
                yield node.args[0].value, {keyword.arg for keyword in node.keywords}


def test_the_verdicts_of_the_stages_are_those_that_the_checks_name():
    named = {f"{stage}.{name}" for stage in STAGES for name in words.of_stage(stage).entries("verdicts")}
    assert named == {verdict for verdict, _ in verdicts_in_code()}


def test_every_verdict_is_given_what_its_words_ask_for():
    for verdict, facts in verdicts_in_code():
        placeholders_in = " ".join(map(str, words.of_verdict(verdict).values.values()))
        assert set(texts.PLACEHOLDER.findall(placeholders_in)) == facts, verdict
