from types import SimpleNamespace

from node_page import needs_node, run_view

from ecslab.widgets import ClockButtons


class Paced:
    """A lab whose sandbox has one event waiting at 34 seconds."""

    where = "sandbox"

    def __init__(self):
        self.clock = {"mode": "paced", "paused": False, "speed": 10, "now": 12.0}

    def control(self, verb, **change):
        if verb == "clock":
            note = ""
            if change.pop("step", False):
                note = "Nothing is waiting to happen." if self.clock["now"] == 34.0 else ""
                self.clock["now"] = 34.0
            self.clock |= change
            return self.clock | {"note": note}
        return {"clock": dict(self.clock)}


def test_it_pauses_steps_and_goes_on():
    view = ClockButtons(Paced())
    assert view.text() == "12 s since the sandbox began. 10 seconds of the sandbox pass in one of yours."
    assert view.pause() == "12 s since the sandbox began. Paused: nothing happens until you go on."
    assert view.step() == "34 s since the sandbox began. Paused: nothing happens until you go on."
    assert view.step().startswith("Nothing is waiting to happen. 34 s")
    assert view.resume().endswith("10 seconds of the sandbox pass in one of yours.")
    assert view.speed(30).endswith("30 seconds of the sandbox pass in one of yours.")


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
    assert view.text().endswith("Time passes only while a cell waits.")


@needs_node
def test_the_buttons_say_what_was_pressed():
    run_view(
        ClockButtons(Paced()),
        """
        const [pause, step, resume] = el.tags("button");
        assert.equal(resume.disabled, true);
        pause.fire("click");
        step.fire("click");
        assert.deepEqual(model.saved, [{ pressed: ["pause", 0, 1] }, { pressed: ["step", 0, 2] }]);
        const words = "34 s. Paused.";
        model.change({ state: { usable: true, paused: true, speed: 10, words } });
        assert.equal(resume.disabled, false);
        assert.equal(pause.disabled, true);
        assert.equal(el.only("p").textContent, words);
        """,
    )
