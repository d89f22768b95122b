from node_page import needs_node, run_view

from ecslab.widgets import AnswerView, Judgement, PredictionView, QuestionView


def judge(tried):
    return [{"place": place, "right": place == 1, "why": f"<b>reason</b> {place}"} for place in tried]


class Kept:
    """Keeps one prediction in memory."""

    def __init__(self):
        self.now = (None, False, "")

    def load(self):
        return self.now

    def save(self, value, lock):
        self.now = (value, lock, "Locked." if lock else "")


@needs_node
def test_a_question_is_answered_by_enter_and_the_reasons_are_drawn_as_text():
    view = QuestionView("Which `one`?", ["this", "`that`"], judge)
    run_view(
        view,
        """
        const form = el.only("form");
        assert.equal(el.only("legend").textContent, "Which one?");
        assert.deepEqual(el.tags("code").map((code) => code.textContent), ["one", "that"]);
        assert.equal(el.only("ul").getAttribute("role"), "status");
        form.fire("submit");
        assert.deepEqual(model.saved, []);
        assert.ok(form.textContent.includes("Choose one first."));
        const radios = el.tags("input");
        assert.deepEqual(radios.map((radio) => radio.getAttribute("type")), ["radio", "radio"]);
        radios[0].checked = true;
        form.fire("submit");
        assert.deepEqual(model.saved, [{ choice: 0, asked: 1 }]);
        model.change({ reasons: [{ place: 0, right: false, why: "<b>no</b> `x`" }] });
        assert.equal(el.only("li").textContent, "✗ A. Not this one: <b>no</b> x");
        assert.equal(form.getAttribute("data-status"), "warning");
        assert.ok(form.textContent.includes("Choose another one"));
        const both = [{ place: 1, right: true, why: "yes" }, { place: 0, right: false, why: "no" }];
        model.change({ reasons: both });
        assert.equal(form.getAttribute("data-status"), "right");
        assert.equal(el.tags("li")[0].textContent, "✓ B. Right: yes");
        """,
    )


@needs_node
def test_a_question_answered_before_is_drawn_as_it_was_left():
    run_view(
        QuestionView("Which?", ["this", "that"], judge, [0]),
        """
        assert.equal(el.tags("input")[0].checked, true);
        assert.equal(el.only("form").getAttribute("data-status"), "warning");
        """,
    )


@needs_node
def test_a_choice_is_kept_at_once_and_locked_by_enter():
    run_view(
        PredictionView("Will it?", ["yes", "no"], Kept()),
        """
        const [yes, no] = el.tags("input");
        no.checked = true;
        no.fire("change");
        assert.deepEqual(model.saved, [{ value: "no" }]);
        el.only("form").fire("submit");
        assert.deepEqual(model.saved[1], { value: "no", asked: 1 });
        model.change({ locked: true, message: "Locked: no." });
        assert.deepEqual([yes.disabled, no.disabled, no.checked], [true, true, true]);
        assert.deepEqual(el.tags("button").map((button) => button.hidden), [true, true]);
        assert.ok(el.only("form").textContent.includes("Locked: no."));
        el.only("form").fire("submit");
        assert.equal(model.saved.length, 2);
        """,
    )


@needs_node
def test_a_prediction_can_be_skipped():
    run_view(
        PredictionView("Will it?", ["yes", "no"], Kept()),
        """
        const [lock, skip] = el.tags("button");
        assert.deepEqual([lock, skip].map((button) => button.textContent), ["Lock my prediction", "Skip"]);
        skip.fire("click");
        assert.deepEqual(model.saved, [{ skipped: 1 }]);
        """,
    )


@needs_node
def test_a_number_has_its_unit_and_its_range_beside_it():
    run_view(
        PredictionView("How long?", [], Kept(), "seconds", "from 0 to 600"),
        """
        const input = el.only("input");
        assert.ok(el.only("label").textContent.includes("seconds, from 0 to 600"));
        input.value = "40";
        el.only("form").fire("submit");
        assert.deepEqual(model.saved, [{ value: "40", asked: 1 }]);
        model.change({ trouble: "too much" });
        const alert = el.all((each) => each.getAttribute("role") === "alert")[0];
        assert.deepEqual([alert.textContent, alert.hidden], ["too much", false]);
        """,
    )


def test_a_locked_prediction_comes_back_locked():
    progress = Kept()
    PredictionView("How long?", [], progress).lock(40)
    view = PredictionView("How long?", [], progress)
    assert (view.value, view.locked, view.message) == ("40", True, "Locked.")


@needs_node
def test_an_answer_is_sent_by_enter_and_what_becomes_of_it_is_drawn_as_text():
    view = AnswerView("Which `id`?", "tasks", lambda entered: Judgement("right", entered))
    run_view(
        view,
        """
        assert.equal(el.tags("code")[0].textContent, "id");
        assert.ok(el.only("label").textContent.endsWith("tasks"));
        el.only("input").value = "eni-1";
        el.only("form").fire("submit");
        assert.deepEqual(model.saved, [{ entered: "eni-1", asked: 1 }]);
        model.change({ status: "right", message: "Right. <b>`x`</b>" });
        assert.equal(el.only("form").getAttribute("data-status"), "right");
        assert.ok(el.only("form").textContent.includes("Right. <b>x</b>"));
        """,
    )
