"""Questions and predictions: what is asked, what may be seen before, what is kept."""

import dataclasses
import json

import pytest

from ecslab.course import progress_store as store
from ecslab.course.catalogue import STAGES
from ecslab.course.quiz import (
    AccountQuestion,
    NoSuchQuestion,
    Option,
    Prediction,
    Question,
    collection,
    predictions,
    questions,
)
from ecslab.course.quiz.kinds import same_answer
from ecslab.course.quiz.views import reasons
from ecslab.errors import CannotBeDone

ASKED = Question(
    "06.who",
    "Who starts the `second` task?",
    (
        Option("You", False, "Nobody asked you."),
        Option("The service", True, "It counts, and starts what is missing."),
        Option("The cluster", False, "A cluster only groups."),
    ),
)
COUNT = Prediction(
    "06.count", "How many tasks run?", unit="tasks", low=0, high=9, because="The service counts."
)
WORD = Prediction("06.word", "Does it come back?", ("yes", "no"), because="Nobody looks after a bare task.")


@pytest.fixture
def asking(monkeypatch):
    """A course of one question and two predictions."""
    monkeypatch.setattr(collection, "questions", lambda *_: {ASKED.id: ASKED})
    monkeypatch.setattr(collection, "predictions", lambda *_: {COUNT.id: COUNT, WORD.id: WORD})


IN_THE_ACCOUNT = AccountQuestion(
    "06.how-many", "How many clusters are `ACTIVE`?", "clusters", "Count the rows of the table above.",
    "Make a cluster first.", "Each of them is a name.",
)  # fmt: skip


@pytest.fixture
def asking_the_account(monkeypatch):
    """A course of one question about the learner's own account."""

    def clusters(lab):
        cluster_arns = lab.ecs.list_clusters()["clusterArns"]
        return [len(cluster_arns)] if cluster_arns else []

    stage = dataclasses.replace(STAGES["06"], answers={"how-many": clusters})
    monkeypatch.setitem(STAGES, "06", stage)
    monkeypatch.setattr(collection, "questions", lambda *_: {IN_THE_ACCOUNT.id: IN_THE_ACCOUNT})


def test_every_question_about_the_account_is_read_by_its_stage_and_no_other_is():
    account_questions = {name for name, each in questions().items() if isinstance(each, AccountQuestion)}
    assert account_questions == {f"{stage.id}.{name}" for stage in STAGES.values() for name in stage.answers}


def test_an_answer_is_held_against_the_account(lab, asking_the_account):
    view = lab.question("06.how-many")
    assert view.text() == "How many clusters are ACTIVE?\n  (a number of clusters)"
    assert (view.answer("1"), view.status) == ("Make a cluster first.", "open")
    lab.ecs.create_cluster(clusterName="one")
    assert (view.answer(2), view.status) == ("Not this. Count the rows of the table above.", "warning")
    lab.ecs.create_cluster(clusterName="two")
    assert (view.answer(" `2` "), view.status) == ("Right. Each of them is a name.", "right")
    assert (view.answer(" "), view.status) == ("Write your answer first.", "open")


def test_what_was_answered_right_outlives_the_kernel(lab, asking_the_account):
    lab.ecs.create_cluster(clusterName="one")
    lab.question("06.how-many").answer("1")
    store.forget(lab)
    again = lab.question("06.how-many")
    assert (again.status, again.message) == ("right", "You answered this. Each of them is a name.")
    assert memory_of(lab) == {"06.how-many": [1]}


@pytest.mark.parametrize(
    ("entered", "right", "same"),
    [("2", 2, True), ("2.0", 2, True), ("2,5", 2.5, True), ("'eni-1'", "eni-1", True),
     ("ENI-1", "eni-1", True), ("eni-12", "eni-1", False), ("two", 2, False), ("", "", True)],
)  # fmt: skip
def test_the_form_of_an_answer_does_not_matter(entered, right, same):
    assert same_answer(entered, right) is same


@pytest.mark.parametrize("part", ["look", "missing", "why"])
def test_a_question_about_the_account_that_cannot_explain_itself_is_refused(part):
    with pytest.raises(ValueError, match="it lacks look, missing or why"):
        dataclasses.replace(IN_THE_ACCOUNT, **{part: ""})


def memory_of(lab):
    return store.memory(lab).answered


