"""The course: its steps, and its questions, and what `lab.check()`, `goto`, `undo` and the like do.

Each function takes the lab first; `Lab`'s methods of the same names call them.
"""

from ecslab.course._goto import Arrival, Missing, goto
from ecslab.course._help import Hint, Solution, hint, solution
from ecslab.course._honesty import Honesty, honesty
from ecslab.course._look import check
from ecslab.course._progress import CourseProgress, progress
from ecslab.course._undo import Undone, undo
from ecslab.course.quiz import Comparison, NoSuchQuestion, outcome, predict, question
from ecslab.course.step import Step
from ecslab.course.steps import NOTEBOOKS, STAGES, STEPS, NoSuchStep
from ecslab.course.verdict import Outcome, Report, Verdict

__all__ = [
    "NOTEBOOKS",
    "STAGES",
    "STEPS",
    "Arrival",
    "Comparison",
    "CourseProgress",
    "Hint",
    "Honesty",
    "Missing",
    "NoSuchQuestion",
    "NoSuchStep",
    "Outcome",
    "Report",
    "Solution",
    "Step",
    "Undone",
    "Verdict",
    "check",
    "goto",
    "hint",
    "honesty",
    "outcome",
    "predict",
    "progress",
    "question",
    "solution",
    "undo",
]
