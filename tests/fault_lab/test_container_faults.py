"""Faults of containers."""

from fault_rig import again, changed, deployed, edited, judged, reasons, table

ENDED = {"Essential container in task exited"}


def _ends(fault):
    """Exit codes and reasons of the containers that stopped, by name."""
    return {
        (container["name"], container.get("exitCode"), container.get("reason"))
        for task in fault._application().stopped_tasks
        if task["lastStatus"] == "STOPPED"
        for container in task["containers"]
    }


def test_too_little_memory_ends_with_137(bay):
    fault = bay("out-of-memory")
    assert reasons(fault) == ENDED
    assert _ends(fault) == {("web", 137, "OutOfMemoryError: container killed due to memory usage")}
    assert repr(fault.log()) == "reading the catalogue into memory"


@table(
    {
        "no limit of its own": changed(memory=None),
    },
    {
        "more for the task only": (
            changed({"memory": "2048"}),
            "The task has 2048 MiB now, but the container's own limit is still 512: that is what it was "
            "killed at.",
        ),
        "a reservation": (
            changed(memoryReservation=400),
            "`memoryReservation` is what is kept free for the container, not what it may use; its hard limit "
            "`memory` is what it was.",
        ),
        "too little more": (
            changed(memory=640),
            "The service uses a new revision, whose container may still use 640 MiB only.",
        ),
        "deployed again": (
            again,
            "New tasks of the same revision need as much memory, and may use as little.",
        ),
    },
)
def test_attempts_at_too_little_memory(bay, attempt, text):
    judged(bay("out-of-memory"), attempt, text)


def test_a_command_that_is_done_ends_with_0(bay):
    fault = bay("command-exits")
    assert reasons(fault) == ENDED
    assert _ends(fault) == {("web", 0, None)}
    assert {task["stopCode"] for task in fault._application().stopped_tasks} == {"EssentialContainerExited"}


@table(
    {
        "the server last": changed(command=["sh", "-c", "echo fine; httpd-foreground"]),
    },
    {
        "kept awake": (
            changed(command=["sleep", "infinity"]),
            "The task stays now, and serves nobody: a visitor gets no answer: connection refused. What "
            "keeps it alive is no web server.",
        ),
        "restarted": (
            changed(restartPolicy={"enabled": True}),
            "A restart policy starts the same command again, which ends again. (Within the first minute it "
            "does not even do that.)",
        ),
        "more of them": (
            deployed(desiredCount=3),
            "3 tasks are wanted now: 3 that end at once.",
        ),
        "deployed again": (again, "The service was updated, and what it starts still ends at once."),
    },
)
def test_attempts_at_a_command_that_ends(bay, attempt, text):
    judged(bay("command-exits"), attempt, text)


def test_a_helper_that_is_done_takes_the_task_with_it(bay):
    fault = bay("sidecar-exits")
    assert reasons(fault) == ENDED
    assert _ends(fault) == {("web", 0, None), ("prices", 0, None)}
    assert "prices: the price list is up to date" in repr(fault.log())


def _without_helper(_lab, fault):
    definition = fault.definition()
    del definition["containerDefinitions"][1]
    fault.deploy(definition)


@table(
    {
        "goes on running": lambda _lab, fault: fault.deploy(
            edited(fault, container=1, command=["sh", "-c", "echo done; sleep infinity"])
        ),
    },
    {
        "no helper": (
            _without_helper,
            "The helper is gone from the definition. The page stays, without prices.",
        ),
        "the wrong one": (
            changed(essential=False),
            "The web server is not essential now, but the helper still is, and it still ends.",
        ),
        "restarted": (
            lambda _lab, fault: fault.deploy(edited(fault, container=1, restartPolicy={"enabled": True})),
            "A restart policy starts a container again that ran for at least a minute; the helper is done "
            "after twenty seconds.",
        ),
        "deployed again": (
            again,
            "The service was updated, and the helper is still essential, and still ends.",
        ),
    },
)
def test_attempts_at_a_helper_that_ends(bay, attempt, text):
    judged(bay("sidecar-exits"), attempt, text)
