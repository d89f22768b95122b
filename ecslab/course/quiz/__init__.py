"""The course's quick questions and predictions: what they are, and the views that ask them.

Their words stand with the other words of their stage, under `questions` and `predictions`.
"""

from ecslab.course.quiz.collection import NoSuchQuestion, predictions, questions
from ecslab.course.quiz.comparison import Comparison
from ecslab.course.quiz.kinds import AccountQuestion, Option, Prediction, Question
from ecslab.course.quiz.views import outcome, predict, question, score

__all__ = [
    "AccountQuestion", "Comparison", "NoSuchQuestion", "Option", "Prediction", "Question", "outcome",
    "predict", "predictions", "question", "questions", "score",
]  # fmt: skip
