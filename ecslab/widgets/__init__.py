"""Views for the notebooks. Each works without a click and by keyboard, and says in words what it shows."""

from ._task_size import TaskSizePicker

__all__ = ["TaskSizePicker"]
