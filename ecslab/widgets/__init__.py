"""Views for the notebooks. Each works without a click and by keyboard, and says in words what it shows."""

from ._clock_buttons import ClockButtons
from ._fault_panel import FaultPanel
from ._feeder import Feeder, ThreadFeeder
from ._network_picker import NetworkPicker
from ._prediction import PredictionView
from ._question import QuestionView
from ._service_view import ServiceView
from ._task_size import TaskSizePicker
from ._task_view import TaskView

__all__ = [
    "ClockButtons",
    "FaultPanel",
    "Feeder",
    "NetworkPicker",
    "PredictionView",
    "QuestionView",
    "ServiceView",
    "TaskSizePicker",
    "TaskView",
    "ThreadFeeder",
]
