"""The fault of Fargate Spot: what a learner sees of it, and what does not fix it."""

from fault_rig import again, event, judged, reasons, table

from ecslab import spot


def strategy(desired=2, **providers):
    """Deploy with a strategy: base and weight by provider."""
    items = [
        {"capacityProvider": name, "base": base, "weight": weight}
        for name, (base, weight) in providers.items()
    ]

    def attempt(_lab, fault):
        fault.deploy(capacityProviderStrategy=items, desiredCount=desired, forceNewDeployment=True)

    return attempt


def test_what_one_sees_of_it(bay):
    fault = bay("spot-only")
    app = fault._application()
    assert {task["stopCode"] for task in app.stopped_tasks} == {"SpotInterruption"}
    assert reasons(fault) == {"Your Spot Task was interrupted."}
    assert (app.running_count, app.desired_count) == (0, 2)
    assert event(
        fault,
        "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or "
        "in a different availability zone.",
    )


def _come_back(lab, fault):
    spot.capacity(lab, available=True)
    fault.deploy(desiredCount=2)
    lab.control("advance", seconds=1800)


@table(
    {
        "on demand alone": strategy(FARGATE=(0, 1)),
        "on demand for what must run": strategy(FARGATE=(2, 0), FARGATE_SPOT=(0, 1)),
        "more of them": strategy(4, FARGATE=(4, 0), FARGATE_SPOT=(0, 3)),
    },
    {
        "deployed again": (
            again,
            "A new deployment asks for the same capacity: `FARGATE_SPOT` (base 0, weight 1).",
        ),
        "more tasks": (
            lambda lab, fault: fault.deploy(desiredCount=5),
            "5 tasks are wanted now, all of them on Spot, where there was no room for 2.",
        ),
        "half of them on demand": (
            strategy(FARGATE=(0, 1), FARGATE_SPOT=(0, 1)),
            "`FARGATE` (base 0, weight 1), `FARGATE_SPOT` (base 0, weight 1): with 2 tasks wanted, some "
            "still wait for Spot. The others do not take their place.",
        ),
        "Spot comes back": (
            _come_back,
            "Spot has capacity again, and so the tasks are back. The next time it is taken back they go "
            "again.",
        ),
    },
)
def test_attempts_at_a_service_without_spot(bay, attempt, text):
    judged(bay("spot-only"), attempt, text)
