from node_page import needs_node, run_view

from ecslab.widgets import FaultPanel


def panel(**judges):
    replies = {
        "name": lambda letter: (letter == "b", f"cause {letter}\nScore: open."),
        "point": lambda call, field: (field == "reason", f"{call}: {field}"),
        "look": lambda: (False, "Nothing was changed yet."),
    }
    return FaultPanel("Fault 7.", ["`this`", "<b>that</b>"], **(replies | judges))


@needs_node
def test_each_part_has_its_button_and_enter_does_the_same():
    run_view(
        panel(),
        """
        const [cause, evidence, fix] = el.tags("form");
        const status = el.all((one) => one.getAttribute("role") === "status")[0];
        assert.equal(status.hidden, true);
        assert.ok(cause.textContent.includes("b.<b>that</b>"));
        cause.fire("submit");
        assert.deepEqual(model.saved, []);
        assert.equal(status.textContent, "Choose a cause first.");
        el.tags("input")[1].checked = true;
        cause.fire("submit");
        assert.deepEqual(model.saved, [{ choice: 1, asked: { part: "cause", count: 1 } }]);
        el.labelled("Call").value = "ecs describe-tasks";
        el.labelled("Field").value = "reason";
        evidence.fire("submit");
        assert.deepEqual(model.saved[1], {
          call: "ecs describe-tasks", field: "reason", asked: { part: "evidence", count: 2 },
        });
        fix.fire("submit");
        assert.deepEqual(model.saved[2], { asked: { part: "fix", count: 3 } });
        model.change({ verdict: { part: "fix", right: false, text: "<i>no</i> `x`\\nScore" } });
        assert.deepEqual(status.children.map((line) => line.textContent), ["<i>no</i> x", "Score"]);
        assert.equal(el.children[0].getAttribute("data-status"), "warning");
        model.change({ verdict: { part: "fix", right: true, text: "Fixed." } });
        assert.equal(el.children[0].getAttribute("data-status"), "right");
        """,
    )


def test_python_judges_each_part():
    view = panel()
    view.choice = 1
    view.asked = {"part": "cause", "count": 1}
    assert view.verdict == {"part": "cause", "right": True, "text": "cause b\nScore: open."}
    view.call, view.field = "ecs describe-tasks", "exitCode"
    view.asked = {"part": "evidence", "count": 2}
    assert view.verdict == {"part": "evidence", "right": False, "text": "ecs describe-tasks: exitCode"}
    view.asked = {"part": "fix", "count": 3}
    assert view.verdict["text"] == "Nothing was changed yet."


def test_what_nobody_could_have_sent_is_passed_over():
    view = panel()
    for request in ({"part": "cause"}, {"part": "everything"}, {}):
        view.asked = request
    assert view.verdict == {}


def test_a_fault_that_is_gone_is_said_on_the_panel():
    def gone():
        raise LookupError("fault 7 is no longer in the sandbox")

    view = panel(look=gone)
    view.asked = {"part": "fix"}
    assert view.verdict["text"] == "fault 7 is no longer in the sandbox"


def test_in_words_it_offers_the_causes_and_the_calls():
    assert panel().text() == (
        "Fault 7.\n  a. `this`\n  b. <b>that</b>\n"
        'By calls: fault.name_cause("a"), fault.evidence("ecs describe-…", "field"), fault.check().'
    )
