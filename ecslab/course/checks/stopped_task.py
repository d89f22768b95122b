"""What a task that is not RUNNING says about itself, in the lesson's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

_BY_HAND = ("UserInitiated",)
_WHY = (  # begin of stoppedReason, or a part of it: what it means, in words
    ("ResourceInitializationError: failed to validate logger", "Its log group is missing."),
    (
        "ResourceInitializationError",
        "It had no way out to fetch its image: see its subnet, and its public IP.",
    ),
    ("CannotPullContainerError", "Its image could not be fetched: see the image's name and tag."),
    ("CannotPullImageManifestError", "Its image could not be fetched: see the image's name and tag."),
    ("OutOfMemoryError", "Its program used more memory than the task definition gives it."),
    ("Essential container in task exited", "Its program ended, and with it the task."),
)


def stopped_by_hand(task: TaskTypeDef) -> bool:
    """Whether somebody stopped it, by StopTask."""
    return task.get("stopCode") in _BY_HAND


def why(task: TaskTypeDef) -> tuple[str, str]:
    """A stopped task's own reason, and what it means."""
    reasons = [str(c["reason"]) for c in task.get("containers", []) if c.get("reason")]
    reason = str(task.get("stoppedReason") or (reasons or ["no reason was given"])[0])
    texts = [reason, *reasons]
    meaning = next((words for key, words in _WHY if any(key in text for text in texts)), "")
    exits = [c["exitCode"] for c in task.get("containers", []) if c.get("exitCode") is not None]
    if reason.startswith("Essential container") and exits and "OutOfMemory" not in " ".join(texts):
        meaning = f"Its program ended with exit code {exits[0]}, and with it the task."
    return reason, meaning
