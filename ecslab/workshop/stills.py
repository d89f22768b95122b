"""What a view showed last, as plain HTML: it stays in the notebook when its kernel is gone.

Each is made from what was synced to the page, and so holds nothing that the learner has not seen.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from markupsafe import Markup

from ecslab.display.markup import attribute, html, joined, prose
from ecslab.display.tables import html_table


class State(dict[str, Any]):
    """The synced traits of a view."""


_LETTERS: Final = "ABCDEFGH"
_NOTE: Final = "As it was when this notebook was saved. Run this cell to use it again."


def still(traits: Mapping[str, object]) -> Markup | None:
    """The still of a view with these synced traits; None if it is no view of this kit."""
    state = State(traits)
    draw = STILLS.get(str(state.get("_anywidget_id", "")).rpartition(".")[2])
    if not draw or not str(state["_anywidget_id"]).startswith("ecslab."):
        return None
    return html(
        '<div data-ecslab-still="" style="border: 1px solid #8888; padding: 6px 12px; max-width: 60em">'
        "{}<p><small>{}</small></p></div>",
        joined(draw(state)), _NOTE,
    )  # fmt: skip


def _line(text: object) -> Markup:
    return html("<p>{}</p>", prose(str(text))) if text else Markup()


def _title(text: object) -> Markup:
    return html("<p><b>{}</b></p>", prose(str(text)))


def _list(items: Iterable[Markup]) -> Markup:
    return html("<ul style='list-style: none; padding-left: 0'>{}</ul>", joined(items))


def _item(*parts: object) -> Markup:
    return html("<li>{}</li>", joined(html("{} ", part) for part in parts if part))


def _choice(chosen: bool, text: str) -> Markup:
    return _item("◉" if chosen else "○", prose(text))


def _options(letters: str, texts: Iterable[str], chosen: int | None) -> Markup:
    offered = enumerate(zip(letters, texts, strict=False))
    return _list(_choice(place == chosen, f"{letter}. {text}") for place, (letter, text) in offered)


def _question(state: State) -> Iterable[Markup]:
    yield _title(state["question"])
    yield _options(_LETTERS, state["options"], state.get("choice"))
    for reason in state.get("reasons", ()):
        words = "✓ {}. Right: " if reason["right"] else "✗ {}. Not this one: "
        yield _line(words.format(_LETTERS[reason["place"]]) + reason["why"])


def _answer(state: State) -> Iterable[Markup]:
    yield _title(state["question"])
    if state.get("entered"):
        yield _line(f"Your answer: {state['entered']} {state.get('unit', '')}".strip())
    yield _line(state.get("message"))


def _prediction(state: State) -> Iterable[Markup]:
    yield _title(f"Predict: {state['question']}")
    value = state.get("value", "")
    if state.get("options"):
        yield _list(_choice(option == value, option) for option in state["options"])
    elif value:
        yield _line(f"Your number: {value} {state.get('unit', '')}".strip())
    yield _line(state.get("message"))


def _task(state: State) -> Iterable[Markup]:
    yield _title(state["heading"])
    marks = {"done": "✓", "now": "●", "ahead": "○", "skipped": "–"}
    yield _line(" → ".join(f"{marks[step['state']]} {step['status']}" for step in state.get("steps", ())))
    yield _line(state.get("message"))
    yield html_table(("phase", "took"), ((row["name"], row["words"]) for row in state.get("phases", ())))
    yield _line(state.get("reason"))


def _service(state: State) -> Iterable[Markup]:
    yield _title(state["heading"])
    fields = ("id", "zone", "status", "address", "why")
    rows = [[row.get(name, "") for name in fields] for row in state.get("tasks", ())]
    if rows:
        yield html_table(("task", "zone", "status", "public IP", "why it stopped"), rows)
    events = [(row["after"], row["message"]) for row in state.get("events", ())]
    if events:
        yield html_table(("after (min:s)", "event"), events)


def _network(state: State) -> Iterable[Markup]:
    yield _title("Network of the task")
    yield _line(f"VPC: {_label(state['vpcs'], state['vpc'])}")
    fields = ("az", "name", "cidr", "kind", "way", "free")
    marks = ("◉" if row["id"] == state["subnet"] else "○" for row in state["subnets"])
    rows = [
        [mark, *(row[name] for name in fields)] for mark, row in zip(marks, state["subnets"], strict=True)
    ]
    yield html_table(("", "zone", "name", "addresses", "kind", "way out", "free"), rows)
    yield _line(f"Security group: {_label(state['groups'], state['group'])}")
    yield _line(f"Public IP: {'yes' if state['public_ip'] else 'no'}")
    trouble = [state["error"]] if state.get("error") else state.get("warnings")
    yield from map(_line, trouble or [state["fine"]])


def _label(rows: Iterable[Mapping[str, str]], chosen: str) -> str:
    return next((row["label"] for row in rows if row["id"] == chosen), "none")


def _size(state: State) -> Iterable[Markup]:
    yield _title("Task size")
    yield _line(f"`cpu` {state['cpu']}, `memory` {state['memory']}")
    yield _line(state.get("price"))
    yield _line(state.get("note"))


def _fault(state: State) -> Iterable[Markup]:
    yield _title(state["title"])
    yield _options(_LETTERS.lower(), state["causes"], state.get("choice"))
    verdict = state.get("verdict") or {}
    if verdict:
        yield _line(f"{'✓' if verdict['right'] else '✗'} {verdict['text']}")


def _clock(state: State) -> Iterable[Markup]:
    yield _line(state["state"]["words"])


def _why_not(state: State) -> Iterable[Markup]:
    judged = {row["name"]: row for row in state.get("rows", ())}
    guesses = state.get("guesses", {})
    rows = [
        (question["text"], guesses.get(question["name"], "–"),
         judged.get(question["name"], {}).get("answer", ""), judged.get(question["name"], {}).get("mark", ""))
        for question in state["questions"]
    ]  # fmt: skip
    yield html_table(("question", "you say", "the account says", ""), rows)
    yield _line(state.get("message"))


def _picture(state: State) -> Iterable[Markup]:
    if str(state["source"]).startswith("data:image/svg+xml;"):
        parts = (attribute(f"{state['heading']}. {state['words']}"), attribute(state["style"]))
        yield html('<img alt="{}" style="{}" src="{}">', *parts, attribute(state["source"]))


def _wait(state: State) -> Iterable[Markup]:
    yield _line(state["text"])


STILLS: Final[Mapping[str, Callable[[State], Iterable[Markup]]]] = {
    "QuestionView": _question, "AnswerView": _answer, "PredictionView": _prediction, "TaskView": _task,
    "ServiceView": _service, "NetworkPicker": _network, "TaskSizePicker": _size, "FaultPanel": _fault,
    "ClockButtons": _clock, "WaitLine": _wait,
    "WhyNotView": _why_not, "InstancesView": _picture, "ServiceMapView": _picture,
}  # fmt: skip
"""By the names of the views' classes."""
