"""`ecslab.connect()` and the `Lab` it gives: the facade over connection, course and operations."""

import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from ecslab.connection import hooks
from ecslab.connection.connection import Connection
from ecslab.connection.garbage import put_off
from ecslab.connection.names import names
from ecslab.connection.record import Record
from ecslab.display import kernel_hooks

if TYPE_CHECKING:
    from ecslab.course import (
        Arrival,
        Comparison,
        CourseProgress,
        HelperSource,
        Hint,
        Honesty,
        Missing,
        Report,
        Solution,
        Undone,
        Verdict,
    )
    from ecslab.fault_lab import Fault
    from ecslab.operations.cleanup.receipt import Receipt
    from ecslab.operations.cost_reminder import Reminder
    from ecslab.operations.session import Note
    from ecslab.widgets import AnswerView, PredictionView, QuestionView

_PLACES = ("sandbox", "aws")


def connect(
    where: str | None = None, *, home: str | os.PathLike[str] | None = None, profile: str | None = None,
    region: str | None = None, confirm: str | None = None, prefix: str = "", eventual: bool | None = None,
    clock: str | None = None, speed: float | None = None, in_process: bool = False, seed: int | None = None,
) -> "Lab":  # fmt: skip
    """Open the lab; again, another `Lab` on the same place, with everything still there.

    Args:
        where: "sandbox" (the default, or what ECSLAB_WHERE says) or "aws" for a real account.
        home: the folder for the sandbox's state and the lab's ledger; else ECSLAB_HOME, else the user's own.
        profile, region: on a real account, those of the AWS configuration unless given.
        confirm: on a real account, its id, where nobody can answer the question.
        prefix: put before every name, so that several learners can share one account.
        clock: of the sandbox: "paced" (time passes by itself) or "stepped" (only while someone waits).
        speed: of the sandbox: how many seconds of AWS time pass in one of yours.
        in_process: have the sandbox in this process alone, without a server; for tests.
        seed: what the sandbox's ids are drawn from.
        eventual: whether the sandbox lets changes be seen late, as AWS does; as it runs unless given.

    Raises:
        ValueError: `where` is neither.
        EcslabError: with the next step: no credentials, no Region, not confirmed, …
    """
    where = where or os.environ.get("ECSLAB_WHERE") or "sandbox"
    if where not in _PLACES:
        raise ValueError(f"where is {where!r}; it can be 'sandbox' or 'aws'")
    lesson_names, folder, record = names(prefix), home_folder(home), Record()
    kernel_hooks.install()
    if where == "aws":
        from ecslab.connection.aws_place import AwsPlace

        return Lab(AwsPlace(profile, region, confirm, record), folder, lesson_names, prefix, record).remind()
    from ecslab.connection.opening import open_sandbox

    place = open_sandbox(folder, clock, speed=speed, seed=seed, in_process=in_process, eventual=eventual)
    hooks.install(place.session.events, record=record)
    return Lab(place, folder, lesson_names, prefix, record)


def home_folder(home: str | os.PathLike[str] | None = None) -> Path:
    """The folder all state is in: `home`, else ECSLAB_HOME, else the user's data folder."""
    if home or os.environ.get("ECSLAB_HOME"):
        return Path(home or os.environ["ECSLAB_HOME"]).expanduser()
    import platformdirs

    return platformdirs.user_data_path("ecslab")


