"""What the fault lab knows of one fault: what breaks it, what fixes it, and how it is judged."""

import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.display.texts import PLACEHOLDER, Entry
from ecslab.display.verdict import Verdict, wrong
from ecslab.fault_lab.engine.application import Application
from ecslab.fault_lab.engine.builder import Builder
from ecslab.fault_lab.engine.names import FaultNames
from ecslab.fault_lab.engine.texts import Texts

if TYPE_CHECKING:
    from ecslab.fault_lab.arranged_fault import Fault

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

    @cached_property
    def texts(self) -> Texts:
        """Its words."""
        return Texts(Path(self.file))

    def story(self, names: FaultNames) -> str:
        """Who complains about what."""
        return self.texts.entry.text("story", **vars(names))

    def hints(self, app: Application) -> tuple[str, ...]:
        """From the present state, each stronger than the one before."""
        return self.texts.entry.texts("hints", **self._facts(self.texts.entry, "hints", app))

    def lacking(self, app: Application) -> str:
        """What is lacking to the application, in a sentence; "" if it works."""
        sentence = self.goal(app)
        words = self.texts.lacking
        return self._filled(words, sentence, app) if words and sentence in words.values else sentence

    def refusal(self, fix: WrongFix, app: Application) -> Verdict:
        """What is said of a wrong fix."""
        words = self.texts.wrong[fix.name]
        return wrong(self._filled(words, "text", app), words.text("hint"))

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

    def _filled(self, entry: Entry, key: str, app: Application) -> str:
        return entry.text(key, None, **self._facts(entry, key, app))

    def _facts(self, entry: Entry, key: str, app: Application) -> dict[str, object]:
        """The values that a text asks for: one that it does not ask for may not be there to be had."""
        asked = set(PLACEHOLDER.findall(str(entry.values[key])))
        facts = {name: value(app) for name, value in self.values.items() if name in asked}
        return vars(app.names) | facts
