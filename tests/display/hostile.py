"""Every class of the package that shows itself in a notebook, made of a stranger's words."""

import dataclasses
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import traitlets
from IPython.display import display

import ecslab
from ecslab import widgets
from ecslab.connection.calls import Calls
from ecslab.connection.place import AwsTime
from ecslab.connection.record import Call
from ecslab.course.catalogue import STAGES, STEPS
from ecslab.course.honesty_table import Honesty
from ecslab.course.navigation.arrival import Arrival, Missing
from ecslab.course.progress_table import CourseProgress, Row
from ecslab.course.quiz.comparison import Comparison
from ecslab.course.quiz.kinds import Prediction
from ecslab.display.tables import ShownAsTable, Table
from ecslab.display.verdict import wrong
from ecslab.display.wait_line import WaitLine
from ecslab.fault_lab.arranged_fault import Fault
from ecslab.fault_lab.catalogue import CATALOGUE
from ecslab.fault_lab.engine.names import FaultNames
from ecslab.figures import Figure
from ecslab.figures.run_chart import Limit, Mark
from ecslab.figures.svg import Drawing
from ecslab.operations.capacity.placement_puzzle import Puzzle
from ecslab.operations.judged_guesses import JudgedGuesses
from ecslab.operations.visitors import VisitorCounts, Visitors
from ecslab.operations.visitors.modelled import ModelledVisitors
from ecslab.operations.visitors.sent import SentVisitors
from ecslab.resources.image.types import Image, Layer
from ecslab.resources.scaling import Run
from ecslab.resources.task.reachability import QUESTIONS, Look
from ecslab.terminal import CommandResult
from ecslab.widgets.live_view import LiveView
from ecslab.widgets.picture_view import PictureView
from ecslab.widgets.view import View

OUTSIDE = "http://192.0.2.1"  # a documentation address: nobody answers, and nobody should be asked
RAN = "window.__ran=(window.__ran||0)+1"
STRINGS = (
    f"<script>{RAN}</script>",
    f"</script><script>{RAN}</script>",
    f'"><img src={OUTSIDE}/i onerror="{RAN}">',
    f"'><svg onload='{RAN}'>",
    f"</td></tr></table><iframe srcdoc='<script>{RAN}</script>'></iframe>",
    f"</pre></code></details><style>@import url({OUTSIDE}/s);body{{display:none}}</style>",
    f"<!-- <a href=javascript:{RAN}>x</a>",
    f"[x](javascript:{RAN})",
    f"![x]({OUTSIDE}/i.png)",
    f"[x]: {OUTSIDE} 'x'\n\n[x] ![x]",
    f"<{OUTSIDE}/> {OUTSIDE}/x https://example.org www.example.org a@example.org",
    f"`` ` </code> <img src=x onerror={RAN}>",
    f"`unclosed <img src=x onerror={RAN}>",
    f"```\n</code></pre><script>{RAN}</script>\n```\n# head\n",
    f"~~~\n<script>{RAN}</script>\n~~~\n",
    "a | b\n--- | ---\n1 | 2",
    "x\n\n# heading\n\n- **Done.** item\n\n1. one\n\n> quoted\n\n    indented\n\n---\n",
    "setext\n===",
    "*a* **b** _c_ __d__ ~~e~~ \\*f\\* &lt;g&gt; &#60;h&#62;",
    r"$\href{javascript:alert(1)}{x}$ $$x^2$$ \(y\) \[z\] \\(a\\) \begin{align}b\end{align}",
    r"` $x$ ` and \` $y$ \` and @@0@@ @@1@@",
    "{} {0} {0.__class__} {x!r} %s %(a)s ${y}",
    "\x00\x07\x1b[31mred\x1b]0;title\x07\x9b1m \u202eesrever \r\n\x0b\x0c\x85\u2028\u2029end",
    "&<>\"'`\\|",
    "x" * 3_000 + " <b>",
    "<details open><summary>s</summary><details>",
    "javascript:" + RAN,
    f"data:text/html,<script>{RAN}</script>",
    f"//192.0.2.1/x\" onmouseover='{RAN}",
)
HARMLESS = "harmless"

