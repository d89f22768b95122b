"""Views for the notebooks. Each works without a click and by keyboard, and says in words what it shows."""

from ecslab.widgets.answer import AnswerView, Judgement
from ecslab.widgets.clock_buttons import ClockButtons
from ecslab.widgets.fault_panel import FaultPanel
from ecslab.widgets.feeder import Feeder, ThreadFeeder
from ecslab.widgets.instances_view import InstancesView
from ecslab.widgets.network_picker import NetworkPicker
from ecslab.widgets.prediction import PredictionView
from ecslab.widgets.question import QuestionView
from ecslab.widgets.service_map_view import ServiceMapView
from ecslab.widgets.service_view import ServiceView
from ecslab.widgets.task_size import TaskSizePicker
from ecslab.widgets.task_view import TaskView
from ecslab.widgets.why_not import WhyNotView

__all__ = [
    "AnswerView", "ClockButtons", "FaultPanel", "Feeder", "InstancesView", "Judgement", "NetworkPicker",
    "PredictionView", "QuestionView", "ServiceMapView", "ServiceView", "TaskSizePicker", "TaskView",
    "ThreadFeeder", "WhyNotView",
]  # fmt: skip
