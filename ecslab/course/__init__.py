"""The course: its steps, and its questions, and what `lab.check()`, `goto`, `undo` and the like do.

Each function takes the lab first; `Lab`'s methods of the same names call them.
"""

from ecslab.course.catalogue import STAGES, STEPS, NoSuchStep
from ecslab.course.check_runner import check
from ecslab.course.help import Hint, Solution, hint, solution, solve
from ecslab.course.helper_source import HelperSource, NoSuchHelper, show
from ecslab.course.honesty_table import Honesty, honesty
from ecslab.course.navigation.arrival import Arrival, Missing
from ecslab.course.navigation.goto import goto
from ecslab.course.navigation.undo import Undone, undo
from ecslab.course.progress_table import CourseProgress, progress
from ecslab.course.quiz import Comparison, NoSuchQuestion, outcome, predict, question
from ecslab.course.stage import Stage, Step
from ecslab.display.verdict import Outcome, Report, Verdict

__all__ = [
    "STAGES", "STEPS", "Arrival", "Comparison", "CourseProgress", "HelperSource", "Hint", "Honesty",
    "Missing", "NoSuchHelper", "NoSuchQuestion", "NoSuchStep", "Outcome", "Report", "Solution", "Stage",
    "Step", "Undone", "Verdict", "check", "goto", "hint", "honesty", "outcome", "predict", "progress",
    "question", "show", "solution", "solve", "undo",
]  # fmt: skip
