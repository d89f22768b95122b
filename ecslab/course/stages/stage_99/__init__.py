"""Stage 99: nothing of the lesson runs, and nothing of it is left."""

from ecslab.course.stage import FOUNDATION, Minutes, Stage, Step
from ecslab.course.stages.stage_99 import checks, revisions, solutions

REMOVALS = frozenset(
    {
        "DeleteCluster", "DeleteLoadBalancer", "DeleteTargetGroup", "DeleteRepository", "DeleteSecurityGroup",
        "DeleteLogGroup", "DeleteSecret", "DeleteRole",
    }
)  # fmt: skip

STAGE = Stage(
    notebook="99-clean-up.ipynb",
    needs=(*FOUNDATION, "04", "05", "06", "07"),
    minutes=Minutes(reading=18, waiting=3),
    part="end",
    steps=(
        Step(
            "99.services", 4, checks.services_deleted, solutions.delete_services, frozenset({"DeleteService"})
        ),
        Step("99.stopped", 3, checks.stopped, solutions.stop_tasks, frozenset({"StopTask"})),
        Step(
            "99.deregistered",
            3,
            revisions.deregistered,
            solutions.deregister,
            frozenset({"DeregisterTaskDefinition"}),
        ),
        Step("99.nothing-left", 4, checks.nothing_left, solutions.clean_up, REMOVALS),
        Step(
            "99.yours-1",
            4,
            revisions.deleted_for_good,
            solutions.delete_for_good,
            frozenset({"DeleteTaskDefinitions"}),
        ),
    ),
)