def test_the_course_s_own_stand_where_they_belong():
    assert {name[:2] for name in [*questions(), *predictions()]} <= set(STAGES)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"id": "6.who"}, "its id is not of the form"),
        ({"text": " "}, "it asks nothing"),
        ({"options": ASKED.options[:1]}, "it has 1 options"),
        ({"options": (ASKED.options[0], ASKED.options[2])}, "0 of its options are right"),
        ({"options": (*ASKED.options, Option("We", True, "So."))}, "2 of its options are right"),
        ({"options": (*ASKED.options, Option("We", False, ""))}, "an option says nothing"),
        ({"options": (*ASKED.options, ASKED.options[0])}, "two of its options are the same"),
    ],
    ids=["id", "empty", "one", "none-right", "two-right", "no-reason", "twice"],
)
def test_a_bad_question_is_refused_when_it_is_written_down(change, problem):
    with pytest.raises(ValueError, match=problem):
        Question(**({"id": ASKED.id, "text": ASKED.text, "options": ASKED.options} | change))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"because": ""}, "it does not say why"),
        ({"options": ("only",)}, "leave no choice"),
        ({"options": ("a", "b"), "low": 1}, "it takes either"),
        ({"options": ("a", "b"), "results": (True,)}, "not one result for each option"),
        ({"low": 3, "high": 3}, "its least number is not below"),
    ],
    ids=["no-reason", "one-option", "both", "results", "no-range"],
)
def test_a_bad_prediction_is_refused_when_it_is_written_down(change, problem):
    with pytest.raises(ValueError, match=problem):
        Prediction(**({"id": "06.x", "text": "How many?", "because": "So."} | change))


def test_what_is_unknown_is_answered_with_what_there_is(lab, asking):
    with pytest.raises(NoSuchQuestion, match=r"no question '06.why'.\n  there are: 06.who"):
        lab.question("06.why")
    with pytest.raises(NoSuchQuestion, match=r"no prediction '07.x'.\n  there are: 06.count, 06.word"):
        lab.outcome("07.x", 1)


def test_nothing_tells_the_answer_beforehand(lab, asking):
    view = lab.question("06.who")
    text = "Who starts the second task?\n  A. You\n  B. The service\n  C. The cluster"
    data, metadata = view._repr_mimebundle_()
    assert data["text/plain"] == text
    written = json.dumps([data, metadata, view.get_state()], default=str)
    assert not [option.why for option in ASKED.options if option.why in written]
    assert '"right"' not in written


def test_a_wrong_answer_is_explained_and_the_right_one_explains_all(lab, asking):
    view = lab.question("06.who")
    assert view.answer("c") == "C. Not this one: A cluster only groups."
    assert view.answer("B").splitlines() == [
        "B. Right: It counts, and starts what is missing.",
        "C. Not this one: A cluster only groups.",
        "A. Not this one: Nobody asked you.",
    ]
    with pytest.raises(ValueError, match="'D' is no option; it can be: A, B, C"):
        view.answer("D")


def test_what_was_tried_outlives_the_kernel(lab, asking):
    lab.question("06.who").answer("A")
    store.forget(lab)
    again = lab.question("06.who")
    assert again.choice == 0
    assert again.reasons == reasons(ASKED, [0])
    assert again.text() == lab.question("06.who").text()


def test_a_prediction_is_locked_and_shown_beside_the_outcome(lab, asking):
    view = lab.predict("06.count")
    view.value = "2"
    assert (view.locked, view.trouble) == (False, "")
    view.asked += 1
    assert (view.locked, view.message) == (True, "Locked: 2 tasks. Now run it and see.")
    view.value = "3"
    assert (view.value, view.trouble) == ("2", "06.count: Locked: 2 tasks. Now run it and see.")
    store.forget(lab)
    assert (lab.predict("06.count").value, lab.predict("06.count").locked) == ("2", True)
    with pytest.raises(CannotBeDone, match="Locked: 2 tasks"):
        lab.predict("06.count", 3)
    assert repr(lab.outcome("06.count", 2)) == (
        "How many tasks run?\nYou said: 2 tasks. It was: 2 tasks.\nAs you predicted.\nThe service counts."
    )
    assert "3 tasks more than you predicted." in repr(lab.outcome("06.count", 5))


