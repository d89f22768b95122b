"""The six questions as a view: answered by keyboard, judged by the account, and saved with what was said."""

import pytest
from node_page import needs_node, run_view

from ecslab.errors import Unreachable
from ecslab.operations.judged_guesses import NoGuess
from ecslab.resources.task import reachability
from ecslab.resources.task.reachability import QUESTIONS, Look
from ecslab.widgets import WhyNotView
from ecslab.workshop.stills import still

ANSWERS = dict.fromkeys(QUESTIONS, True) | {"security_group": False, "listens": None}
SHUT = Look(ANSWERS, "Group: shut.\n  next: …")


@pytest.fixture
def seen(monkeypatch):
    """What the account says; a test may put something else into it."""
    account = [SHUT]

    def look(lab, task, port):
        assert port == 80
        if isinstance(account[0], Exception):
            raise account[0]
        return account[0]

    monkeypatch.setattr(reachability, "look", look)
    return account


def test_before_an_answer_it_shows_the_questions_alone(seen):
    view = WhyNotView(None, {})
    assert view.text().splitlines()[1:] == [f"  - {text}" for text in QUESTIONS.values()]
    assert view.rows == [] and "shut" not in str(view.get_state())


def test_what_was_answered_is_judged_and_can_be_judged_again(seen):
    view = WhyNotView(None, {})
    assert view.answer(running=True, security_group=True, listens=False) == "1 of 2 right. Group: shut."
    marks = {row["name"]: (row["guess"], row["answer"], row["mark"]) for row in view.rows}
    assert marks == {
        "running": ("yes", "yes", "right"), "security_group": ("yes", "no", "look again"),
        "listens": ("no", "cannot be seen yet", ""),
    }  # fmt: skip
    assert view.text().startswith("1 of 2 right. Group: shut.\n")
    seen[0] = Look(dict.fromkeys(QUESTIONS, True), "")
    view.asked += 1
    assert view.message == "2 of 3 right. Nothing stands in the way."


def test_nothing_answered_and_an_account_that_does_not_answer(seen):
    view = WhyNotView(None, {})
    view.asked += 1
    assert view.message.startswith("Answer one of the questions first") and view.rows == []
    seen[0] = Unreachable("The sandbox has stopped.")
    view.guesses = {"running": "yes"}
    view.asked += 1
    assert view.message == "The sandbox has stopped." and view.rows == []


@pytest.mark.parametrize("guess", [{"route": "perhaps"}, {"rute": True}])
def test_a_guess_of_the_wrong_kind_is_refused_and_changes_nothing(seen, guess):
    view = WhyNotView(None, {})
    with pytest.raises(NoGuess):
        view.answer(**guess)
    assert view.guesses == {} and view.asked == 0


def test_it_is_saved_with_what_was_said(seen):
    view = WhyNotView(None, {})
    assert "look again" not in still(view.get_state())
    view.answer(security_group=True)
    saved = still(view.get_state())
    assert "look again" in saved and "0 of 1 right. Group: shut." in saved


@needs_node
def test_it_is_answered_by_keyboard_and_drawn_as_text(seen):
    run_view(
        WhyNotView(None, {}),
        """
        const fields = el.all((element) => element.getAttribute("role") === "radiogroup");
        assert.deepEqual([fields.length, el.tags("input").length], [6, 12]);
        assert.equal(fields[0].getAttribute("aria-label"), "Is the task RUNNING?");
        const [yes, no] = fields[4].tags("input");
        assert.deepEqual([yes.value, no.value], ["yes", "no"]);
        assert.equal(yes.getAttribute("name"), no.getAttribute("name"));
        no.checked = true;
        no.fire("change");
        assert.deepEqual(model.saved, [{ guesses: { security_group: "no" } }]);
        el.only("form").fire("submit");
        assert.deepEqual(model.saved[1], { asked: 1 });
        const judged = { name: "security_group", guess: "no", answer: "no", mark: "right" };
        model.change({ rows: [judged], message: "1 of 1 right. <b>shut</b>" });
        assert.equal(fields[4].getAttribute("data-mark"), "right");
        assert.ok(fields[4].textContent.endsWith("right: the account says no"));
        assert.equal(fields[0].getAttribute("data-mark"), "");
        assert.equal(el.only("p").textContent, "1 of 1 right. <b>shut</b>");
        model.change({ rows: [{ ...judged, answer: "cannot be seen yet", mark: "" }] });
        assert.ok(fields[4].textContent.endsWith("cannot be seen yet"));
        model.change({ guesses: { security_group: "yes" } });
        assert.deepEqual([yes.checked, no.checked], [true, false]);
        """,
    )
