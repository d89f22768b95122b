"""Stage 14: what its checks say of faults that are not found out yet."""

import pytest
from course_rig import said

import ecslab

EXAMPLE, STAYS, ANSWERS, ANOTHER = "14.example", "14.yours-1", "14.yours-2", "14.yours-3"
SEEDS = {EXAMPLE: 14, STAYS: 42, ANSWERS: 17, ANOTHER: 0}


def misnamed(step):
    """A cause was named that is not the one."""

    def make(lab):
        fault = ecslab.fault(lab, seed=SEEDS[step])
        fault.name_cause("a")  # of all four seeds a wrong one

    return make


def pointed_astray(step):
    """A field was pointed at that tells nothing."""
    return lambda lab: ecslab.fault(lab, seed=SEEDS[step]).evidence("ecs describe-tasks", "stopCode")


def deployed_again(step):
    """A fix that changes nothing."""

    def make(lab):
        fault = ecslab.fault(lab, seed=SEEDS[step])
        fault.deploy(forceNewDeployment=True)
        fault.check()

    return make


def step_message(step):
    """The answer was asked for."""
    return lambda lab: ecslab.fault(lab, seed=SEEDS[step]).answer()


def lost(step):
    """Something took back what arranged it."""

    def make(lab):
        ecslab.fault(lab, seed=SEEDS[step])
        lab.control("cut", position=lab.control("journal")["entries"][-1]["position"])

    return make


def everything_wrong(step):
    def make(lab):
        for attempt in (misnamed(step), pointed_astray(step), deployed_again(step)):
            attempt(lab)

    return make


def of(step, name, make, text):
    """One wrong state of one step, under its name."""
    return f"{name} (seed {SEEDS[step]})", (step, make(step), text.format(seed=SEEDS[step]))


LEFT = "left: cause and evidence and fix."
STATES = (
    ("a wrong cause was named", misnamed, "Of fault {seed} the cause is not right yet; " + LEFT),
    (
        "evidence that tells nothing was pointed at",
        pointed_astray,
        "Of fault {seed} the evidence is not right yet; " + LEFT,
    ),
    ("a fix that is none was made", deployed_again, "Of fault {seed} the fix is not right yet; " + LEFT),
    (
        "the answer was shown",
        step_message,
        "The answer to fault {seed} was shown before its three parts were right: that is no longer a find.",
    ),
    (
        "the fault was taken back in part",
        lost,
        "Fault {seed} is no longer in the sandbox: it was reset, or what made the fault was taken back.",
    ),
)
# The name of a wrong state: the step, what makes it, and what the check says of it.
WRONG = {
    **dict(of(step, *state) for step in SEEDS for state in STATES),
    "another fault is open": (
        EXAMPLE,
        lambda lab: ecslab.fault(lab, seed=0),
        "Fault 0 is open; this is about fault 14.",
    ),
    "everything was tried, and nothing is right": (
        STAYS,
        everything_wrong(STAYS),
        f"Of fault 42 the cause and the evidence and the fix are not right yet; {LEFT}",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(lab, name):
    step, prepare, message = WRONG[name]
    prepare(lab)
    assert said(lab, step) == ("Look again", message)


def test_what_is_left_is_told_as_it_gets_less(lab):
    assert said(lab, EXAMPLE) == (
        "Not yet",
        "No fault is open. `ecslab.fault(lab, seed=14)` arranges one.",
    )
    assert said(lab, ANOTHER) == ("Not yet", "No fault is open. `ecslab.fault(lab)` arranges one.")
    fault = ecslab.fault(lab, seed=14)
    assert said(lab, EXAMPLE) == ("Not yet", f"Fault 14 is open; {LEFT}")
    fault.evidence("ecs describe-services", "assignPublicIp")
    assert said(lab, EXAMPLE) == ("Not yet", "Fault 14 is open; left: cause and fix.")
    assert said(lab, ANOTHER) == (
        "Not yet",
        "Fault 14 is one of the notebook's. `ecslab.fault(lab)` arranges another.",
    )


def test_what_was_solved_stays_so(lab):
    ecslab.course.catalogue.step_named(EXAMPLE).solve(lab)
    assert said(lab, EXAMPLE) == ("Done", "Fault 14 is solved: cause, evidence and fix.")
    assert not lab.ecs.list_clusters()["clusterArns"]  # the solution takes its fault back
    ecslab.course.catalogue.step_named(ANOTHER).solve(lab)
    assert said(lab, ANOTHER) == ("Done", "Fault 1, which nobody had chosen for you, is solved.")


@pytest.mark.parametrize("step", [STAYS, ANSWERS])
def test_the_solutions_of_the_exercises(lab, step):
    ecslab.course.catalogue.step_named(step).solve(lab)
    assert said(lab, step)[0] == "Done"
