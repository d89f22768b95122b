"""One fault in the learner's hands: look, name the cause, point at the evidence, fix it."""

import random
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection
from ecslab.display.markup import markdown_lines
from ecslab.display.printable import printable
from ecslab.display.progress_line import Progress
from ecslab.display.tables import minutes
from ecslab.display.verdict import Outcome, Verdict, wrong
from ecslab.fault_lab.catalogue import CATALOGUE
from ecslab.fault_lab.engine import journal, judge, views
from ecslab.fault_lab.engine.application import Application
from ecslab.fault_lab.engine.arrangement import FaultGone, arrange, is_gone, names_of, take_back
from ecslab.fault_lab.engine.case import Case
from ecslab.fault_lab.engine.evidence import NoSuchEvidence, located
from ecslab.fault_lab.engine.history import History, OpenFault, history
from ecslab.fault_lab.engine.names import FaultNames
from ecslab.resources import metrics, scaling

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import (
        AwsVpcConfigurationOutputTypeDef,
        RegisterTaskDefinitionRequestTypeDef,
        UpdateServiceRequestTypeDef,
    )

    from ecslab.widgets import FaultPanel

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
        self._unrecorded = lab.unrecorded()  # what the fault lab itself asks would tell what was done

    @property
    def _case(self) -> Case:
        return CATALOGUE.drawn(self.seed)

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
                "fault.again() begins anew.",
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
            return views.Text(f"{error.response['Error'].get('Message')} fault.again() begins anew.")
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

    # Tools --------------------------------------------------------------------------------------------------

    def definition(self) -> "RegisterTaskDefinitionRequestTypeDef":
        """The definition in use, as RegisterTaskDefinition takes it: change it, and give it to `deploy`."""
        self._at_hand()
        request = self._lab.ecs.meta.service_model.operation_model("RegisterTaskDefinition").input_shape
        known = request.members if request else {}
        described = self._application().task_definition.items()
        settable = {name: value for name, value in described if name in known}
        return cast("RegisterTaskDefinitionRequestTypeDef", settable)

    def network(self) -> "AwsVpcConfigurationOutputTypeDef":
        """The `awsvpcConfiguration` in use: subnets, securityGroups, assignPublicIp."""
        self._at_hand()
        return self._application().vpc_configuration

    def deploy(
        self, definition: "RegisterTaskDefinitionRequestTypeDef | None" = None, **settings: object
    ) -> views.Text:
        """Register a revision, if one is given, and let the service use it.

        Args:
            definition: as RegisterTaskDefinition takes it.
            settings: other parameters of UpdateService, as boto3 spells them.
        """
        self._at_hand()
        sent = f"UpdateService {self.names.service}"
        if definition is not None:
            registered = self._lab.ecs.register_task_definition(**definition)["taskDefinition"]
            settings["taskDefinition"] = registered["taskDefinitionArn"]
            sent = f"RegisterTaskDefinition {registered['family']}:{registered['revision']}, then {sent}"
        request = {"cluster": self.names.cluster, "service": self.names.service, **settings}
        self._lab.ecs.update_service(**cast("UpdateServiceRequestTypeDef", request))
        return views.Text(f"{sent}: accepted. fault.wait() lets time pass.")

    def wait(self) -> views.Text:
        """Let virtual time pass until the application works, or has failed anew, or half an hour is over."""
        self._at_hand()
        before, passed, lacking = self._application(), 0.0, ""
        known = {task["taskArn"] for task in before.failed_tasks} if before.service else set()
        with Progress("the application to settle", shown=not self._lab.stepped) as line:
            while passed < _PATIENCE:
                self._lab.control("advance", seconds=_STEP)
                line.tick(f"waiting for the application to settle … {minutes(passed)} of AWS time")
                passed += _STEP
                app = self._application()
                lacking = self._case.lacking(app)
                failed = {task["taskArn"] for task in app.failed_tasks} if app.service else set()
                if not lacking or len(failed - known) >= 2 or not app.desired_count:
                    break
        spoken = f"{passed:.0f} s" if passed < 180 else f"{passed / 60:.0f} min"
        return views.Text(f"{spoken} later: {lacking or 'the application works.'}")

    def run(self, minutes: float = 2) -> scaling.Run:
        """How it did from its service's beginning until now: its tasks, and the requests of its visitors.

        `ecslab.visitors(lab, 5, load_balancer=fault.names.balancer)` lets visitors come.

        Args:
            minutes: so many pass first, and what is left of the last one: metrics come once a minute.

        Raises:
            FaultGone: it is not the fault at hand, or its service was deleted.
        """
        self._at_hand()
        service = self._application().service
        if service is None:
            raise FaultGone(
                f"the service {self.names.service} of fault {self.seed} is not there any more.\n"
                "  next: fault.again() begins anew"
            )
        end = scaling.until_whole(self._lab, metrics.now(self._lab) + timedelta(minutes=minutes))
        return scaling.run(
            self._unrecorded, service["createdAt"], end, self.names.service,
            cluster=self.names.cluster, cpu=False,
        )  # fmt: skip

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
        """Take it back, and arrange it anew. Raises NotAlone as `undo` does."""
        arrange(self._lab, self.seed, self._case)
        return Fault(self._lab, self.seed)

    # The account and the history ----------------------------------------------------------------------------

    def _application(self) -> Application:
        return Application(self._unrecorded, self.names)

    def _at_hand(self) -> tuple[History, OpenFault]:
        past = history(self._lab)
        open_fault = past.open_fault
        if open_fault is None or open_fault.seed != self.seed:
            raise FaultGone(
                f"fault {self.seed} is not the one at hand.\n"
                f"  seen: {f'fault {open_fault.seed} is' if open_fault else 'none is open'}\n"
                f"  next: ecslab.fault(lab, seed={self.seed}) arranges it again"
            )
        if is_gone(self._lab, open_fault):
            raise FaultGone(
                f"fault {self.seed} is no longer in the sandbox: it was reset, or what made the fault was "
                f"taken back.\n  next: ecslab.fault(lab, seed={self.seed}) arranges it again"
            )
        return past, open_fault


def _told(verdict: Verdict) -> tuple[bool, str]:
    return verdict.outcome is Outcome.DONE, str(verdict)