_KINDS = (
    "html",
    "markdown",
    "svg",
    "png",
    "jpeg",
    "latex",
    "json",
    "javascript",
    "pdf",
    "mimebundle",
    "pretty",
)
SHOWS = (*(f"_repr_{kind}_" for kind in _KINDS), "_ipython_display_")
ABSTRACT = {ShownAsTable, View, LiveView, PictureView, Visitors}


def classes() -> list[type]:
    """Every class of the package that shows itself, found by looking; abstract ones aside."""
    public_classes: list[type] = []
    for module in pkgutil.walk_packages(ecslab.__path__, "ecslab."):
        if module.name.endswith(".__main__") or ".workshop.quick" in module.name:
            continue
        for value in vars(import_module(module.name)).values():
            shows = inspect.isclass(value) and any(callable(getattr(value, name, None)) for name in SHOWS)
            if shows and value.__module__ == module.name and value not in ABSTRACT:
                public_classes.append(value)
    return public_classes


def label(cls: type) -> str:
    """Its module and name: some names are there twice."""
    return f"{cls.__module__.rsplit('.', 1)[-1]}.{cls.__qualname__}"


def show() -> None:
    """Everything, in a notebook: of each class what it gives for a notebook, with all the strings."""
    for cls in classes():
        instances = [instance_of(cls, text) for text in STRINGS]
        for kind, between in (("html", "<hr>"), ("markdown", "\n\n---\n\n")):
            if hasattr(cls, f"_repr_{kind}_"):
                pages = [str(getattr(each, f"_repr_{kind}_")()) for each in instances]
                display({f"text/{kind}": between.join(pages)}, raw=True)


def show_each(name: str) -> None:
    """The objects of one class, as a cell's value is shown, one for each string."""
    [cls] = [cls for cls in classes() if label(cls) == name]
    for text in STRINGS:
        display(instance_of(cls, text))


def show_widgets() -> None:
    """All widgets, with the strings that are markup in the strictest sense."""
    for cls in classes():
        if issubclass(cls, View):
            for text in STRINGS[:4]:
                display(instance_of(cls, text))


def instance_of(cls: type, text: str) -> Any:
    """An object of that class in which everything that can be words is `text`."""
    if cls in MAKERS:
        return MAKERS[cls](text)
    assert dataclasses.is_dataclass(cls), f"{cls.__qualname__} shows itself: tell MAKERS how to make one"
    hints = typing.get_type_hints(cls)
    fields = [field for field in dataclasses.fields(cls) if field.init]
    return cls(**{field.name: _filled(hints[field.name], text) for field in fields})


