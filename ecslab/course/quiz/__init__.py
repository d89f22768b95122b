"""The course's quick questions and predictions: data, one module a stage, and the views that ask them.

`stage_NN.py` in this folder holds `QUESTIONS` and `PREDICTIONS`; a stage without such a module has none.
"""

from ecslab.course.quiz._ask import outcome, predict, question
from ecslab.course.quiz._collect import NoSuchQuestion, predictions, questions
from ecslab.course.quiz._comparison import Comparison
from ecslab.course.quiz._kinds import Option, Prediction, Question

__all__ = [
    "Comparison",
    "NoSuchQuestion",
    "Option",
    "Prediction",
    "Question",
    "outcome",
    "predict",
    "predictions",
    "question",
    "questions",
]
