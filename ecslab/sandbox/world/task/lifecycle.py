"""The lifecycles of a task and of its network interface.

A task that never ran leaves by DEPROVISIONING; one whose containers ran is deactivated first.
"""

from typing import Final

from ecslab.sandbox.world.lifecycle import Lifecycle

TASK: Final[Lifecycle[str]] = Lifecycle(
    "task",
    {
        "PROVISIONING": {
            "network_ready": "PENDING",
            "stop_requested": "DEPROVISIONING",
            "start_failed": "DEPROVISIONING",
        },
        "PENDING": {
            "images_pulled": "ACTIVATING",
            "stop_requested": "DEPROVISIONING",
            "start_failed": "DEPROVISIONING",
        },
        "ACTIVATING": {
            "containers_started": "RUNNING",
            "stop_requested": "DEACTIVATING",
            "start_failed": "DEPROVISIONING",
        },
        "RUNNING": {"stop_requested": "DEACTIVATING", "essential_exited": "DEACTIVATING"},
        "DEACTIVATING": {"targets_deregistered": "STOPPING"},
        "STOPPING": {"containers_exited": "DEPROVISIONING"},
        "DEPROVISIONING": {"network_released": "STOPPED"},
        "STOPPED": {},
    },
    "`lastStatus` of a task. Source: Amazon ECS task lifecycle, in the developer guide.",
)

ATTACHMENT: Final[Lifecycle[str]] = Lifecycle(
    "network interface attachment",
    {
        "PRECREATED": {"created": "ATTACHING", "creation_failed": "FAILED", "task_stopped": "DELETED"},
        "ATTACHING": {"connected": "ATTACHED", "task_stopped": "DETACHING"},
        "ATTACHED": {"task_stopped": "DETACHING"},
        "DETACHING": {"released": "DELETED"},
        "FAILED": {"task_stopped": "DELETED"},
        "DELETED": {},
    },
    "`status` of a task's elastic network interface. Source: API_Attachment, whose `CREATED` and `DETACHED` "
    "no task shows here. U: that a failed one ends as DELETED too.",
)
