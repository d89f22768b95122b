"""What notebook 04 asks."""

from ecslab.course.quiz import Option, Prediction, Question

QUESTIONS = (
    Question(
        "04.which-door",
        "A task in a public subnet has a public IP, and its security group has no inbound rule at all. What "
        "happens?",
        (
            Option(
                "It never starts: the image cannot come in",
                False,
                "The pull is a call that goes out. Its answer may come in, for security groups remember who "
                "asked.",
            ),
            Option(
                "It runs, and no visitor reaches it",
                True,
                "Two journeys, two directions: the pull goes out, which is allowed; visitors come in, which "
                "is not.",
            ),
            Option(
                "RunTask refuses it",
                False,
                "RunTask does not look whether anybody will be let in: a task without visitors is a legal "
                "task.",
            ),
            Option(
                "It runs and answers: a public IP is public",
                False,
                "The address says where the house stands. Who may come in stands on the list at the door.",
            ),
        ),
    ),
    Question(
        "04.running",
        "RunTask answered without an error. What do you know?",
        (
            Option(
                "That your page is up",
                False,
                "It is at least half a minute away, and may never come: the image has not even been looked "
                "for.",
            ),
            Option(
                "That ECS has accepted the task and will try",
                True,
                "Its status is PROVISIONING. Whether the image is there and can be fetched shows later.",
            ),
            Option(
                "That the image exists",
                False,
                "Nobody has looked. A tag that does not exist shows as STOPPED, with "
                "CannotPullContainerError.",
            ),
        ),
    ),
)
PREDICTIONS = (
    Prediction(
        "04.nowhere",
        "A task in a private subnet, without a way out. After how many seconds does it give up?",
        unit="seconds",
        low=0,
        high=3600,
        because="RunTask accepts it, and the task waits in PENDING while Fargate tries to reach ECR again "
        "and again. Only "
        "after about five minutes it stops, with ResourceInitializationError: a task that seems to hang is "
        "most often "
        "one without a way out.",
    ),
)
