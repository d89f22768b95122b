"""One fault in the learner's hands: look, name the cause, point at the evidence, fix it."""

import random
from typing import Any

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.display.progress_line import Progress
from ecslab.display.verdict import Outcome, Verdict, wrong
from ecslab.fault_lab import _judge, _views, catalogue
from ecslab.fault_lab._arranging import FaultGone, arrange, is_gone, names_of, taken_back
from ecslab.fault_lab._backstage import backstage
from ecslab.fault_lab._causes import CAUSES
from ecslab.fault_lab._evidence import NoSuchEvidence, place
from ecslab.fault_lab._names import FaultNames
from ecslab.fault_lab._notes import Notes, Open, changes, notes
from ecslab.fault_lab._scene import Scene

_STEP, _PATIENCE = 20.0, 30 * 60.0  # seconds


class Fault:
    """A fault that was arranged in the sandbox. `ecslab.fault(lab, seed=…)` makes one.

    Attributes:
        seed: the same seed is the same fault, for a whole class.
        names: what its resources are called: cluster, service, container, log_group and others.
    """

    def __init__(self, lab: Connection, seed: int, note: str = ""):
        self._lab, self.seed, self._note = lab, seed, note
        self.names: FaultNames = names_of(lab, seed)

    @property
    def _case(self) -> Any:
        return catalogue.drawn(self.seed)

    # What there is to see -----------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The story, and where to look."""
        names = self.names
        story = self._case.story.format(**vars(names))
        look = (
            f"Look at: cluster {names.cluster}, service {names.service}, definition {names.service}, "
            f"log group {names.log_group}."
        )
        lines = [self._note, f"Fault {self.seed}. {story}", look, self._state()]
        return "\n".join(line for line in lines if line)

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text.replace("\n", "  \n")

    def _state(self) -> str:
        kept = notes(self._lab).open
        if not kept or kept.seed != self.seed:
            return "It is not in the sandbox now: ecslab.fault(lab, seed=…) arranges it."
        return self._score(kept)

    def symptoms(self) -> _views.Symptoms:
        """Service, tasks, events, targets and what a visitor gets, as they are now."""
        self._kept()
        return _views.symptoms(self._scene())

    def log(self, most: int = 8) -> _views.Text:
        """The last lines that its containers wrote."""
        self._kept()
        lines = self._scene().log(most)
        return _views.Text("\n".join(lines) or "No container wrote a line.")

    def causes(self) -> _views.Causes:
        """The causes to choose from; one of them is right."""
        return _views.Causes(tuple((letter, CAUSES[kind]) for letter, kind in self._choices()))

    def _choices(self) -> list[tuple[str, str]]:
        case = self._case
        kinds = [case.kind, *case.tempting]
        random.Random(f"causes {self.seed}").shuffle(kinds)
        return list(zip(_views.LETTERS, kinds, strict=False))

    # The three parts ----------------------------------------------------------------------------------------

    def name_cause(self, letter: str) -> Verdict:
        """Say which cause it is, by the letter that `causes()` gives it."""
        all_notes, kept = self._kept()
        choices = dict(self._choices())
        chosen = str(letter).strip().strip(").").lower()
        if chosen not in choices:
            return wrong(f"There is no cause {letter!r}; there are: {', '.join(choices)}.")
        verdict = _judge.cause(self._case, choices[chosen])
        kept.causes += 1
        kept.cause = kept.cause or verdict.outcome is Outcome.DONE
        return self._scored(all_notes, kept, verdict)

    def evidence(self, call: str, field: str) -> Verdict:
        """Point at what proves the cause.

        Args:
            call: as the CLI spells it ("ecs describe-tasks"), or boto3 ("describe_tasks"); "http get" for
                what a visitor gets.
            field: of the call's answer ("stoppedReason").
        """
        all_notes, kept = self._kept()
        try:
            at = place(call, field)
        except NoSuchEvidence as error:
            return wrong(f"{str(error)[:1].upper()}{str(error)[1:]}")
        verdict = _judge.evidence(self._case, at)
        kept.clues += 1
        kept.evidence = kept.evidence or verdict.outcome is Outcome.DONE
        return self._scored(all_notes, kept, verdict)

    def check(self) -> Verdict:
        """Look whether it is fixed: at the account as it is now, whatever was done to it."""
        all_notes, kept = self._kept()
        verdict = self._judged(kept)
        kept.looks += verdict.outcome is Outcome.WRONG
        kept.fixed = verdict.outcome is Outcome.DONE
        return self._scored(all_notes, kept, verdict)

    def _judged(self, kept: Open) -> Verdict:
        since = [entry for entry in changes(self._lab) if entry["position"] >= kept.end]
        try:
            return _judge.fix(self._case, self._scene(), bool(since))
        except ClientError as error:
            refusal = error.response.get("Error", {})
            return wrong(
                f"Something that the application needs is not there: {refusal.get('Message')} "
                f"({error.operation_name} said so.)",
                "fault.again() begins anew.",
            )

    def panel(self) -> Any:
        """A view to choose the cause, to point at the evidence, and to have the fix looked at."""
        from ecslab.widgets import FaultPanel  # widgets are heavy, and not everybody has a page

        self._kept()
        causes = [CAUSES[kind] for _, kind in self._choices()]
        return FaultPanel(
            f"Fault {self.seed}.",
            causes,
            lambda letter: _told(self.name_cause(letter)),
            lambda call, field: _told(self.evidence(call, field)),
            lambda: _told(self.check()),
        )

    def score(self) -> _views.Text:
        """The three parts, in words."""
        return _views.Text(self._score(self._kept()[1]))

    def _score(self, kept: Open) -> str:
        said = [f"{name} {_so_far(right, tries)}" for name, right, tries in kept.parts]
        end = " Solved." if kept.solved else " The answer was shown: try another one." if kept.shown else ""
        return f"Score: {', '.join(said)}.{end}"

    def _scored(self, all_notes: Notes, kept: Open, verdict: Verdict) -> Verdict:
        if kept.solved and self.seed not in all_notes.solved:
            all_notes.solved.append(self.seed)
        all_notes.write()
        return _views.Judged(verdict.outcome, f"{verdict.text}\n{self._score(kept)}", verdict.hint)

    # Help ---------------------------------------------------------------------------------------------------

    def hint(self) -> _views.Text:
        """A push in the right direction, from the present state; the next one says more."""
        all_notes, kept = self._kept()
        verdict = self._judged(kept)
        if verdict.outcome is Outcome.DONE:
            return _views.Text(self._what_is_left(kept))
        if verdict.outcome is Outcome.WRONG and verdict.hint:
            return _views.Text(verdict.hint)
        try:
            hints = self._case.hints(self._scene())
        except ClientError as error:  # something that a hint would speak of was deleted
            return _views.Text(f"{error.response['Error'].get('Message')} fault.again() begins anew.")
        said = hints[min(kept.hints, len(hints) - 1)]
        kept.hints += 1
        all_notes.write()
        return _views.Text(f"Hint {min(kept.hints, len(hints))} of {len(hints)}: {said}")

    def _what_is_left(self, kept: Open) -> str:
        left = [name for name, right in (("cause", kept.cause), ("evidence", kept.evidence)) if not right]
        if not left:
            return "Nothing is left to do."
        return f"It works again. Left: {' and '.join(left)}. What did you change, and what had told you to?"

    def answer(self) -> _views.Text:
        """The cause, the evidence and a fix."""
        all_notes, kept = self._kept()
        kept.shown = True
        all_notes.write()
        case = self._case
        letter = next(letter for letter, kind in self._choices() if kind == case.kind)
        clue = case.telling[0]
        return _views.Text(
            f"Cause {letter}: {case.cause}\nEvidence: `{clue.fields[0]}` in `{clue.call}`: {clue.why}\n"
            f"Fix: {case.answer}\n\n{catalogue.code(case)}"
        )

    # Tools --------------------------------------------------------------------------------------------------

    def definition(self) -> dict[str, Any]:
        """The definition in use, as RegisterTaskDefinition takes it: change it, and give it to `deploy`."""
        self._kept()
        known = self._lab.ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
        return {name: value for name, value in self._scene().definition.items() if name in known}

    def network(self) -> dict[str, Any]:
        """The `awsvpcConfiguration` in use: subnets, securityGroups, assignPublicIp."""
        self._kept()
        return self._scene().place

    def deploy(self, definition: dict[str, Any] | None = None, **settings: Any) -> _views.Text:
        """Register a revision, if one is given, and let the service use it.

        Args:
            definition: as RegisterTaskDefinition takes it.
            settings: other parameters of UpdateService, as boto3 spells them.
        """
        self._kept()
        said = f"UpdateService {self.names.service}"
        if definition is not None:
            made = self._lab.ecs.register_task_definition(**definition)["taskDefinition"]
            settings["taskDefinition"] = made["taskDefinitionArn"]
            said = f"RegisterTaskDefinition {made['family']}:{made['revision']}, then {said}"
        self._lab.ecs.update_service(cluster=self.names.cluster, service=self.names.service, **settings)
        return _views.Text(f"{said}: accepted. fault.wait() lets time pass.")

    def wait(self) -> _views.Text:
        """Let virtual time pass until the application works, or has failed anew, or half an hour is over."""
        self._kept()
        stage, before = backstage(self._lab), self._scene()
        known = {task["taskArn"] for task in before.failed} if before.service else set()
        passed, lacking = 0.0, ""
        with Progress("the application to settle", shown=not self._lab.place.stepped) as line:
            while passed < _PATIENCE:
                stage.pass_time(_STEP)
                line.tick()
                passed += _STEP
                scene = self._scene()
                lacking = self._case.goal(scene)
                anew = [one for one in scene.failed if one["taskArn"] not in known] if scene.service else []
                if not lacking or len(anew) >= 2 or not scene.desired:
                    break
        spoken = f"{passed:.0f} s" if passed < 180 else f"{passed / 60:.0f} min"
        return _views.Text(f"{spoken} later: {lacking or 'the application works.'}")

    def undo(self, everything: bool = False) -> _views.Text:
        """Take the fault back: the account is as it was before.

        Args:
            everything: even if something of the lesson was changed since; that is taken back as well.

        Raises:
            NotAlone: something was, and `everything` was not said.
        """
        self._kept()
        taken_back(self._lab, everything)
        return _views.Text(f"Taken back: fault {self.seed}. The account is as it was before.")

    def again(self) -> "Fault":
        """Take it back, and arrange it anew. Raises NotAlone as `undo` does."""
        arrange(self._lab, self.seed)
        return Fault(self._lab, self.seed)

    # Behind the scenes --------------------------------------------------------------------------------------

    def _scene(self) -> Scene:
        return Scene(backstage(self._lab), self.names)

    def _kept(self) -> tuple[Notes, Open]:
        all_notes = notes(self._lab)
        kept = all_notes.open
        if kept is None or kept.seed != self.seed:
            raise FaultGone(
                f"fault {self.seed} is not the one at hand.\n"
                f"  seen: {f'fault {kept.seed} is' if kept else 'none is open'}\n"
                f"  next: ecslab.fault(lab, seed={self.seed}) arranges it again"
            )
        if is_gone(self._lab, kept):
            raise FaultGone(
                f"fault {self.seed} is no longer in the sandbox: it was reset, or what made the fault was "
                f"taken back.\n  next: ecslab.fault(lab, seed={self.seed}) arranges it again"
            )
        return all_notes, kept


def _told(verdict: Verdict) -> tuple[bool, str]:
    return verdict.outcome is Outcome.DONE, str(verdict)


def _so_far(right: bool, tries: int) -> str:
    if right:
        return "right"
    return "wrong so far" if tries else "open"
