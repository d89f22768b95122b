"""What the fault lab knows of one fault: what breaks it, what fixes it, and how it is judged."""

import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.course.verdict import Verdict, wrong
from ecslab.fault_lab.engine.application import Application
from ecslab.fault_lab.engine.builder import Builder
from ecslab.fault_lab.engine.names import FaultNames
from ecslab.fault_lab.engine.texts import Texts, texts_of

if TYPE_CHECKING:
    from ecslab.fault_lab.fault import Fault

Goal = Callable[[Application], str]
"""Answers "" where the application does what it is there for, else what is lacking: in a sentence, or by the
name of one in the text file."""


@dataclass(frozen=True)
class WrongFix:
    """A fix that is none.

    Attributes:
        name: under which the text file has its words.
        seen: whether the account shows it.
        works: whether it is refused even where the application seems to work again.
    """

    name: str
    seen: Callable[[Application], object]
    works: bool = False


@dataclass(frozen=True)
class Case:
    """One fault.

    Attributes:
        file: its module; the module's name is the fault's kind, and the name of its text file.
        arrange: makes the broken application, and lets time pass until the symptoms show.
        goal: when the application works.
        repair: a fix; its body is shown as code.
        wrong: fixes that are refused with their own words, the most particular first.
        values: what the placeholders of its texts stand for, beside the fault's names.
    """

    file: str
    arrange: Callable[[Builder], None]
    goal: Goal
    repair: Callable[[Connection, "Fault"], None]
    wrong: tuple[WrongFix, ...]
    values: Mapping[str, Callable[[Application], object]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Its name in the catalogue; never shown to a learner who has not asked for the answer."""
        return Path(self.file).stem.replace("_", "-")

    @property
    def texts(self) -> Texts:
        """Its words."""
        return texts_of(Path(self.file))

    def story(self, names: FaultNames) -> str:
        """Who complains about what."""
        return self.texts.story.format_map(vars(names))

    def hints(self, app: Application) -> list[str]:
        """From the present state, each stronger than the one before."""
        return [self._filled(hint, app) for hint in self.texts.hints]

    def lacking(self, app: Application) -> str:
        """What is lacking to the application, in a sentence; "" if it works."""
        sentence = self.goal(app)
        return self._filled(self.texts.lacking[sentence], app) if sentence in self.texts.lacking else sentence

    def refusal(self, fix: WrongFix, app: Application) -> Verdict:
        """What is said of a wrong fix."""
        words = self.texts.wrong[fix.name]
        return wrong(self._filled(words.text, app), words.hint)

    def code(self) -> str:
        """The body of the repair as a learner would write it, with `ecslab.` before the package's modules."""
        source = re.sub(r"  # (noqa|type):.*", "", inspect.getsource(self.repair))  # for the linter alone
        lines = source.splitlines()
        begin = next(i for i, line in enumerate(lines) if line.endswith(":")) + 1
        modules = [
            name
            for name, value in vars(inspect.getmodule(self.repair)).items()
            if inspect.ismodule(value) and value.__name__.startswith("ecslab.")
        ]
        body = textwrap.dedent("\n".join(lines[begin:]))
        return re.sub(rf"(?<![\w.])({'|'.join(modules)})\.", r"ecslab.\1.", body) if modules else body

    def _filled(self, text: str, app: Application) -> str:
        return text.format_map(_Values(self.values, app))


class _Values(dict[str, object]):
    """Looks a value up when a text asks for it: one that no text needs may not be there to be had."""

    def __init__(self, values: Mapping[str, Callable[[Application], object]], app: Application):
        super().__init__(vars(app.names))
        self._values, self._app = values, app

    def __missing__(self, name: str) -> object:
        return self._values[name](self._app)
