"""Taking back the last step: the sandbox's journal is cut before it, and replayed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ecslab.connection.calls import cli
from ecslab.connection.connection import Connection
from ecslab.course.catalogue import STEPS
from ecslab.course.navigation.journal import JournalEntry, course_step
from ecslab.course.progress_store import changing
from ecslab.display.markup import markdown
from ecslab.display.printable import printable
from ecslab.display.progress_line import Progress
from ecslab.display.texts import read

_MANIFEST: Final = "/manifests/"


@dataclass(frozen=True)
class Undone:
    """What was taken back, in words."""

    text: str

    def __repr__(self) -> str:
        return printable(self.text)

    def _repr_markdown_(self) -> str:
        return markdown("{}", self.text)


def undo(lab: Connection) -> Undone:
    """Take back the last step in the sandbox's account, whoever made it: maybe several calls.

    A step is what one cell changed, or one part of the course that `goto` filled in; of a terminal, one
    command. On a real account nothing is taken back: the answer names the call that does.
    """
    if lab.where != "sandbox":
        return Undone(_explained(lab))
    last = together(lab.control("journal")["entries"])
    if not last:
        return Undone("There is nothing to take back: nothing was changed yet.")
    begin = last[0]["position"]
    with Progress("the sandbox to be as it was", shown=not lab.stepped) as line:
        line.during(lambda: lab.control("cut", position=begin))
    with changing(lab) as changed:
        changed.forget_beyond(begin)
    return Undone(f"Taken back: {_words(last)}. The account is as it was before.")


def together(entries: list[JournalEntry]) -> list[JournalEntry]:
    """The journal's last entries that are one step."""
    if not entries:
        return []
    step = entries[-1].get("step", "")
    begin = len(entries) - 1
    while begin and _belongs(entries[begin - 1], entries[begin], step):
        begin -= 1
    return entries[begin:]


def _belongs(entry: JournalEntry, after: JournalEntry, step: str) -> bool:
    """Whether an entry is part of the step that `after`, the next one, is a part of."""
    if step:
        return entry.get("step", "") == step
    if after.get("service") != "registry" or entry.get("service") != "registry":
        return False  # a call from elsewhere is a step of its own
    return _MANIFEST not in entry["summary"]  # a push ends with its manifest


def _words(entries: list[JournalEntry]) -> str:
    calls = ", ".join(dict.fromkeys(_call(entry) for entry in entries))
    made_for = course_step(entries[-1])
    title = next((step.title for step in STEPS if step.id == made_for), "")
    return f"{title} ({calls})" if title else calls


def _call(entry: JournalEntry) -> str:
    if entry.get("service") == "registry":
        return "a push to the registry"
    return entry["operation"]


def _explained(lab: Connection) -> str:
    changes = lab.calls(everything=True).changes()
    says = "A real account has no undo: each change is taken back by a call of its own."
    if not len(changes):
        return f"{says} This lab has changed nothing yet."
    call = changes[-1]
    back = read(Path(__file__).parent, "reverse").text(call.operation, "")
    hint = f" What takes it back: `aws {call.service} {back} …`." if back else ""
    return f"{says} The last change was `{cli(call)}`.{hint}"