def _filled(kind: Any, text: str) -> Any:
    """A value of a type, with `text` wherever there can be words."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _filled(str if str in arguments else arguments[0], text)
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return tuple(_filled(arguments[0], text) for _ in range(2))
        return tuple(_filled(argument, text) for argument in arguments)
    if origin in (set, frozenset):
        return origin({_filled(arguments[0], text)})
    if origin in (dict, Mapping):
        return {text: _filled(arguments[1], text)}
    if kind in (int, float, bool):
        return kind(2)
    if kind is datetime:
        return datetime(2026, 9, 1, tzinfo=UTC)
    if kind is str:
        return text
    if inspect.isclass(kind) and hasattr(kind, "__members__"):
        return next(iter(kind))
    return instance_of(kind, text)


# What cannot be made field by field -------------------------------------------------------------------------


def _calls(text: str) -> Calls:
    params = {"name": text, "items": [text, text], "deep": {text: [{"value": text}]}}
    return Calls((Call(1, text, text, params, error=text), Call(2, "ecs", "RunTask", params, times=3)))


def _run(text: str) -> Run:
    begin = datetime(2026, 9, 1, tzinfo=UTC)
    points = [(begin + timedelta(minutes=minute), 2.0) for minute in range(3)]
    marks = (Mark(begin, "alarm", text), Mark(begin, "deployment", text, until=points[1][0]))
    return Run(text, begin, points[2][0], *[points] * 5, marks, (Limit(text, "tasks", 2.0),))


def _image(text: str) -> Image:
    container: Any = {"Cmd": [text, text], "Labels": {}}
    history = [{"comment": text}, {"created_by": text}]
    config: Any = {"os": text, "architecture": text, "config": container, "history": history}
    layers = (Layer(text, text, 1, lambda: b""), Layer(text, text, 2, lambda: b""))
    return Image(text, config, layers)


def _figure(text: str) -> Figure:
    drawing = Drawing(400, 200)
    drawing.text(10, 20, text)
    return drawing.figure(text, text)


class _Shown(Fault):
    """A fault without a sandbox."""

    def __init__(self, text: str) -> None:
        self.seed, self._note, self._words = 14, text, text
        self.names: Any = instance_of(FaultNames, text)

    def _state(self) -> str:
        return self._words

    @property
    def _case(self) -> Any:
        return CATALOGUE.drawn(self.seed)


def _fault_panel(text: str) -> View:
    def judged(*_: str) -> tuple[bool, str]:
        return False, text

    view = widgets.FaultPanel(text, [text, text], judged, judged, judged)
    view.verdict = {"part": "fix", "right": False, "text": text}
    return view


def _widget(make: Callable[[str], View]) -> Callable[[str], View]:
    def filled(text: str) -> View:
        widget = make(text)
        for name, trait in widget.traits(sync=True).items():
            words = not name.startswith("_") and not isinstance(trait, traitlets.Instance)
            if words and name not in UNTOUCHED:
                widget._trait_values[name] = _replaced(getattr(widget, name), text)
        return widget

    return filled


_NO_WORDS = "layout tabbable tooltip state pressed speeds asked verdict cpu memory source style"
UNTOUCHED = frozenset(_NO_WORDS.split())


def _replaced(value: Any, text: str) -> Any:
    """The same shape, with `text` for every word in it."""
    if isinstance(value, str):
        return text
    if isinstance(value, dict):
        return {name: _replaced(item, text) for name, item in value.items()}
    return [_replaced(item, text) for item in value] if isinstance(value, list | tuple) else value


def _visitors(cls: type[Visitors]) -> Callable[[str], Visitors]:
    def filled(text: str) -> Visitors:
        view = cls.__new__(cls)
        view.seen = instance_of(VisitorCounts, text)
        return view

    return filled


class _Idle:
    def start(self, look: object) -> None: ...
    def stop(self) -> None: ...


def _lab() -> Any:
    lab = SimpleNamespace(aws_time=lambda: AwsTime(1.7e9, 10.0), where="sandbox", region="us-east-1")
    lab.unrecorded = lambda: lab
    return lab


def _bare(cls: type[View]) -> Any:
    """A widget that has not looked at an account."""
    widget = cls.__new__(cls)
    View.__init__(widget)
    return widget


def _task_view(text: str) -> View:
    made_at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    times = ("createdAt", "pullStartedAt", "startedAt", "stoppingAt", "executionStoppedAt", "stoppedAt")
    task: Any = {name: made_at + timedelta(seconds=10 * n) for n, name in enumerate(times)} | {
        "taskArn": f"arn:aws:ecs:us-east-1:1:task/c/{text}", "clusterArn": text, "taskDefinitionArn": text,
        "lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": text, "stoppedReason": text,
        "containers": [{"name": text, "reason": text, "lastStatus": text, "exitCode": 1}],
    }  # fmt: skip
    return widgets.TaskView(_lab(), task, _Idle)


def _service_view(text: str) -> View:
    view = widgets.ServiceView.__new__(widgets.ServiceView)
    LiveView.__init__(view, _lab(), 1.0, _Idle)
    task = {"id": text, "status": text, "zone": text, "address": text, "why": text, "tone": text}
    view.heading, view.tasks, view.events = text, [task, task], [{"after": text, "message": text}]
    return view


def _picture(cls: type[PictureView]) -> Callable[[str], View]:
    def filled(text: str) -> View:
        view = cls.__new__(cls)
        LiveView.__init__(view, _lab(), 1.0, _Idle)
        view._began = datetime(2026, 9, 1, tzinfo=UTC)
        view._show(_figure(text))
        return view

    return filled


def _picker(text: str) -> View:
    view = _bare(widgets.NetworkPicker)
    subnet = {"id": text, "name": text, "az": text, "cidr": text, "kind": text, "way": text, "free": text}
    view.vpcs = view.groups = [{"id": text, "label": text}]
    view.subnets, view.warnings = [subnet, subnet], [text]
    return view


def _why_not(text: str) -> View:
    view = widgets.WhyNotView(_lab(), {})  # type: ignore[typeddict-item]
    view.rows = [{"name": "route", "guess": "yes", "answer": text, "mark": text}]
    return view


def _clock(text: str) -> View:
    view = _bare(widgets.ClockButtons)
    view.speeds = [1, 10]
    view.state = {"usable": True, "paused": True, "speed": 1, "words": text}
    return view


class _Store:
    def __init__(self, text: str) -> None:
        self._text = text

    def load(self) -> tuple[str, bool, str]:
        return self._text, False, self._text

    def save(self, value: object, lock: bool) -> None: ...


def _reasons(text: str) -> Callable[[list[int]], Any]:
    return lambda tried: [{"place": place, "right": False, "why": text} for place in tried]


MAKERS: dict[type, Callable[[str], Any]] = {
    ModelledVisitors: _visitors(ModelledVisitors),
    SentVisitors: _visitors(SentVisitors),
    Calls: _calls,
    Run: _run,
    Image: _image,
    Figure: _figure,
    Fault: _Shown,
    CourseProgress: lambda text: CourseProgress(
        tuple(Row(step, wrong(text), False) for step in STEPS), dict.fromkeys(STAGES, (1, 2))
    ),
    JudgedGuesses: lambda text: JudgedGuesses({"route": True}, Look(dict.fromkeys(QUESTIONS), text)),
    Missing: lambda text: Missing("05", ((STEPS[0], wrong(text)), (STEPS[1], wrong(text)))),
    Arrival: lambda text: Arrival("05", (text, text), (text,), 2),
    Table: lambda text: Table(text, (text, text), ((text, text), (text, text))),
    Honesty: lambda text: Honesty(({"topic": text, "kind": text, "text": text, "stages": []},)),
    Comparison: lambda text: Comparison(_prediction(text), text, text),
    CommandResult: lambda text: CommandResult(text, 0, text, text),
    Puzzle: lambda text: Puzzle({text: 2}, {text: 2}, (({"ec2InstanceId": text}, 2),)),
    WaitLine: lambda text: WaitLine(text, lambda: None),
    widgets.AnswerView: _widget(lambda t: widgets.AnswerView(t, t, _judged, widgets.Judgement("open", t))),
    widgets.ClockButtons: _clock,
    widgets.FaultPanel: _widget(_fault_panel),
    widgets.InstancesView: _widget(_picture(widgets.InstancesView)),
    widgets.NetworkPicker: _widget(_picker),
    widgets.PredictionView: _widget(lambda t: widgets.PredictionView(t, [t, t], _Store(t), t, t)),
    widgets.QuestionView: _widget(lambda t: widgets.QuestionView(t, [t, t], _reasons(t), [0])),
    widgets.ServiceMapView: _widget(_picture(widgets.ServiceMapView)),
    widgets.ServiceView: _widget(_service_view),
    widgets.TaskSizePicker: _widget(lambda t: widgets.TaskSizePicker()),
    widgets.TaskView: _widget(_task_view),
    widgets.WhyNotView: _widget(_why_not),
}


def _judged(entered: str) -> widgets.Judgement:
    return widgets.Judgement("warning", entered)


def _prediction(text: str) -> Prediction:
    prediction = object.__new__(Prediction)  # its own rules would refuse such words
    prediction.__dict__.update(id="06.x", text=text, because=text, unit="", options=())
    return prediction