def test_the_outcome_waits_for_the_lock_and_tells_nothing_before(lab, asking):
    view = lab.predict("06.word")
    view.value = "yes"
    assert str(lab.outcome("06.word", "no")) == (
        "Not yet. Say first what you expect: lock your prediction (Does it come back?), or press *Skip*, "
        'which is `lab.predict("06.word", skip=True)`. Then run this cell again.'
    )
    assert not view.locked
    view.asked += 1
    comparison = lab.outcome("06.word", "no")
    assert (comparison.predicted, comparison.hit) == ("yes", False)
    assert "Not as you predicted" in repr(comparison)


def test_a_measurement_stands_for_an_option(lab, asking, monkeypatch):
    measured = Prediction("06.word", "Does it come back?", ("yes", "no"), (True, False), because="So.")
    monkeypatch.setattr(collection, "predictions", lambda *_: {measured.id: measured})
    lab.predict("06.word", "no")
    assert lab.outcome("06.word", False).hit
    assert "You said: no. It was: yes." in repr(lab.outcome("06.word", True))


def test_one_that_is_skipped_is_explained_all_the_same(lab, asking):
    view = lab.predict("06.word")
    view.skipped += 1
    assert (view.locked, view.message) == (True, "Skipped: its outcome is shown without a prediction.")
    comparison = lab.outcome("06.word", "no")
    assert repr(comparison).splitlines()[1:] == [
        "You said: no prediction. It was: no.",
        "You skipped the prediction. Next time, make one: a wrong guess teaches most.",
        "Nobody looks after a bare task.",
    ]
    assert "<b>Does it come back?</b>" in comparison._repr_html_()
    view.value = "yes"
    assert view.trouble.startswith("06.word: Skipped")
    assert lab.predict("06.count", skip=True).locked
    assert lab.outcome("06.count", 1).predicted is None


@pytest.mark.parametrize(
    ("wanted", "value", "problem"),
    [
        ("06.count", "many", "06.count: 'many' is no number of tasks."),
        ("06.count", "nan", "06.count: nan is no number of tasks."),
        ("06.count", "12", "06.count: 12 is not from 0 to 9."),
        ("06.word", "maybe", "06.word: 'maybe' is not offered; it can be: yes, no."),
        ("06.count", " ", "Say something first: even a wild guess will do."),
    ],
)
def test_what_cannot_be_predicted_is_answered_in_words(lab, asking, wanted, value, problem):
    view = lab.predict(wanted)
    view.value = value
    view.asked += 1
    assert (view.trouble, view.locked) == (problem, False)
    view.value = view.options[0] if view.options else "4,5"
    view.asked += 1
    assert (view.trouble, view.locked) == ("", True)


def test_a_prediction_says_what_can_be_said_and_never_what_was(lab, asking):
    count = lab.predict("06.count", 1).text()
    assert count == "Predict: How many tasks run?\n  (a number of tasks, from 0 to 9)"
    assert lab.predict("06.word").text() == "Predict: Does it come back?\n  - yes\n  - no"


def test_another_account_is_another_beginning(lab, asking):
    lab.predict("06.count", 1)
    lab.question("06.who").answer("A")
    lab.control("reset")
    assert not lab.predict("06.count").locked
    assert lab.question("06.who").reasons == []


def test_two_kernels_keep_what_each_was_told(lab, asking):
    """Two memories of one file: what one writes, the other does not write over."""
    lab.predict("06.count", 1)
    other = store.Memory(store.path(lab))
    other.read()
    other.predicted["06.word"] = store.Guess("yes", locked=True)
    other.write()
    lab.question("06.who").answer("B")
    memory = store.memory(lab)
    assert set(memory.predicted) == {"06.count", "06.word"}
    assert memory.answered == {"06.who": [1]}


@pytest.mark.parametrize(
    ("predicted", "observed", "words"),
    [
        (30, 30.4, "As you predicted."),
        (30, 34.26, "4.3 s more than you predicted."),
        (2.5, 2, "0.5 s less than you predicted."),
    ],
)
def test_a_number_is_compared_as_a_person_would(lab, predicted, observed, words):
    from ecslab.course.quiz import Comparison

    prediction = Prediction("06.x", "How long?", unit="s", because="So.")
    assert Comparison(prediction, predicted, observed).said == words
