from types import SimpleNamespace

from node_page import needs_node, run_view

from ecslab.widgets import ClockButtons


class Paced:
    """A lab whose sandbox has one event waiting at 34 seconds."""

    where = "sandbox"

    def __init__(self):
        self.clock = {"mode": "paced", "paused": False, "speed": 10, "rate": 10, "now": 12.0}

    def control(self, verb, **change):
        if verb == "clock":
            note = ""
            if change.pop("step", False):
                note = "Nothing is waiting to happen." if self.clock["now"] == 34.0 else ""
                self.clock["now"] = 34.0
            self.clock |= change | {"rate": change.get("speed", self.clock["rate"])}
            return self.clock | {"note": note}
        if verb == "advance":
            self.clock["now"] += change["seconds"]
            return {"moved": change["seconds"]}
        return {"clock": dict(self.clock)}


def test_it_pauses_steps_and_goes_on():
    view = ClockButtons(Paced())
    assert view.text() == "AWS time passes 10 × faster than yours."
    paused = "of AWS time since the sandbox began. Paused: nothing happens until you go on."
    assert view.pause() == f"0:12 {paused}"
    assert view.step() == f"0:34 {paused}"
    assert view.step().startswith("Nothing is waiting to happen. 0:34 of")
    assert view.resume().endswith("passes 10 × faster than yours.")
    assert view.speed(30).endswith("passes 30 × faster than yours.")
    assert view.skip() == "5:00 were skipped. AWS time passes 30 × faster than yours."


def test_a_press_on_the_page_does_the_same():
    view = ClockButtons(Paced())
    view.pressed = ["pause", 0, 1]
    assert view.state["paused"] is True
    view.pressed = ["speed", 100, 2]
    assert view.state["speed"] == 100


def test_on_a_real_account_it_says_why_not():
    view = ClockButtons(SimpleNamespace(where="aws"))
    assert view.pause() == "A real account: nobody can stop AWS's time."


def test_where_time_is_stepped_there_is_nothing_to_press(lab):
    view = ClockButtons(lab)
    assert view.state["usable"] is False
    assert view.text().endswith("It passes only while a cell waits.")


@needs_node
def test_the_buttons_say_what_was_pressed():
    run_view(
        ClockButtons(Paced()),
        """
        const [pause, step, resume, skip] = el.tags("button");
        assert.equal(resume.disabled, true);
        pause.fire("click");
        step.fire("click");
        skip.fire("click");
        const pressed = model.saved.map((change) => change.pressed);
        assert.deepEqual(pressed, [["pause", 0, 1], ["step", 0, 2], ["skip", 0, 3]]);
        const words = "34 s. Paused.";
        model.change({ state: { usable: true, paused: true, speed: 10, words } });
        assert.equal(resume.disabled, false);
        assert.equal(pause.disabled, true);
        assert.equal(el.only("p").textContent, words);
        """,
    )
