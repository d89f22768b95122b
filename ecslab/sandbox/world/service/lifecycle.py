"""The lifecycles of a service, of its deployments and of its tasks."""

from typing import Final

from ecslab.sandbox.world.lifecycle import Lifecycle

SERVICE: Final[Lifecycle[str]] = Lifecycle(
    "service",
    {"ACTIVE": {"deleted": "DRAINING"}, "DRAINING": {"last_task_stopped": "INACTIVE"}, "INACTIVE": {}},
    "`status` of a service. Source: API_DeleteService. One that is INACTIVE does not come back; another "
    "service may have its name.",
)

DEPLOYMENT: Final[Lifecycle[str]] = Lifecycle(
    "deployment",
    {
        "PRIMARY": {"superseded": "ACTIVE"},
        "ACTIVE": {"restored": "PRIMARY", "replaced": "INACTIVE"},
        "INACTIVE": {"restored": "PRIMARY"},
    },
    "`status` of an entry of a service's `deployments`. Source: API_Deployment. A roll-back restores the one "
    "that last completed (U: that it is the same deployment, under the same id).",
)

ROLLOUT_STATE: Final[Lifecycle[str]] = Lifecycle(
    "roll-out",
    {
        "IN_PROGRESS": {"completed": "COMPLETED", "breaker_tripped": "FAILED", "restored": "IN_PROGRESS"},
        "COMPLETED": {"restored": "IN_PROGRESS"},
        "FAILED": {},
    },
    "`rolloutState` of a deployment. Source: API_Deployment, and the deployment circuit breaker in the "
    "developer guide.",
)

SERVICE_DEPLOYMENT: Final[Lifecycle[str]] = Lifecycle(
    "service deployment",
    {
        "PENDING": {
            "task_started": "IN_PROGRESS",
            "stopped": "STOPPED",
            "rolled_back": "ROLLBACK_IN_PROGRESS",
        },
        "IN_PROGRESS": {
            "completed": "SUCCESSFUL",
            "stopped": "STOPPED",
            "rolled_back": "ROLLBACK_IN_PROGRESS",
        },
        "ROLLBACK_IN_PROGRESS": {"completed": "ROLLBACK_SUCCESSFUL", "stopped": "STOPPED"},
        "SUCCESSFUL": {},
        "STOPPED": {},
        "ROLLBACK_SUCCESSFUL": {},
    },
    "`status` of a service deployment. Source: API_ServiceDeployment. What is asked for is done at once "
    "here, so that nobody sees `STOP_REQUESTED` or `ROLLBACK_REQUESTED`, and no roll-back fails.",
)

MEMBER: Final[Lifecycle[str]] = Lifecycle(
    "task of a service",
    {
        "pending": {"running": "running", "stopping": "leaving"},
        "running": {"stopping": "leaving"},
        "leaving": {},
    },
    "What the service scheduler makes of a task's status: it counts in `pendingCount`, in `runningCount`, or "
    "no more. Source: API_Service.",
)