class Lab(Connection):
    """Where you are, and all that a learner does there. Made by `ecslab.connect()`; a context manager."""

    _reminder: "Reminder | None" = None

    def __enter__(self) -> "Lab":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        place = "the sandbox" if self.where == "sandbox" else "a real AWS account"
        prefix = f", prefix {self.prefix}" if self.prefix else ""
        return f"Lab in {place}: account {self.account}, {self.region}{prefix}"

    # The course ---------------------------------------------------------------------------------------------

    def check(self, step: str | None = None) -> "Verdict | Report":
        """Look at the account, and say whether the step is done; see `ecslab.course.check`."""
        from ecslab import course

        verdict = course.check(self, step)
        if self.where == "aws":  # a check ends a notebook
            from ecslab.operations.cost_reminder import say_so

            say_so(self)
        return verdict

    def hint(self, step: str | None = None) -> "Hint":
        """A push in the right direction."""
        from ecslab import course

        return course.hint(self, step)

    def solution(self, step: str | None = None) -> "Solution":
        """The code that does the step."""
        from ecslab import course

        return course.solution(self, step)

    def solve(self, step: str) -> object:
        """Show the code that does the step, run it, and give what it makes: `task = lab.solve("04.run")`."""
        from ecslab import course

        return course.solve(self, step)

    def show(self, helper: str) -> "HelperSource":
        """The lines of a helper of the kit, as `lab.show("task.run")`: which AWS calls it makes, and how."""
        from ecslab import course

        return course.show(helper)

    def goto(self, stage: str, again: bool = False) -> "Arrival | Missing":
        """Fill in whatever is missing before `stage`; with `again`, go back to before its first step."""
        with put_off():
            from ecslab import course

            return course.goto(self, stage, again=again)

    def undo(self) -> "Undone":
        """Take back the last change (sandbox only)."""
        from ecslab import course

        return course.undo(self)

    def progress(self) -> "CourseProgress":
        """How far the course has come."""
        from ecslab import course

        return course.progress(self)

    def fault(self, seed: int | None = None, *, kind: str | None = None, variant: int = 0) -> "Fault":
        """A broken application, to find out why (sandbox only); see `ecslab.fault`."""
        from ecslab.fault_lab import fault

        return fault(self, seed, kind=kind, variant=variant)

    def honesty(self, stage: str | None = None) -> "Honesty":
        """What the sandbox does and leaves out; of one stage, as far as it concerns it."""
        from ecslab import course

        return course.honesty(self, stage)

    def question(self, question: str) -> "QuestionView | AnswerView":
        """Ask a quick question of the course.

        Args:
            question: its id, as "06.restart".

        The view shows the reasons, of right and wrong answers, once one was checked; what was tried is kept.
        """
        from ecslab import course

        return course.question(self, question)

    def predict(
        self, prediction: str, value: str | float | None = None, *, skip: bool = False
    ) -> "PredictionView":
        """Ask what the learner expects, before the run.

        Args:
            prediction: its id, as "06.stop-one".
            value: lock this at once, without the button.
            skip: make none, and let its outcome be shown all the same.

        Once it is locked it stays as it is, over a kernel restart too.
        """
        from ecslab import course

        return course.predict(self, prediction, value, skip=skip)

    def outcome(self, prediction: str, seen: str | float) -> "Comparison | Verdict":
        """Show a prediction beside what came out, and why it does; *not yet* before it is locked or skipped.

        Args:
            prediction: its id.
            seen: what was measured: a number, or what stands for one of the prediction's options.
        """
        from ecslab import course

        return course.outcome(self, prediction, seen)

    # The end ------------------------------------------------------------------------------------------------

    def cleanup(self) -> "Receipt":
        """Remove what this lab made, and give the receipt; see `ecslab.cleanup.run`."""
        from ecslab.operations.cleanup import run

        return run(self)

    def save(self, file: str | os.PathLike[str] = "my-lab.ecslab") -> "Note":
        """Write everything made in the sandbox, and how far you came, into one file.

        Raises:
            CannotBeDone: it cannot be written there. A file of that name is then as it was.
        """
        from ecslab.operations.session import save

        return save(self, file)

    def load(self, file: str | os.PathLike[str] = "my-lab.ecslab") -> "Note":
        """Put what `save` wrote in place of what is in the sandbox now, which is kept in a file beforehand.

        Raises:
            CannotBeDone: it is no session, or it cannot be replayed. The sandbox is then as it was.
        """
        from ecslab.operations.session import load

        return load(self, file)

    def close(self) -> None:
        """Let go of the connection. What was made stays, and on a real account running tasks are named."""
        if self._reminder:
            self._reminder.close()
        self.place.close()

    def remind(self) -> "Lab":
        """Say now, and again at the end, which of the lab's tasks still run and what they cost."""
        from ecslab.operations.cost_reminder import Reminder

        self._reminder = self._reminder or Reminder(self)
        return self
