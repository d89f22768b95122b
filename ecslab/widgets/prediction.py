"""A prediction: said before the run, locked by a button, and shown beside the result later."""

from collections.abc import Sequence
from typing import Protocol

import traitlets

from ecslab.display.markup import without_marks
from ecslab.errors import EcslabError
from ecslab.widgets.view import View, module

Value = str | int | float


class PredictionStore(Protocol):
    """Where a prediction is stored, so that a kernel restart loses nothing."""

    def load(self) -> tuple[Value | None, bool, str]:
        """What was said, whether it is locked, and how that is put in words."""

    def save(self, value: Value | None, lock: bool) -> None:
        """Keep it. Raises EcslabError if it is none that can be predicted, or another one is locked."""


class PredictionView(View):
    """Ask for a prediction.

    Args:
        question: what is asked; words in backticks are code.
        options: what can be chosen; empty for a number.
        unit: what the number counts.
        span: what numbers are taken, in words.
        store: where it is kept.
    """

    _esm = module("prediction.js")
    question = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    unit = traitlets.Unicode().tag(sync=True)
    span = traitlets.Unicode().tag(sync=True)
    value = traitlets.Unicode().tag(sync=True)
    asked = traitlets.Int(0).tag(sync=True)
    skipped = traitlets.Int(0).tag(sync=True)
    locked = traitlets.Bool(False).tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, question: str, options: Sequence[str], store: PredictionStore, unit: str = "", span: str = ""
    ) -> None:
        super().__init__(question=question, options=list(options), unit=unit, span=span)
        self._store, self._showing = store, False
        self.refresh()
        self.observe(self._follow, names=["value", "asked", "skipped"])

    def refresh(self) -> None:
        """Show it as it is kept now."""
        value, locked, message = self._store.load()
        self._showing = True
        with self.hold_sync():
            self.value = "" if value is None else str(value)
            self.locked, self.message, self.trouble = locked, message, ""
        self._showing = False

    def lock(self, value: Value | None) -> None:
        """Lock it without the page; None skips it. Raises EcslabError as `PredictionStore.save` does."""
        self._store.save(value, lock=True)
        self.refresh()

    def text(self) -> str:
        """What is asked and what can be said, never what was."""
        if self.options:
            choices = "".join(f"\n  - {option}" for option in self.options)
        else:
            unit, span = f" of {self.unit}" if self.unit else "", f", {self.span}" if self.span else ""
            choices = f"\n  (a number{unit}{span})"
        return without_marks(f"Predict: {self.question}{choices}")

    def _follow(self, change: traitlets.Bunch) -> None:
        """Keep what was chosen, and lock it when one of the buttons was pressed."""
        if self._showing:
            return
        skip = change["name"] == "skipped"
        lock = skip or change["name"] == "asked"
        try:
            value = None if skip else self._entered()
            if value is None and lock and not skip:
                self.trouble = "Say something first: even a wild guess will do."
                return
            self._store.save(value, lock)
        except EcslabError as refusal:
            if self._store.load()[1]:  # locked meanwhile, by another notebook or by its outcome
                self.refresh()
            self.trouble = str(refusal)
            return
        self.trouble = ""
        if lock:
            self.refresh()

    def _entered(self) -> Value | None:
        text = str(self.value).strip()
        if not text or self.options:
            return text or None
        try:
            return int(text)
        except ValueError:
            try:
                return float(text.replace(",", "."))
            except ValueError:
                return text  # which the store refuses, in words
