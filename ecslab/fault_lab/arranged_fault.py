"""One fault in the learner's hands: look, name the cause, point at the evidence, fix it."""

import random
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from ecslab.display.markup import markdown_lines
from ecslab.display.printable import printable
from ecslab.display.verdict import Outcome, Verdict, wrong
from ecslab.fault_lab.catalogue import CATALOGUE
from ecslab.fault_lab.engine import journal, judge, views
from ecslab.fault_lab.engine.arrangement import arrange, take_back
from ecslab.fault_lab.engine.evidence import NoSuchEvidence, located
from ecslab.fault_lab.engine.history import History, OpenFault, history
from ecslab.fault_lab.fault_tools import FaultTools

if TYPE_CHECKING:
    from ecslab.widgets import FaultPanel


class Fault(FaultTools):
    """A fault that was arranged in the sandbox. `ecslab.fault(lab, seed=…)` makes one.

    Attributes:
        seed: the same seed is the same fault, for a whole class.
        names: what its resources are called: cluster, service, container, log_group and others.
    """

    # What there is to see -----------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The story, and where to look."""
        names = self.names
        look = (
            f"Look at: cluster {names.cluster}, service {names.service}, definition {names.service}, "
            f"log group {names.log_group}."
        )
        lines = [self._note, f"Fault {self.seed}. {self._case.story(names)}", look, self._state()]
        return "\n".join(line for line in lines if line)

    def __repr__(self) -> str:
        return printable(self.text)

    def _repr_markdown_(self) -> str:
        return markdown_lines(self.text)

    def _state(self) -> str:
        open_fault = history(self._lab).open_fault
        if not open_fault or open_fault.seed != self.seed:
            return "It is not in the sandbox now: ecslab.fault(lab, seed=…) arranges it."
        return open_fault.score

    def symptoms(self) -> views.Symptoms:
        """Service, tasks, events, targets and what a visitor gets, as they are now."""
        self._at_hand()
        return views.symptoms(self._application())

    def log(self, most: int = 8) -> views.Text:
        """The last lines that its containers wrote."""
        self._at_hand()
        lines = self._application().log(most)
        return views.Text("\n".join(lines) or "No container wrote a line.")

    def causes(self) -> views.Causes:
        """The causes to choose from; one of them is right."""
        return views.Causes(tuple((letter, CATALOGUE[kind].texts.cause) for letter, kind in self._choices()))

    def _choices(self) -> list[tuple[str, str]]:
        kinds = [self._case.kind, *self._case.texts.tempting]
        random.Random(f"causes {self.seed}").shuffle(kinds)
        return list(zip(views.LETTERS, kinds, strict=False))

    # The three parts ----------------------------------------------------------------------------------------

    def name_cause(self, letter: str) -> Verdict:
        """Say which cause it is, by the letter that `causes()` gives it."""
        past, open_fault = self._at_hand()
        choices = dict(self._choices())
        chosen = str(letter).strip().strip(").").lower()
        if chosen not in choices:
            return wrong(f"There is no cause {letter!r}; there are: {', '.join(choices)}.")
        verdict = judge.cause(self._case, choices[chosen])
        open_fault.causes += 1
        open_fault.cause = open_fault.cause or verdict.outcome is Outcome.DONE
        return self._scored(past, open_fault, verdict)

    def evidence(self, call: str, field: str) -> Verdict:
        """Point at what proves the cause.

        Args:
            call: as the CLI spells it ("ecs describe-tasks"), or boto3 ("describe_tasks"); "http get" for
                what a visitor gets.
            field: of the call's answer ("stoppedReason").
        """
        past, open_fault = self._at_hand()
        try:
            pointed_at = located(call, field)
        except NoSuchEvidence as error:
            return wrong(f"{str(error)[:1].upper()}{str(error)[1:]}")
        verdict = judge.evidence(self._case, pointed_at)
        open_fault.clues += 1
        open_fault.evidence = open_fault.evidence or verdict.outcome is Outcome.DONE
        return self._scored(past, open_fault, verdict)

    def check(self) -> Verdict:
        """Look whether it is fixed: at the account as it is now, whatever was done to it."""
        past, open_fault = self._at_hand()
        verdict = self._judged(open_fault)
        open_fault.looks += verdict.outcome is Outcome.WRONG
        open_fault.fixed = verdict.outcome is Outcome.DONE
        return self._scored(past, open_fault, verdict)

    def _judged(self, open_fault: OpenFault) -> Verdict:
        changed = any(change["position"] >= open_fault.end for change in journal.changes(self._lab))
        try:
            return judge.fix(self._case, self._application(), changed)
        except ClientError as error:
            refusal = error.response.get("Error", {})
            return wrong(
                f"Something that the application needs is not there: {refusal.get('Message')} "
                f"({error.operation_name} said so.)",
                "fault.again() starts over.",
            )

    def panel(self) -> "FaultPanel":
        """A view to choose the cause, to point at the evidence, and to have the fix looked at."""
        from ecslab.widgets import FaultPanel  # widgets are heavy, and not everybody has a page

        self._at_hand()
        causes = [cause for _, cause in self.causes().rows]
        return FaultPanel(
            f"Fault {self.seed}.",
            causes,
            lambda letter: _told(self.name_cause(letter)),
            lambda call, field: _told(self.evidence(call, field)),
            lambda: _told(self.check()),
        )

    def score(self) -> views.Text:
        """The three parts, in words."""
        return views.Text(self._at_hand()[1].score)

    def _scored(self, past: History, open_fault: OpenFault, verdict: Verdict) -> Verdict:
        if open_fault.solved and self.seed not in past.solved:
            past.solved.append(self.seed)
        past.write()
        return views.Judged(verdict.outcome, f"{verdict.text}\n{open_fault.score}", verdict.hint)

    # Help ---------------------------------------------------------------------------------------------------

    def hint(self) -> views.Text:
        """A push in the right direction, from the present state; the next one says more."""
        past, open_fault = self._at_hand()
        verdict = self._judged(open_fault)
        if verdict.outcome is Outcome.DONE:
            return views.Text(open_fault.left_beside_fix)
        if verdict.outcome is Outcome.WRONG and verdict.hint:
            return views.Text(verdict.hint)
        try:
            hints = self._case.hints(self._application())
        except ClientError as error:  # something that a hint would speak of was deleted
            return views.Text(f"{error.response['Error'].get('Message')} fault.again() starts over.")
        hint = hints[min(open_fault.hints, len(hints) - 1)]
        open_fault.hints += 1
        past.write()
        return views.Text(f"Hint {min(open_fault.hints, len(hints))} of {len(hints)}: {hint}")

    def answer(self) -> views.Text:
        """The cause, the evidence and a fix."""
        past, open_fault = self._at_hand()
        open_fault.shown = True
        past.write()
        case = self._case
        letter = next(letter for letter, kind in self._choices() if kind == case.kind)
        clue = case.texts.telling[0]
        return views.Text(
            f"Cause {letter}: {case.texts.cause}\nEvidence: `{clue.fields[0]}` in `{clue.call}`: {clue.why}\n"
            f"Fix: {case.texts.answer}",
            case.code(),
        )

    # The end --------------------------------------------------------------------------------------------

    def undo(self, everything: bool = False) -> views.Text:
        """Take the fault back: the account is as it was before.

        Args:
            everything: even if something of the lesson was changed since; that is taken back as well.

        Raises:
            NotAlone: something was, and `everything` was not said.
        """
        self._at_hand()
        take_back(self._lab, everything)
        return views.Text(f"Taken back: fault {self.seed}. The account is as it was before.")

    def again(self) -> "Fault":
        """Take it back, and arrange it again. Raises NotAlone as `undo` does."""
        arrange(self._lab, self.seed, self._case)
        return Fault(self._lab, self.seed)


def _told(verdict: Verdict) -> tuple[bool, str]:
    return verdict.outcome is Outcome.DONE, str(verdict)
