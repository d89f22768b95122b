"""What a `Lab` does for the course: checks, hints, questions, going to a stage and back."""

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from .lab import Lab


class CourseMethods:
    """The methods of `Lab` that lead to `ecslab.course`, which is imported when the first is called."""

    where: str

    def check(self, step: str | None = None) -> Any:
        """Look at the account, and say whether the step is done; see `ecslab.course.check`."""
        verdict = _course().check(self, step)
        if self.where == "aws":  # a check ends a notebook
            from ._running import say_so

            say_so(cast("Lab", self))
        return verdict

    def hint(self, step: str | None = None) -> Any:
        """A push in the right direction."""
        return _course().hint(self, step)

    def solution(self, step: str | None = None) -> Any:
        """The code that does the step."""
        return _course().solution(self, step)

    def goto(self, stage: str, again: bool = False) -> Any:
        """Fill in whatever is missing before `stage`; with `again`, go back to before its first step."""
        return _course().goto(self, stage, again=again)

    def undo(self) -> Any:
        """Take back the last change (sandbox only)."""
        return _course().undo(self)

    def progress(self) -> Any:
        """How far the course has come."""
        return _course().progress(self)

    def fault(self, seed: int | None = None) -> Any:
        """A broken application, to find out why (sandbox only); see `ecslab.fault`."""
        from .fault_lab import fault

        return fault(cast("Lab", self), seed)

    def honesty(self, stage: str) -> Any:
        """What the sandbox does and leaves out, as far as it concerns one stage."""
        return _course().honesty(self, stage)

    def question(self, question: str) -> Any:
        """Ask a quick question of the course.

        Args:
            question: its id, as "06.restart".

        The view shows the reasons, of right and wrong answers, once one was checked; what was tried is kept.
        """
        return _course().question(self, question)

    def predict(self, prediction: str, value: str | float | None = None) -> Any:
        """Ask what the learner expects, before the run.

        Args:
            prediction: its id, as "06.stop-one".
            value: lock this at once, without the button.

        The button locks it, and so does its outcome; then it stays as it is, over a kernel restart too.
        """
        return _course().predict(self, prediction, value)

    def outcome(self, prediction: str, seen: str | float) -> Any:
        """Show a prediction beside what came out, and why it does.

        Args:
            prediction: its id.
            seen: what was measured: a number, or one of the prediction's options.
        """
        return _course().outcome(self, prediction, seen)


def _course() -> Any:
    from . import course

    return course
